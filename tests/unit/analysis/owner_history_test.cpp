// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/owner_history.hpp"

#include <gtest/gtest.h>

#include "watched_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

const OwnerTypeUsage& dram(const OwnerRecord& owner) { return owner.types[static_cast<std::size_t>(BufferType::Dram)]; }

TEST(OwnerHistory, CountsPeaksAndTimesPerOwner) {
    OwnerHistory history;
    WatchedStream stream(history);
    stream.alloc(buffer_at(0x1000)).alloc(mesh_buffer_at(0x1000, 100)).alloc(buffer_at(0x2000)).free(buffer_at(0x1000));
    const std::uint64_t last = stream.t_ns();
    stream.found(mesh_buffer_at(0x5000, 7));
    ASSERT_EQ(history.owners().size(), 2U);
    const OwnerRecord& chip = history.owners()[0];
    const OwnerRecord& mesh = history.owners()[1];
    EXPECT_EQ(chip.owner, (OwnerIdentity{OwnerKind::Chip, 0, {0}}));
    EXPECT_EQ(mesh.owner, (OwnerIdentity{OwnerKind::Mesh, 0, {0, 1}}));
    EXPECT_EQ(dram(chip).allocs, 2U);
    EXPECT_EQ(dram(chip).frees, 1U);
    EXPECT_EQ(dram(chip).live, 1U);
    EXPECT_EQ(dram(chip).bytes, kSize);
    EXPECT_EQ(dram(chip).peak_bytes, 2 * kSize);
    EXPECT_FALSE(dram(chip).peak_footprint_known);
    EXPECT_EQ(chip.last_t_ns, last);
    EXPECT_EQ(dram(mesh).found, 1U);
    EXPECT_EQ(dram(mesh).peak_bytes, 107U);
    EXPECT_TRUE(mesh.open);
}

TEST(OwnerHistory, WhatACloseReleasedIsNoFree) {
    OwnerHistory history;
    WatchedStream stream(history);
    stream.alloc(buffer_at(0x1000)).alloc(buffer_at(0x2000)).free(buffer_at(0x1000)).released(kAllocator, AllocatorRelease::Destroyed);
    EXPECT_EQ(dram(history.owners()[0]).freed(), 1U);
    EXPECT_EQ(dram(history.owners()[0]).released, 1U);
}

TEST(OwnerHistory, FootprintsOnceTheRegionIsKnown) {
    OwnerHistory history;
    WatchedStream stream(history);
    stream.alloc(buffer_at(0x10000, 1)).regions();
    const OwnerRecord& chip = history.owners()[0];
    EXPECT_EQ(dram(chip).footprint_unknown, 0U);
    EXPECT_EQ(dram(chip).footprint_bytes, 4096U) << "one page of 1 KiB, in each of 4 banks";
    stream.alloc(buffer_at(0x11000, 1)).free(buffer_at(0x10000, 1)).free(buffer_at(0x11000, 1));
    EXPECT_EQ(dram(chip).footprint_bytes, 0U);
    EXPECT_EQ(dram(chip).peak_footprint_bytes, 8192U);
    EXPECT_TRUE(dram(chip).peak_footprint_known);
    EXPECT_EQ(dram(chip).region, small_region());
}

TEST(OwnerHistory, AChipThatIsOpenedAgainIsTheSameOwner) {
    OwnerHistory history;
    WatchedStream stream(history);
    constexpr std::uint64_t kTimes = 2000;  // the tracker uses its entries again meanwhile
    for (std::uint64_t i = 0; i < kTimes; ++i) {
        const std::uint64_t allocator = 0x100000 + i * 0x100;
        stream.apply(OwnerSeen{stream.next(), kChip0, OwnerKind::Chip, 0, {0}});
        stream.alloc(under(buffer_at(kAddress), allocator)).closing(kChip0).closing(kChip0);
        stream.released(allocator, AllocatorRelease::Destroyed);
        stream.apply(OwnerSeen{stream.next(), 0x900000 + i, OwnerKind::Mesh, static_cast<std::int32_t>(i + 1), {0}});
        stream.alloc(under(of_owner(buffer_at(kAddress), 0x900000 + i), allocator + 0x80)).closing(0x900000 + i);
        stream.released(allocator + 0x80, AllocatorRelease::Destroyed);
    }
    EXPECT_EQ(history.owners().size(), kTimes + 2);
    const OwnerRecord& chip = history.owners()[0];
    EXPECT_EQ(chip.closes, kTimes) << "a second close of what is closed counts not";
    EXPECT_EQ(dram(chip).allocs, kTimes);
    EXPECT_EQ(chip.ends[static_cast<std::size_t>(FreeKind::ReleasedByClose)], kTimes);
    EXPECT_FALSE(chip.open);
}

TEST(OwnerHistory, AnOwnerThatComesToBeKnownKeepsItsCounts) {
    OwnerHistory history;
    WatchedStream stream(history);
    stream.alloc(under(of_owner(buffer_at(0x1000), 0x7777), 0xC000));
    stream.apply(OwnerSeen{stream.next(), 0x7777, OwnerKind::Mesh, 5, {2, 3}});
    stream.free(under(of_owner(buffer_at(0x1000), 0x7777), 0xC000));
    ASSERT_EQ(history.owners().size(), 3U);
    EXPECT_EQ(history.owners()[2].owner, (OwnerIdentity{OwnerKind::Mesh, 5, {2, 3}}));
    EXPECT_EQ(dram(history.owners()[2]).frees, 1U);
    EXPECT_EQ(dram(history.owners()[2]).live, 0U);
}

TEST(OwnerHistory, BeginsWithWhatIsLiveAndEndsWithTheProcess) {
    OwnerHistory history;
    WatchedStream stream(history);
    stream.close().alloc(buffer_at(0x1000)).open();
    EXPECT_EQ(dram(history.owners()[0]).live, 1U);
    EXPECT_EQ(dram(history.owners()[0]).allocs, 0U) << "before the window";
    EXPECT_EQ(dram(history.owners()[0]).peak_bytes, kSize);
    stream.exited();
    EXPECT_TRUE(history.owners()[0].process_ended);
    EXPECT_EQ(dram(history.owners()[0]).live, 0U);
}

TEST(OwnerHistory, TooManyOwnersAreCounted) {
    OwnerHistory history;
    WatchedStream stream(history);
    for (std::uint64_t i = 0; i < OwnerHistory::kMaxOwners; ++i) {
        stream.alloc(under(of_owner(buffer_at(0x1000), 0x900000 + i), 0x100000 + i * 0x100));
    }
    EXPECT_EQ(history.owners().size(), OwnerHistory::kMaxOwners);
    EXPECT_EQ(history.not_kept(), 2U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
