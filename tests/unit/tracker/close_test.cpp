// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Closing of owners and emptying of allocators.
#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using enum AllocatorRelease;

TEST(TrackerCloseTest, DeallocateBuffersOfAClosingOwnerReleasesByClose) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(of_type(buffer_at(kAddress, 10), BufferType::L1));
    job.closing(kChip0);
    EXPECT_EQ(job.live(), 2U) << "the memory goes with the allocator";
    const Applied applied = job.released(kAllocator, DeallocateBuffers);
    EXPECT_EQ(applied.released_kind, FreeKind::ReleasedByClose);
    EXPECT_EQ(applied.released, 2U);
    EXPECT_EQ(applied.released_bytes, 110U);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 2U);
    EXPECT_EQ(job.live(), 0U);
    EXPECT_EQ(job.dram().bytes, 0U);
    EXPECT_EQ(job.dram().frees, 1U);
    EXPECT_EQ(job.dram().peak_bytes, 100U);
}

TEST(TrackerCloseTest, ReleasesAreNoFreesOfTheJob) {
    Stream job = started_job();
    for (const std::uint64_t number : {1, 2, 3}) {
        job.alloc(buffer_at(number * kAddress));
    }
    job.free(buffer_at(kAddress));
    EXPECT_EQ(job.dram().freed(), 1U);
    job.released(kAllocator, Clear);
    EXPECT_EQ(job.dram().freed(), 1U);
    EXPECT_EQ(job.dram().released, 2U);
    job.alloc(buffer_at(kAddress));
    job.apply(ProcessExited{job.next()});
    EXPECT_EQ(job.dram().freed(), 1U);
    EXPECT_EQ(job.dram().released, 3U);
}

TEST(TrackerCloseTest, DeallocateBuffersAndClearOfAnOpenOwnerClear) {
    for (const AllocatorRelease how : {DeallocateBuffers, Clear}) {
        Stream job = started_job();
        job.alloc(buffer_at(kAddress));
        EXPECT_EQ(job.released(kAllocator, how).released_kind, FreeKind::Cleared);
        EXPECT_EQ(job.ends(FreeKind::Cleared), 1U);
        EXPECT_EQ(job.live(), 0U);
    }
}

TEST(TrackerCloseTest, DestroyedAllocatorReleasesByCloseWithoutAClosingOwner) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    EXPECT_EQ(job.released(kAllocator, Destroyed).released_kind, FreeKind::ReleasedByClose);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 1U);
}

TEST(TrackerCloseTest, ReleaseConcernsOneAllocatorOnly) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(under(buffer_at(kAddress, 10), kOtherAllocator));
    EXPECT_EQ(job.released(kAllocator, Clear).released, 1U);
    EXPECT_EQ(job.dram().bytes, 10U);
}

TEST(TrackerCloseTest, ReleaseOfAnUnknownAllocatorOrClosingOfAnUnknownOwnerIsNothing) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    EXPECT_EQ(job.released(0xdead, Destroyed).released, 0U);
    job.closing(0xdead);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_EQ(job.state().owners.size(), 1U);
}

TEST(TrackerCloseTest, ReleaseInOneProcessLeavesTheOtherAlone) {
    Stream jobs = started_job();
    jobs.alloc(buffer_at(kAddress));
    jobs.as(77).chip(kChip0, 0);
    jobs.alloc(buffer_at(kAddress));
    EXPECT_EQ(jobs.released(kAllocator, Destroyed).released, 1U);
    EXPECT_EQ(jobs.as(kPid).live(), 1U);
}

TEST(TrackerCloseTest, FreesBetweenCloseEntryAndReleaseAreOrdinaryFrees) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.alloc(buffer_at(2 * kAddress));
    job.closing(kChip0);
    EXPECT_FALSE(job.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(job.ends(FreeKind::Freed), 1U);
    EXPECT_EQ(job.released(kAllocator, DeallocateBuffers).released, 1U);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 1U);
}

// close_impl runs again from ~MeshDevice; clear() and the destructor follow deallocate_buffers().
TEST(TrackerCloseTest, SecondCloseAndTheReleasesAfterTheFirstChangeNothing) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.closing(kChip0);
    job.released(kAllocator, DeallocateBuffers);
    EXPECT_EQ(job.released(kAllocator, Clear).released, 0U);
    EXPECT_EQ(job.released(kAllocator, Destroyed).released, 0U);
    job.closing(kChip0);
    EXPECT_EQ(job.released(kAllocator, Destroyed).released, 0U);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 1U);
    EXPECT_EQ(job.ends(FreeKind::Cleared), 0U);
    EXPECT_EQ(job.dram().frees, 1U);
}

// A closing mesh destroys its trace buffers after it has emptied its allocator.
TEST(TrackerCloseTest, FreeBehindTheReleaseOfAClosingOwnerIsNoUnknownFree) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.closing(kChip0);
    job.released(kAllocator, DeallocateBuffers);
    EXPECT_FALSE(job.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 1U);
    EXPECT_EQ(job.ends(FreeKind::Freed), 0U);
    EXPECT_EQ(job.dram().bytes, 0U);
}

TEST(TrackerCloseTest, FreeBehindDeallocateBuffersOfAnOpenOwnerIsAfterClear) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.released(kAllocator, DeallocateBuffers);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::AfterClear);
}

TEST(TrackerCloseTest, MeshCloseReleasesItsBuffersOnEveryChipAndLeavesTheChipsOwnOnes) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(under(of_owner(buffer_at(kAddress, 10), kMesh), kOtherAllocator));
    job.closing(kMesh);
    EXPECT_EQ(job.released(kOtherAllocator, DeallocateBuffers).released_bytes, 10U);
    EXPECT_EQ(job.dram(kPlace0).bytes, 100U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 0U);
}

TEST(TrackerCloseTest, SameDeviceReopenedWithANewAllocatorStartsEmpty) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.closing(kChip0);
    job.released(kAllocator, Destroyed);
    job.chip(kChip0, 0);
    EXPECT_FALSE(job.alloc(under(buffer_at(kAddress, 10), kOtherAllocator)).replaced_live);
    EXPECT_EQ(job.dram().bytes, 10U);
    EXPECT_EQ(job.released(kOtherAllocator, Clear).released_kind, FreeKind::Cleared) << "no longer closing";
}

TEST(TrackerCloseTest, SameDeviceReopenedWithTheSameAllocatorPointerStartsEmpty) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.closing(kChip0);
    job.released(kAllocator, Destroyed);
    job.chip(kChip0, 0);
    EXPECT_FALSE(job.alloc(buffer_at(kAddress, 10)).replaced_live);
    EXPECT_EQ(job.dram().bytes, 10U);
    EXPECT_EQ(job.released(kAllocator, Clear).released_kind, FreeKind::Cleared) << "no longer closing";
}

// Seed of history: three runs one after the other in one process, with buffers of the runtime's own that never report a
// free.
TEST(TrackerCloseTest, ThreeRunsDoNotGrow) {
    Stream job;
    for (std::uint64_t run = 0; run < 3; ++run) {
        const std::uint64_t mesh = kMesh + run * 0x100;  // meshes get new objects and ids
        job.mesh(mesh, static_cast<std::int32_t>(run), {0, 1});
        job.alloc(of_type(of_owner(buffer_at(0x10, 1000), mesh), BufferType::L1));  // never freed
        for (std::uint64_t address = 0x1000; address < 0x2000; address += 0x100) {
            job.alloc(of_owner(buffer_at(address, 64), mesh));
            job.free(of_owner(buffer_at(address, 64), mesh));
        }
        EXPECT_EQ(job.live(), 1U);
        job.closing(mesh);
        job.released(kAllocator, DeallocateBuffers);
        job.released(kAllocator, Clear);
        job.released(kAllocator, Destroyed);
        EXPECT_EQ(job.live(), 0U);
        EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), run + 1);
        EXPECT_EQ(job.usage(kPlace0).of(BufferType::L1).peak_bytes, 1000U);
        EXPECT_EQ(job.state().places.size(), 2U);
    }
    EXPECT_EQ(job.ends(FreeKind::Freed), 48U);
    for (const UnknownFreeStat& stat : job.state().unknown_frees) {
        EXPECT_EQ(stat.count, 0U);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
