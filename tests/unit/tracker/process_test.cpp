// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Processes: appearance, fork, exec, exit, reuse of pids; peaks and counts.
#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

TEST(TrackerProcessTest, ProcessKeepsWhatWasSaidOfIt) {
    Stream job;
    job.apply(ProcessSeen{job.next(), 17, 99, true, "python3 train.py"});
    EXPECT_EQ(job.state().pid, kPid);
    EXPECT_EQ(job.state().parent_pid, 17U);
    EXPECT_EQ(job.state().start_time_ns, 99U);
    EXPECT_TRUE(job.state().from_first_event);
    EXPECT_EQ(job.state().command, "python3 train.py");
    EXPECT_EQ(job.state().end, ProcessState::End::Alive);
}

// Seed of history: a target killed with -9.
TEST(TrackerProcessTest, ExitReleasesEverythingAtOnce) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(under(of_type(buffer_at(kAddress, 10), BufferType::L1), kOtherAllocator));
    job.launch(1);
    job.circular_buffer(1, 8, {{0, 0, 1, 1}});
    const Applied applied = job.exited();
    EXPECT_EQ(applied.released_kind, FreeKind::ReleasedByExit);
    EXPECT_EQ(applied.released, 2U);
    EXPECT_EQ(applied.released_bytes, 110U);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByExit), 2U);
    EXPECT_EQ(job.state().end, ProcessState::End::Exited);
    EXPECT_EQ(job.live(), 0U);
    EXPECT_EQ(job.dram().bytes, 0U);
    EXPECT_EQ(job.dram().frees, 1U);
    EXPECT_EQ(job.dram().peak_bytes, 100U);
    EXPECT_EQ(job.circular_buffers().bytes, 0U);
    EXPECT_EQ(job.circular_buffers().peak_bytes, 32U);
}

TEST(TrackerProcessTest, ExecReleasesEverythingAndTheProcessGoesOn) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    const Applied applied = job.exec();
    EXPECT_EQ(applied.released_kind, FreeKind::ReleasedByExit);
    EXPECT_EQ(applied.released, 1U);
    EXPECT_EQ(job.state().end, ProcessState::End::Alive);

    job.process(true);  // of the same pid and start time
    EXPECT_EQ(job.view().processes.size(), 1U);
    job.chip(kChip0, 1);  // the pointers are of another address space
    EXPECT_FALSE(job.alloc(buffer_at(kAddress, 10)).replaced_live);
    EXPECT_EQ(job.dram(kPlace0).bytes, 0U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 10U);
}

TEST(TrackerProcessTest, PointersOfBeforeAnExecMeanNothingAfterIt) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.exec();
    EXPECT_EQ(job.released(kAllocator, AllocatorRelease::Destroyed).released, 0U);
    job.alloc(buffer_at(kAddress));
    EXPECT_EQ(job.dram(kUnknownPlace).buffers, 1U) << "the owner was not seen in the new address space";
}

TEST(TrackerProcessTest, EventsAfterAnExitAreOfAnotherProcess) {
    Stream job = started_job();
    job.exited();
    job.process(true, 2);
    job.chip(kChip0, 0);
    job.alloc(buffer_at(kAddress));
    ASSERT_EQ(job.view().processes.size(), 2U);
    EXPECT_EQ(job.view().processes[0]->end, ProcessState::End::Exited);
    EXPECT_TRUE(job.view().processes[0]->live.buffers().empty());
    EXPECT_EQ(job.view().processes[1]->live.buffers().size(), 1U);
}

TEST(TrackerProcessTest, PidReusedWithoutAnExitEventEndsTheOldProcess) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.process(true, 2);
    ASSERT_EQ(job.view().processes.size(), 2U);
    const ProcessState& old = *job.view().processes[0];
    EXPECT_EQ(old.end, ProcessState::End::Exited);
    EXPECT_EQ(old.ends[static_cast<std::size_t>(FreeKind::ReleasedByExit)], 1U);
    EXPECT_EQ(old.start_time_ns, 1U);
    EXPECT_EQ(job.state().start_time_ns, 2U);
    EXPECT_EQ(job.live(), 0U);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Unexplained) << "not the old one's buffer";
}

TEST(TrackerProcessTest, ProcessSeenAgainIsTheSameProcess) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.process(true);
    EXPECT_EQ(job.view().processes.size(), 1U);
    EXPECT_EQ(job.live(), 1U);
}

TEST(TrackerProcessTest, ProcessIsTakenUpByAnyEvent) {
    Stream job;
    job.alloc(buffer_at(kAddress));
    job.process(false);
    EXPECT_EQ(job.view().processes.size(), 1U);
    EXPECT_EQ(job.live(), 1U);
}

// The child has the mappings, but no device memory of its own.
TEST(TrackerProcessTest, ForkLeavesTheParentsMemoryWithTheParent) {
    Stream jobs = started_job();
    jobs.alloc(buffer_at(kAddress));
    jobs.forked(77);
    EXPECT_EQ(jobs.live(), 1U);
    EXPECT_EQ(jobs.view().processes.size(), 1U);
    jobs.as(77).process(true, 2);
    EXPECT_EQ(jobs.live(), 0U);
    EXPECT_EQ(jobs.exited().released, 0U);
    EXPECT_EQ(jobs.as(kPid).live(), 1U);
}

TEST(TrackerProcessTest, InterleavedProcessesAreCountedApart) {
    Stream jobs;
    for (std::uint64_t i = 0; i < 100; ++i) {
        for (std::uint32_t pid = 1; pid <= 5; ++pid) {
            jobs.as(pid).alloc(buffer_at(0x1000 + i * 0x100, pid));
        }
    }
    jobs.as(3).exited();
    for (std::uint32_t pid = 1; pid <= 5; ++pid) {
        EXPECT_EQ(jobs.as(pid).dram(kUnknownPlace).bytes, pid == 3 ? 0U : 100U * pid);
        EXPECT_EQ(jobs.state().events, pid == 3 ? 101U : 100U);
    }
    EXPECT_EQ(jobs.view().processes.size(), 5U);
    EXPECT_EQ(jobs.view().events, 501U);
}

TEST(TrackerProcessTest, TimesAreThoseOfTheFirstAndLastEvent) {
    Stream job;
    job.as(1).process();
    job.as(2).process();
    const std::uint64_t second_ns = job.view().last_t_ns;
    job.as(1).exited();
    EXPECT_EQ(job.view().first_t_ns + 2000, job.view().last_t_ns);
    EXPECT_EQ(job.as(1).state().first_t_ns, job.view().first_t_ns);
    EXPECT_EQ(job.as(1).state().last_t_ns, job.view().last_t_ns);
    EXPECT_EQ(job.as(2).state().last_t_ns, second_ns);
}

TEST(TrackerProcessTest, PeakIsTheMostThatWasLiveAtOneTime) {
    Stream job = started_job();
    job.alloc(buffer_at(0x100, 60));
    job.alloc(buffer_at(0x200, 40));
    job.free(buffer_at(0x100));
    job.alloc(buffer_at(0x300, 50));
    EXPECT_EQ(job.dram().bytes, 90U);
    EXPECT_EQ(job.dram().peak_bytes, 100U);
}

TEST(TrackerProcessTest, ResetPeaksStartsFromWhatIsLiveAndKeepsTheRest) {
    Stream job = started_job();
    job.alloc(buffer_at(0x100, 60));
    job.alloc(buffer_at(0x200, 40));
    job.free(buffer_at(0x100));
    job.launch(1);
    job.circular_buffer(1, 8, {{0, 0, 1, 1}});
    job.circular_buffers_released(kChip0);
    job.tracker().reset_peaks();
    EXPECT_EQ(job.dram().peak_bytes, 40U);
    EXPECT_EQ(job.dram().bytes, 40U);
    EXPECT_EQ(job.dram().allocs, 2U);
    EXPECT_EQ(job.dram().frees, 1U);
    EXPECT_EQ(job.circular_buffers().peak_bytes, 0U);
    job.alloc(buffer_at(0x300, 5));
    EXPECT_EQ(job.dram().peak_bytes, 45U);
}

TEST(TrackerProcessTest, ResetPeaksLeavesProcessesThatHaveEndedAlone) {
    Stream job = started_job();
    job.alloc(buffer_at(0x100, 60));
    job.exited();
    job.tracker().reset_peaks();
    EXPECT_EQ(job.dram().peak_bytes, 60U);
}

TEST(TrackerProcessTest, AllocsMinusFreesIsWhatIsLiveWhateverTheEnd) {
    Stream job = started_job();
    for (std::uint64_t i = 1; i <= 10; ++i) {
        job.alloc(buffer_at(i * 0x100, i));
    }
    job.free(buffer_at(0x100));
    job.alloc(buffer_at(0x200, 7));                        // infers a free
    job.released(kAllocator, AllocatorRelease::Clear);     // ends nine
    job.alloc(buffer_at(0x300, 1));
    EXPECT_EQ(job.dram().allocs, 12U);
    EXPECT_EQ(job.dram().frees, 11U);
    EXPECT_EQ(job.dram().buffers, 1U);
    job.exited();
    EXPECT_EQ(job.dram().frees, 12U);
    EXPECT_EQ(job.ends(FreeKind::Freed), 1U);
    EXPECT_EQ(job.ends(FreeKind::Inferred), 1U);
    EXPECT_EQ(job.ends(FreeKind::Cleared), 9U);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByExit), 1U);
}

TEST(TrackerProcessTest, FreesOfInheritedBuffersAreOlderThanTheForkedChild) {
    Tracker tracker;
    tracker.apply(ProcessForked{{1, 10, 10}, 11});
    tracker.apply(ProcessSeen{{2, 11, 11}, 10, 5, true, "child"});
    const Freed inherited{{3, 11, 11}, buffer_at(kAddress)};
    EXPECT_EQ(tracker.apply(inherited).unknown_free, UnknownFree::BeforeAttach);
    EXPECT_EQ(tracker.apply(inherited).unknown_free, UnknownFree::Double);
    tracker.apply(ProcessExec{{4, 11, 11}});
    EXPECT_EQ(tracker.apply(inherited).unknown_free, UnknownFree::Unexplained) << "exec left nothing to inherit";
}

}  // namespace
}  // namespace tt::alloc_trace::test
