// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What walks of the process's memory bring: buffers no event told of, and buffers that are gone.
#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

TEST(TrackerWalkTest, FoundBufferIsLivePreExistingAndNoAllocation) {
    Stream job = attached_job();
    EXPECT_EQ(job.found(buffer_at(kAddress, 100)).found_as, FoundAs::PreExisting);
    job.walked(WalkReason::Attach);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_EQ(job.state().live.buffers().begin()->second.origin(), FoundAs::PreExisting);
    EXPECT_EQ(job.state().live.buffers().begin()->second.tid, 0U);
    EXPECT_EQ(job.dram().bytes, 100U);
    EXPECT_EQ(job.dram().peak_bytes, 100U);
    EXPECT_EQ(job.dram().allocs, 0U);
    EXPECT_EQ(job.dram().found, 1U);
    EXPECT_EQ(job.state().found.pre_existing, 1U);
    EXPECT_EQ(job.state().known_before, KnownBefore::Full);
    EXPECT_FALSE(job.free(buffer_at(kAddress, 100)).unknown_free);
    EXPECT_EQ(job.dram().bytes, 0U);
    EXPECT_EQ(job.dram().frees, 1U);
    EXPECT_EQ(job.ends(FreeKind::Freed), 1U);
}

TEST(TrackerWalkTest, FoundBeforeItsOwnerIsKnownMovesWithIt) {
    Stream job;
    job.process();
    job.found(of_owner(buffer_at(kAddress, 100), kMesh));
    EXPECT_EQ(job.dram(kUnknownPlace).bytes, 100U);
    job.mesh(kMesh, 0, {0, 1});
    EXPECT_EQ(job.dram(kUnknownPlace).bytes, 0U);
    EXPECT_EQ(job.dram(kPlace0).bytes, 100U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 100U);
    EXPECT_EQ(job.dram(kPlace1).found, 1U);
    EXPECT_EQ(job.dram(kPlace1).allocs, 0U);
}

TEST(TrackerWalkTest, AllocationThatComesAfterTheWalkFoundItIsTheSame) {
    Stream job = attached_job();
    job.found(buffer_at(kAddress, 100), 4096);
    const Applied applied = job.alloc(buffer_at(kAddress, 100));
    EXPECT_FALSE(applied.replaced_live);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_EQ(job.ends(FreeKind::Inferred), 0U);
    EXPECT_EQ(job.dram().allocs, 1U);
    EXPECT_EQ(job.dram().found, 0U);
    EXPECT_EQ(job.dram().bytes, 100U);
    EXPECT_EQ(job.state().found.pre_existing, 0U);
    const LiveBuffer& live = job.state().live.buffers().begin()->second;
    EXPECT_EQ(live.origin(), FoundAs::Allocated);
    EXPECT_EQ(live.tid, kTid);
    EXPECT_EQ(live.shape().block_bytes, 4096U) << "what the walk learned stays";
}

TEST(TrackerWalkTest, AllocationByAnotherObjectOrAfterLostFreesIsAnother) {
    Stream other = attached_job();
    other.found(by_object(buffer_at(kAddress), 1));
    EXPECT_TRUE(other.alloc(by_object(buffer_at(kAddress), 2)).replaced_live);
    EXPECT_EQ(other.ends(FreeKind::Inferred), 1U);

    Stream after_gap = attached_job();
    after_gap.found(buffer_at(kAddress));
    after_gap.lost(0, 1);
    EXPECT_TRUE(after_gap.alloc(buffer_at(kAddress)).replaced_live);
    EXPECT_EQ(after_gap.dram().allocs, 1U);
    EXPECT_EQ(after_gap.dram().found, 1U);
}

TEST(TrackerWalkTest, FoundAndFreedAndAllocatedAgainAreTwo) {
    Stream job = attached_job();
    job.found(buffer_at(kAddress));
    job.free(buffer_at(kAddress));
    EXPECT_FALSE(job.alloc(buffer_at(kAddress)).replaced_live);
    EXPECT_EQ(job.state().found.pre_existing, 1U);
    EXPECT_EQ(job.dram().allocs, 1U);
}

TEST(TrackerWalkTest, FoundOfAKnownBufferChangesNothing) {
    Stream job = attached_job();
    job.alloc(buffer_at(kAddress, 100));
    EXPECT_FALSE(job.found(buffer_at(kAddress, 100)).found_as);
    EXPECT_EQ(job.dram().allocs, 1U);
    EXPECT_EQ(job.dram().found, 0U);
    const Applied another = job.found(by_object(buffer_at(kAddress, 100), 1));
    EXPECT_TRUE(another.replaced_live) << "another object there: the first one's free was lost";
    EXPECT_EQ(job.ends(FreeKind::Inferred), 1U);
    EXPECT_EQ(job.live(), 1U);
}

TEST(TrackerWalkTest, HookedBuffersAreNotFound) {
    Stream job = attached_job();
    BufferFields hooked = buffer_at(0);
    hooked.hooked = true;
    EXPECT_FALSE(job.found(hooked).found_as);
    EXPECT_EQ(job.live(), 0U);
}

TEST(TrackerWalkTest, ErasWithoutObjectPointersMatchByPlace) {
    Stream job = attached_job();
    job.found(buffer_at(kAddress, 100));
    EXPECT_FALSE(job.free(by_object(buffer_at(kAddress, 0), 0)).unknown_free);
    EXPECT_EQ(job.live(), 0U);
}

TEST(TrackerWalkTest, GoneBufferIsInferredFree) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.lost(0, 1);
    const Applied applied = job.gone(buffer_at(kAddress));
    EXPECT_EQ(applied.released, 1U);
    EXPECT_EQ(applied.released_bytes, 100U);
    EXPECT_EQ(applied.released_kind, FreeKind::Inferred);
    EXPECT_EQ(job.live(), 0U);
    EXPECT_EQ(job.ends(FreeKind::Inferred), 1U);
    EXPECT_EQ(job.state().found.gone, 1U);
    EXPECT_EQ(job.gone(buffer_at(kAddress)).released, 0U) << "gone already";
}

TEST(TrackerWalkTest, GoneOfAnotherObjectOrAllocatorIsNothing) {
    Stream job = started_job();
    job.alloc(by_object(buffer_at(kAddress), 1));
    EXPECT_EQ(job.gone(by_object(buffer_at(kAddress), 2)).released, 0U);
    EXPECT_EQ(job.gone(under(buffer_at(kAddress), 0xdead)).released, 0U);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_FALSE(job.state().allocator_index.contains(0xdead));
}

TEST(TrackerWalkTest, FreeThatComesAfterTheWalkMissedItIsItsOwn) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.gone(buffer_at(kAddress));
    EXPECT_FALSE(job.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(job.ends(FreeKind::Inferred), 0U);
    EXPECT_EQ(job.ends(FreeKind::Freed), 1U);
    EXPECT_EQ(job.state().found.gone, 0U);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Double);
}

TEST(TrackerWalkTest, KnownBeforeIsWhatWasWatchedOrWalked) {
    EXPECT_EQ(started_job().state().known_before, KnownBefore::Full);
    EXPECT_EQ(attached_job().state().known_before, KnownBefore::None);
    Stream job = attached_job();
    job.walked(WalkReason::Attach, false);
    EXPECT_EQ(job.state().known_before, KnownBefore::Partial);
    job.walked(WalkReason::Audit);
    EXPECT_EQ(job.state().known_before, KnownBefore::Full) << "a later walk was complete";
    job.walked(WalkReason::End, false);
    EXPECT_EQ(job.state().known_before, KnownBefore::Full);
    EXPECT_EQ(job.state().walks[0].incomplete, 1U);
}

TEST(TrackerWalkTest, WhatIsFoundAfterALossIsInferred) {
    Stream job = attached_job();
    job.lost(1);
    EXPECT_EQ(job.found(buffer_at(kAddress)).found_as, FoundAs::Inferred);
    EXPECT_EQ(job.state().found.inferred, 1U);
    EXPECT_EQ(job.state().found.pre_existing, 0U);

    Stream loss_before_it_appeared;
    loss_before_it_appeared.lost(1);
    loss_before_it_appeared.process();
    EXPECT_EQ(loss_before_it_appeared.found(buffer_at(kAddress)).found_as, FoundAs::PreExisting);
    EXPECT_EQ(started_job().found(buffer_at(kAddress)).found_as, FoundAs::Inferred) << "nothing is older than its start";
}

TEST(TrackerWalkTest, CompleteWalkSettlesAGap) {
    Stream job = started_job();
    job.lost(5, 5);
    job.found(buffer_at(kAddress));
    job.walked(WalkReason::Gap, true, 1);
    EXPECT_FALSE(job.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(job.free(buffer_at(2 * kAddress)).unknown_free, UnknownFree::Unexplained) << "not put down to the gap";
    job.alloc(by_object(buffer_at(3 * kAddress), 1));
    EXPECT_EQ(job.free(by_object(buffer_at(3 * kAddress), 2)).unknown_free, UnknownFree::Double);
}

TEST(TrackerWalkTest, IncompleteWalkSettlesNothing) {
    Stream job = started_job();
    job.lost(1);
    job.walked(WalkReason::Gap, false);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::InGap);
}

TEST(TrackerWalkTest, WalkOfOneProcessLeavesTheOthersGapOpen) {
    Stream jobs = started_job();
    jobs.as(77).process(true, 2);
    jobs.lost(3);
    jobs.as(kPid).walked(WalkReason::Gap);
    EXPECT_EQ(jobs.free(buffer_at(kAddress)).unknown_free, UnknownFree::Unexplained);
    EXPECT_EQ(jobs.as(77).free(buffer_at(kAddress)).unknown_free, UnknownFree::InGap);
    jobs.walked(WalkReason::Gap);
    EXPECT_EQ(jobs.free(buffer_at(2 * kAddress)).unknown_free, UnknownFree::Unexplained);
}

TEST(TrackerWalkTest, AuditDifferenceWithoutALossIsUnexplained) {
    Stream job = attached_job();
    job.walked(WalkReason::Attach, true, 10);
    EXPECT_EQ(job.view().doubts().contradictions.total(), 0U) << "what an attach finds is no difference";
    job.walked(WalkReason::Audit, true, 2, 1);
    EXPECT_EQ(job.state().contradictions.found, 2U);
    EXPECT_EQ(job.state().contradictions.gone, 1U);
    EXPECT_EQ(job.view().doubts().contradictions.total(), 3U);
    EXPECT_FALSE(job.view().complete());
}

TEST(TrackerWalkTest, AuditDifferenceAfterALossIsExplainedUntilAWalkSettledIt) {
    Stream job = attached_job();
    job.walked(WalkReason::Attach);
    job.lost(0, 1);
    job.walked(WalkReason::Audit, true, 0, 1);
    EXPECT_EQ(job.view().doubts().contradictions.total(), 0U);
    job.walked(WalkReason::Audit, true, 0, 1);
    EXPECT_EQ(job.view().doubts().contradictions.total(), 1U);
}

TEST(TrackerWalkTest, AuditOfAProcessNeverWalkedWholeExplainsItself) {
    Stream job = attached_job();
    job.walked(WalkReason::Attach, false);
    job.walked(WalkReason::Audit, true, 5);
    EXPECT_EQ(job.view().doubts().contradictions.total(), 0U);
    Stream started = started_job();
    started.walked(WalkReason::Audit, true, 1);
    EXPECT_EQ(started.view().doubts().contradictions.total(), 1U) << "it was watched from its start";
}

TEST(TrackerWalkTest, FreeOfAnUnknownBufferTakesBackThatAllWasKnown) {
    Stream job = attached_job();
    job.free(buffer_at(kAddress));  // the walk goes on: it may be older
    job.walked(WalkReason::Attach);
    EXPECT_TRUE(job.view().complete());
    EXPECT_EQ(job.state().known_before, KnownBefore::Full);
    EXPECT_EQ(job.free(buffer_at(2 * kAddress)).unknown_free, UnknownFree::BeforeAttach);
    EXPECT_EQ(job.state().known_before, KnownBefore::Partial);
    EXPECT_EQ(job.view().doubts().contradictions.frees, 1U);
    EXPECT_FALSE(job.view().complete());
    job.walked(WalkReason::Audit);
    EXPECT_EQ(job.state().known_before, KnownBefore::Partial) << "whoever was wrong once may be so again";
}

TEST(TrackerWalkTest, UnexplainedFreeIsADoubtAndOneInAGapIsNone) {
    Stream job = started_job();
    job.lost(1);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::InGap);
    EXPECT_EQ(job.view().doubts().contradictions.total(), 0U);
    EXPECT_EQ(job.free(buffer_at(2 * kAddress)).unknown_free, UnknownFree::Unexplained);
    EXPECT_EQ(job.view().doubts().contradictions.frees, 1U);
}

TEST(TrackerWalkTest, BufferReplacedWhileLiveIsADoubtUnlessFreesWereLost) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.lost(0, 1);
    job.alloc(by_object(buffer_at(kAddress), 0x77));
    EXPECT_EQ(job.view().doubts().contradictions.replaced, 0U);
    job.alloc(by_object(buffer_at(kAddress), 0x78));
    EXPECT_EQ(job.view().doubts().contradictions.replaced, 1U);
}

TEST(TrackerWalkTest, OwnerThatChangesItsMindWhileItHoldsBuffersIsADoubt) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.mesh(kMesh, 1, {0, 1});
    EXPECT_TRUE(job.view().complete()) << "it held nothing: another one was opened at its place";
    job.alloc(under(of_owner(buffer_at(kAddress), kMesh), kOtherAllocator));
    job.mesh(kMesh, 0, {0, 1});
    EXPECT_EQ(job.view().doubts().contradictions.owners, 1U);
    EXPECT_FALSE(job.view().complete());
}

TEST(TrackerWalkTest, FreeOfABufferThatOutlivedItsAllocatorIsNothing) {
    Stream job = attached_job();
    job.alloc(buffer_at(kAddress));
    job.released(kAllocator, AllocatorRelease::Destroyed);
    const Applied known = job.free(buffer_at(kAddress));
    EXPECT_FALSE(known.unknown_free);
    EXPECT_TRUE(known.after_close);
    job.released(kOtherAllocator, AllocatorRelease::Destroyed);
    EXPECT_TRUE(job.free(under(of_owner(buffer_at(kAddress), 0xdead), kOtherAllocator)).after_close)
        << "of an allocator nobody had heard of";
    EXPECT_EQ(job.state().frees_after_close, 2U);
    EXPECT_FALSE(job.state().allocator_index.contains(kOtherAllocator));
    EXPECT_FALSE(job.state().owner_index.contains(0xdead));
    job.alloc(buffer_at(kAddress));
    EXPECT_FALSE(job.free(buffer_at(kAddress)).after_close) << "the pointer is an allocator again";
}

TEST(TrackerWalkTest, PausesAddUp) {
    Stream job = started_job();
    job.apply(ProcessPaused{job.next(), 100});
    job.apply(ProcessPaused{job.next(), 20});
    EXPECT_EQ(job.state().pauses, 2U);
    EXPECT_EQ(job.state().paused_ns, 120U);
}

TEST(TrackerWalkTest, AllocatorChangesAreCountedAndAForeignStateIsMarked) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.apply(AllocatorChanged{job.next(), kAllocator, AllocatorChange::Shrunk});
    EXPECT_EQ(job.state().foreign_allocators(), 0U);
    job.apply(AllocatorChanged{job.next(), kAllocator, AllocatorChange::StateOverridden});
    EXPECT_EQ(job.state().foreign_allocators(), 1U);
    EXPECT_EQ(job.state().allocator_changes[0], 1U);
    EXPECT_EQ(job.state().allocator_changes[1], 1U);
    EXPECT_EQ(job.state().allocator_changes[2], 0U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
