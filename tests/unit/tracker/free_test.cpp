// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How single buffers end, and why a free named no live buffer.
#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

TEST(TrackerFreeTest, FreedBufferLeavesThePeakAndTheCounts) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    EXPECT_FALSE(job.free(buffer_at(kAddress, 100)).unknown_free);
    EXPECT_EQ(job.ends(FreeKind::Freed), 1U);
    const Usage usage = job.dram();
    EXPECT_EQ(usage.buffers, 0U);
    EXPECT_EQ(usage.bytes, 0U);
    EXPECT_EQ(usage.peak_bytes, 100U);
    EXPECT_EQ(usage.allocs, 1U);
    EXPECT_EQ(usage.frees, 1U);
}

TEST(TrackerFreeTest, LiveBufferRemembersItsAllocation) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    const auto& [key, live] = *job.state().live.buffers().begin();
    EXPECT_EQ(key.address, kAddress);
    EXPECT_EQ(live.buffer, buffer_at(kAddress).buffer);
    EXPECT_EQ(live.size, 100U);
    EXPECT_EQ(live.page_size, 1024U);
    EXPECT_EQ(live.tid, kTid);
    EXPECT_EQ(live.t_ns, job.view().last_t_ns);
}

// The size of the allocation counts, whatever the object says at the free.
TEST(TrackerFreeTest, FreeTakesAwayWhatTheAllocationAdded) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.free(buffer_at(kAddress, 1'000'000));
    EXPECT_EQ(job.dram().bytes, 0U);
}

TEST(TrackerFreeTest, FreeOfAnOlderBufferIsBeforeAttachAndCountedWithItsBytes) {
    Stream job = attached_job();
    EXPECT_EQ(job.free(buffer_at(kAddress, 100)).unknown_free, UnknownFree::BeforeAttach);
    EXPECT_EQ(job.unknown(UnknownFree::BeforeAttach).count, 1U);
    EXPECT_EQ(job.unknown(UnknownFree::BeforeAttach).bytes, 100U);
    EXPECT_EQ(job.dram().frees, 0U) << "what never counted cannot be freed";
}

TEST(TrackerFreeTest, SecondFreeOfAnOlderBufferIsDouble) {
    Stream job = attached_job();
    job.free(buffer_at(kAddress));
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Double);
}

TEST(TrackerFreeTest, UnexplainedOnlyIfTheProcessWasWatchedFromItsFirstEvent) {
    Stream job = started_job();
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Unexplained);
    EXPECT_EQ(attached_job().free(buffer_at(kAddress)).unknown_free, UnknownFree::BeforeAttach);
    Stream unannounced;
    EXPECT_EQ(unannounced.free(buffer_at(kAddress)).unknown_free, UnknownFree::BeforeAttach);
}

// Seed of history: the same address freed 1,000 times more than allocated.
TEST(TrackerFreeTest, ThousandExcessFreesAreDoubleWithOneExampleAndLeaveTheStateUnharmed) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 64));
    job.alloc(buffer_at(2 * kAddress, 100));
    job.free(buffer_at(kAddress, 64));
    const std::uint64_t first_excess_ns = job.view().last_t_ns + 1000;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(job.free(buffer_at(kAddress, 64)).unknown_free, UnknownFree::Double);
    }
    const UnknownFreeStat& stat = job.unknown(UnknownFree::Double);
    EXPECT_EQ(stat.count, 1000U);
    EXPECT_EQ(stat.bytes, 64'000U);
    ASSERT_TRUE(stat.example);
    EXPECT_EQ(stat.example->header.t_ns, first_excess_ns);
    EXPECT_EQ(stat.example->buffer, buffer_at(kAddress, 64));

    EXPECT_EQ(job.live(), 1U);
    EXPECT_EQ(job.dram().bytes, 100U);
    EXPECT_EQ(job.dram().frees, 1U);
    EXPECT_FALSE(job.alloc(buffer_at(kAddress, 64)).replaced_live);
    EXPECT_FALSE(job.free(buffer_at(kAddress, 64)).unknown_free);
}

TEST(TrackerFreeTest, FreeByAnotherObjectOfALiveBufferIsDoubleWithoutAGap) {
    Stream job = started_job();
    job.alloc(by_object(buffer_at(kAddress), 1));
    EXPECT_EQ(job.free(by_object(buffer_at(kAddress), 2)).unknown_free, UnknownFree::Double);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_FALSE(job.free(by_object(buffer_at(kAddress), 1)).unknown_free);
}

TEST(TrackerFreeTest, FreeByAnotherObjectAfterAGapIsATrueFree) {
    Stream job = started_job();
    job.alloc(by_object(buffer_at(kAddress), 1));
    job.lost(1, 1);
    EXPECT_FALSE(job.free(by_object(buffer_at(kAddress), 2)).unknown_free);
    EXPECT_EQ(job.live(), 0U);
    EXPECT_EQ(job.ends(FreeKind::Freed), 1U);
}

TEST(TrackerFreeTest, FreeByAnotherObjectIsDoubleWhenTheGapIsOlderThanTheBuffer) {
    Stream job = started_job();
    job.lost(1);
    job.alloc(by_object(buffer_at(kAddress), 1));
    EXPECT_EQ(job.free(by_object(buffer_at(kAddress), 2)).unknown_free, UnknownFree::Double);
    EXPECT_EQ(job.live(), 1U);
}

TEST(TrackerFreeTest, UnknownFreesArePutDownToTheGapAsLongAsAllocationsAreMissing) {
    Stream job = attached_job();
    job.lost(2);
    EXPECT_EQ(job.free(buffer_at(0x100)).unknown_free, UnknownFree::InGap);
    EXPECT_EQ(job.free(buffer_at(0x200)).unknown_free, UnknownFree::InGap);
    EXPECT_EQ(job.free(buffer_at(0x300)).unknown_free, UnknownFree::BeforeAttach);
    EXPECT_EQ(job.unknown(UnknownFree::InGap).count, 2U);
}

TEST(TrackerFreeTest, LostFreesAloneExplainNoUnknownFree) {
    Stream job = started_job();
    job.lost(0, 5);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Unexplained);
}

TEST(TrackerFreeTest, FreeOfABufferFreedBeforeTheGapIsInTheGap) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.free(buffer_at(kAddress));
    job.lost(1);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::InGap);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Double) << "freed after the gap by now";
}

TEST(TrackerFreeTest, SecondFreeAfterAGapIsDoubleEvenWithBudgetLeft) {
    Stream job = started_job();
    job.lost(10);
    job.alloc(buffer_at(kAddress));
    job.free(buffer_at(kAddress));
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Double);
    EXPECT_EQ(job.free(buffer_at(2 * kAddress)).unknown_free, UnknownFree::InGap);
}

TEST(TrackerFreeTest, FreeAfterAClearIsAfterClearOnceAndThenDouble) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.released(kAllocator, AllocatorRelease::Clear);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::AfterClear);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Double);
}

TEST(TrackerFreeTest, FreeAfterAClearAndAGapIsInTheGapFirst) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.alloc(buffer_at(2 * kAddress));
    job.released(kAllocator, AllocatorRelease::Clear);
    job.lost(1);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::InGap);
    EXPECT_EQ(job.free(buffer_at(2 * kAddress)).unknown_free, UnknownFree::AfterClear) << "budget spent";
}

TEST(TrackerFreeTest, AllocationAtALiveKeyInfersTheMissingFree) {
    Stream job = started_job();
    job.alloc(by_object(buffer_at(kAddress, 100), 1));
    job.lost(0, 1);
    const Applied applied = job.alloc(by_object(buffer_at(kAddress, 10), 2));
    EXPECT_TRUE(applied.replaced_live);
    EXPECT_EQ(job.ends(FreeKind::Inferred), 1U);
    EXPECT_EQ(job.dram().buffers, 1U);
    EXPECT_EQ(job.dram().bytes, 10U);
    EXPECT_EQ(job.dram().peak_bytes, 100U) << "the two never lived at the same time";
    EXPECT_EQ(job.dram().allocs, 2U);
    EXPECT_EQ(job.dram().frees, 1U);
    EXPECT_FALSE(job.free(by_object(buffer_at(kAddress, 10), 2)).unknown_free);
}

TEST(TrackerFreeTest, HookedBuffersAreCountedAndOtherwiseIgnored) {
    Stream job = started_job();
    BufferFields hooked = buffer_at(0);
    hooked.hooked = true;
    job.alloc(hooked);
    job.alloc(hooked);
    EXPECT_EQ(job.state().hooked_allocs, 2U);
    EXPECT_EQ(job.live(), 0U);
    EXPECT_EQ(job.dram().allocs, 0U);
    EXPECT_FALSE(job.free(hooked).unknown_free);
    EXPECT_FALSE(job.free(hooked).unknown_free);
    EXPECT_TRUE(job.state().allocators.empty());
}

TEST(TrackerFreeTest, LossesAreSummedAndAreNoEventsOfAProcess) {
    Stream job;
    Lost loss;
    loss.header.t_ns = 5000;
    loss.allocated = 1;
    loss.freed = 2;
    loss.circular_buffers = 3;
    loss.lifecycle = 4;
    job.apply(loss);
    loss.header.t_ns = 6000;
    job.apply(loss);
    EXPECT_EQ(job.view().lost.allocated, 2U);
    EXPECT_EQ(job.view().lost.freed, 4U);
    EXPECT_EQ(job.view().lost.circular_buffers, 6U);
    EXPECT_EQ(job.view().lost.lifecycle, 8U);
    EXPECT_EQ(job.view().lost.total(), 20U);
    EXPECT_EQ(job.view().lost.header.t_ns, 6000U);
    EXPECT_EQ(job.view().events, 0U);
    EXPECT_TRUE(job.view().processes.empty());
}

TEST(TrackerFreeTest, TrackerWithoutEventsIsEmpty) {
    Tracker tracker;
    tracker.reset_peaks();
    EXPECT_TRUE(tracker.view().processes.empty());
    EXPECT_EQ(tracker.view().events, 0U);
    EXPECT_EQ(tracker.view().first_t_ns, 0U);
    EXPECT_EQ(tracker.view().last_t_ns, 0U);
    EXPECT_EQ(tracker.view().lost.total(), 0U);
}

TEST(TrackerFreeTest, JudgementsHaveTheWordsOfTheDesign) {
    EXPECT_EQ(to_string(FreeKind::Freed), "freed");
    EXPECT_EQ(to_string(FreeKind::ReleasedByClose), "released by close");
    EXPECT_EQ(to_string(FreeKind::ReleasedByExit), "released by exit");
    EXPECT_EQ(to_string(FreeKind::Cleared), "cleared");
    EXPECT_EQ(to_string(FreeKind::Inferred), "inferred");
    EXPECT_EQ(to_string(UnknownFree::BeforeAttach), "before attach");
    EXPECT_EQ(to_string(UnknownFree::InGap), "in a gap");
    EXPECT_EQ(to_string(UnknownFree::Double), "double");
    EXPECT_EQ(to_string(UnknownFree::Unexplained), "unexplained");
}

}  // namespace
}  // namespace tt::alloc_trace::test
