// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Footprints in the sums, capacity and what is free of it.
#include "tracker/capacity.hpp"

#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kBase = 0x10000;

// Takes `bytes` of each of the four banks.
BufferFields taking(std::uint64_t address, std::uint64_t bytes) {
    BufferFields buffer = buffer_at(address, 4 * bytes);
    buffer.page_size = 64;
    return buffer;
}

Capacity dram_of(const Stream& job, const Place& place = kPlace0) {
    const CapacityMap all = capacities(job.state());
    const auto found = all.find({place, BufferType::Dram});
    return found == all.end() ? Capacity{} : found->second;
}

TEST(TrackerFootprintTest, SumsHaveTheFootprintWhereItIsKnownOfAll) {
    Stream job = started_job();
    job.alloc(taking(kBase, 64));
    EXPECT_EQ(job.dram().footprint(), std::nullopt);
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    EXPECT_EQ(job.dram().footprint(), 256U) << "known late";
    EXPECT_EQ(job.dram().peak_footprint(), 256U);
    BufferFields uneven = buffer_at(kBase + 64, 65);
    uneven.page_size = 64;
    job.alloc(uneven);
    EXPECT_EQ(job.dram().bytes, 256U + 65U);
    EXPECT_EQ(job.dram().footprint(), 512U);
    job.free(uneven);
    EXPECT_EQ(job.dram().footprint(), 256U);
    EXPECT_EQ(job.dram().peak_footprint(), 512U);
    BufferFields unknown = buffer_at(kBase + 128);
    unknown.sharded = true;
    job.alloc(unknown);
    EXPECT_EQ(job.dram().footprint(), std::nullopt);
    EXPECT_EQ(job.dram().peak_footprint(), std::nullopt);
    job.free(unknown);
    EXPECT_EQ(job.dram().footprint(), 256U);
    job.tracker().reset_peaks();
    EXPECT_EQ(job.dram().peak_footprint(), 256U);
}

TEST(TrackerFootprintTest, BlockFoundByAWalkCounts) {
    Stream job = attached_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.found(buffer_at(kBase, 100), 1024);
    EXPECT_EQ(job.dram().footprint(), 4096U);
    job.free(buffer_at(kBase, 100));
    EXPECT_EQ(job.dram().footprint(), 0U);
}

TEST(TrackerFootprintTest, AllocatedCoreByCoreCountsOnItsCores) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region(BufferType::L1)});
    job.alloc(on_cores(buffer_at(kAddress), 0, 3));
    EXPECT_EQ(job.usage(kPlace0).of(BufferType::L1).footprint(), 3U * 1024);
    job.alloc(on_cores(buffer_at(kAddress), 3, 1));
    EXPECT_EQ(job.usage(kPlace0).of(BufferType::L1).footprint(), 4U * 1024) << "at one address, but on another core";
    job.free(on_cores(buffer_at(kAddress), 0, 3));
    EXPECT_EQ(job.usage(kPlace0).of(BufferType::L1).footprint(), 1024U);
    job.alloc(on_cores(buffer_at(kAddress), 0, 0));
    EXPECT_EQ(job.usage(kPlace0).of(BufferType::L1).footprint(), std::nullopt) << "on how many is not known";
}

// The mesh's allocator keeps away from what its chips' hand out core by core.
TEST(TrackerFootprintTest, AllocatedCoreByCoreIsHeldTwiceByNobody) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0});
    job.allocator_seen(kAllocator, kChip0, {small_region(BufferType::L1)});
    const BufferFields of_mesh = under(of_owner(of_type(buffer_at(kAddress, 1024), BufferType::L1), kMesh), kOtherAllocator);
    job.allocator_seen(kOtherAllocator, kMesh, {small_region(BufferType::L1)});
    job.alloc(of_mesh);
    job.alloc(on_cores(buffer_at(kAddress), 2, 2));
    EXPECT_EQ(job.usage(kPlace0).of(BufferType::L1).footprint(), (4U + 2U) * 1024);
}

TEST(TrackerFootprintTest, FootprintMovesWithTheOwner) {
    Stream job;
    job.allocator_seen(kAllocator, kMesh, {small_region()});
    job.alloc(of_owner(taking(kBase, 64), kMesh));
    job.mesh(kMesh, 0, {0, 1});
    EXPECT_EQ(job.dram(kPlace1).footprint(), 256U);
    EXPECT_EQ(job.dram(kUnknownPlace).footprint(), 0U);
}

TEST(TrackerFootprintTest, RegionsThatChangeOrGoChangeTheSums) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.alloc(taking(kBase, 64));
    Region wider = small_region();
    wider.banks = 2;
    job.allocator_seen(kAllocator, kChip0, {wider});
    EXPECT_EQ(job.dram().footprint(), 256U) << "twice the rows, half the banks";
    job.allocator_seen(kAllocator, kChip0, {});
    EXPECT_EQ(job.dram().footprint(), std::nullopt);
    job.free(taking(kBase, 64));
    EXPECT_EQ(job.dram().footprint(), 0U);
}

TEST(CapacityTest, UnknownCapacityIsSaid) {
    Stream job = started_job();
    EXPECT_TRUE(capacities(job.state()).empty());
    job.alloc(buffer_at(kBase));
    EXPECT_FALSE(dram_of(job).known());
    EXPECT_EQ(dram_of(job).allocators, 1U);
}

TEST(CapacityTest, EmptyAllocatorIsOneFreeBlock) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    const Capacity capacity = dram_of(job);
    EXPECT_EQ(capacity.banks, 4U);
    EXPECT_EQ(capacity.bank_bytes, 0x10000U);
    EXPECT_EQ(capacity.use, (BankUse{0, 0x10000, 0x10000}));
    EXPECT_EQ(capacity.of_chip(capacity.bank_bytes), 0x40000U);
    EXPECT_EQ(capacities(job.state()).size(), 1U) << "no other type has a region";
}

TEST(CapacityTest, GapsBetweenLiveBuffersAreFree) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.alloc(taking(kBase, 0x1000));
    job.alloc(taking(kBase + 0x3000, 0x1000));
    job.alloc(taking(kBase + 0xf000, 0x1000));
    EXPECT_EQ(dram_of(job).use, (BankUse{0x3000, 0xd000, 0xb000}));
    job.free(taking(kBase + 0x3000, 0x1000));
    EXPECT_EQ(dram_of(job).use, (BankUse{0x2000, 0xe000, 0xe000}));
}

TEST(CapacityTest, AllocatorsOverTheSameMemoryAreJoined) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.allocator_seen(kOtherAllocator, kMesh, {small_region()});
    job.alloc(taking(kBase, 0x2000));
    job.alloc(under(of_owner(taking(kBase + 0x1000, 0x2000), kMesh), kOtherAllocator));
    EXPECT_EQ(dram_of(job).use, (BankUse{0x3000, 0xd000, 0xd000})) << "overlapping ranges count once";
    EXPECT_EQ(dram_of(job).allocators, 2U);
    EXPECT_EQ(dram_of(job, kPlace1).use, (BankUse{0x2000, 0xe000, 0xd000}));
    EXPECT_EQ(dram_of(job, kPlace1).allocators, 1U);
}

TEST(CapacityTest, WhatReachesOutOfTheRegionIsCut) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.alloc(taking(kBase - 0x1000, 0x2000));
    job.alloc(taking(kBase + 0xf000, 0x2000));
    job.alloc(taking(0xffff'ffff'ffff'0000, 0x80000));
    job.alloc(taking(0, 0x100));
    EXPECT_EQ(dram_of(job).use, (BankUse{0x2000, 0xe000, 0xe000}));
}

TEST(CapacityTest, UnknownFootprintLeavesTheUseUnknown) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    BufferFields unknown = buffer_at(kBase);
    unknown.sharded = true;
    job.alloc(unknown);
    EXPECT_TRUE(dram_of(job).known());
    EXPECT_EQ(dram_of(job).use, std::nullopt);
}

TEST(CapacityTest, ClosedAllocatorHandsOutNothing) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.released(kAllocator, AllocatorRelease::Destroyed);
    EXPECT_TRUE(capacities(job.state()).empty());
}

// Seed of history: a manager of sub-devices made TRACE 1,024 times as large.
TEST(CapacityTest, EmptyRegionOfAnotherAllocatorDoesNotWidenTheRange) {
    Stream job = started_job();
    Region empty = small_region();
    empty.base = 0;
    empty.bytes = 0;
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.allocator_seen(kOtherAllocator, kChip0, {empty});
    EXPECT_EQ(dram_of(job).bank_bytes, small_region().bytes);
    EXPECT_EQ(dram_of(job).use, (BankUse{0, small_region().bytes, small_region().bytes}));
}

TEST(CapacityTest, EmptyRegionIsNothingFree) {
    Stream job = started_job();
    Region none = small_region();
    none.bytes = 0;
    job.allocator_seen(kAllocator, kChip0, {none});
    EXPECT_EQ(dram_of(job).use, (BankUse{0, 0, 0}));
}

}  // namespace
}  // namespace tt::alloc_trace::test
