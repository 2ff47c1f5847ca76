// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Days of jobs: what the tracker keeps grows with what is live, not with what was.
#include <gtest/gtest.h>
#include <malloc.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

std::size_t heap_bytes() { return mallinfo2().uordblks; }

// Every object of every cycle at an address of its own, mesh and its chips unknown to each other.
void open_and_close(Stream& job, std::uint64_t cycle, bool tells_destruction) {
    const std::uint64_t base = 0x100000 + cycle * 0x1000;
    const std::uint64_t mesh = base;
    const std::uint64_t chip = base + 0x100;
    job.mesh(mesh, static_cast<std::int32_t>(cycle), cycle % 2 == 0 ? std::vector<std::int32_t>{0, 1} : std::vector<std::int32_t>{});
    job.chip(chip, 0);
    job.allocator_seen(base + 0x200, mesh, {small_region()});
    job.allocator_seen(base + 0x300, chip, {small_region()});
    job.alloc(under(of_owner(buffer_at(0x10000), mesh), base + 0x200));
    job.alloc(under(of_owner(buffer_at(0x20000), chip), base + 0x300));
    job.closing(mesh);
    job.closing(chip);
    for (const std::uint64_t allocator : {base + 0x200, base + 0x300}) {
        job.released(allocator, AllocatorRelease::DeallocateBuffers);
        if (tells_destruction) {
            job.released(allocator, AllocatorRelease::Destroyed);
        }
    }
    job.free(under(of_owner(buffer_at(0x10000), mesh), base + 0x200));  // the Buffer outlives its device
}

// Programs whose end nobody tells.
TEST(TrackerLongRunTest, ProgramsAreBoundedAndResidentOnesStay) {
    Stream job = started_job();
    job.circular_buffer(1, 100, {{9, 9, 9, 9}});
    job.launch(1);
    for (std::uint64_t program = 2; program < 4 * ProgramTable::kMaxPrograms; ++program) {
        job.circular_buffer(program, 100, {{0, 0, 0, 0}});
        job.launch(program);
    }
    EXPECT_LE(job.state().programs.programs().size(), ProgramTable::kMaxPrograms);
    EXPECT_EQ(job.circular_buffers().count, 2U);
    EXPECT_EQ(job.circular_buffers().bytes, 200U);
}

TEST(TrackerLongRunTest, HundredThousandOpensAndClosesTakeNoMoreMemoryThanTen) {
    for (const bool tells_destruction : {true, false}) {
        Stream job = started_job();
        std::uint64_t cycle = 0;
        // Until the bounded memories of the past are full: 2 keys a cycle.
        for (; cycle < AllocationTable::kMaxPastKeys / 2; ++cycle) {
            open_and_close(job, cycle, tells_destruction);
        }
        const std::size_t before = heap_bytes();
        for (const std::uint64_t end = cycle + 100'000; cycle < end; ++cycle) {
            open_and_close(job, cycle, tells_destruction);
        }
        // Which half of the past is full differs from moment to moment: some MiB.
        EXPECT_LT(heap_bytes(), before + (std::size_t{16} << 20U));
        EXPECT_LE(job.state().owners.size(), 1024U);
        EXPECT_LE(job.state().allocators.size(), 1024U);
        EXPECT_LE(job.state().owner_index.size(), 1024U);
        EXPECT_LE(job.state().allocator_index.size(), 1024U);
        EXPECT_LE(job.state().places.size(), 1024U);
        EXPECT_EQ(job.live(), 0U);
        for (const UnknownFreeStat& stat : job.state().unknown_frees) {
            EXPECT_EQ(stat.count, 0U);
        }
        EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 2 * cycle);
    }
}

TEST(TrackerLongRunTest, EntryUsedAgainKnowsNothingOfTheOneBefore) {
    Stream job = started_job();
    for (std::uint64_t cycle = 0; cycle < 2000; ++cycle) {
        open_and_close(job, cycle, true);
        const std::uint64_t owner = 0x77'0000'0000 + cycle * 0x1000;
        const std::uint64_t allocator = owner + 0x100;
        job.chip(owner, 3);
        const BufferFields buffer = under(of_owner(buffer_at(0x10000), owner), allocator);
        EXPECT_FALSE(job.alloc(buffer).replaced_live);
        EXPECT_FALSE(job.free(buffer).unknown_free);
        EXPECT_EQ(job.free(buffer).unknown_free, UnknownFree::Double);
        EXPECT_EQ(job.free(under(of_owner(buffer_at(0x20000), owner), allocator)).unknown_free, UnknownFree::Unexplained);
        job.closing(owner);
        job.released(allocator, AllocatorRelease::Destroyed);
    }
}

TEST(TrackerLongRunTest, EndedProcessesAreSummedUpAndTheLatestKeptWhole) {
    constexpr std::uint32_t kProcesses = Tracker::kMaxExitedJobs + 1000;
    Stream jobs;
    jobs.as(1).process(true, 1);
    jobs.alloc(buffer_at(kAddress, 100));
    for (std::uint32_t pid = 100; pid < 100 + kProcesses; ++pid) {
        jobs.as(pid).process(true, pid);
        jobs.chip(kChip0, 0);
        jobs.alloc(buffer_at(kAddress, pid));
        jobs.free(buffer_at(2 * kAddress));
        jobs.failed(buffer_at(0));
        jobs.exited();
    }
    const TrackerView view = jobs.view();
    EXPECT_EQ(view.processes.size(), Tracker::kMaxExitedJobs + 1);
    EXPECT_EQ(view.processes.front()->pid, 1U) << "a living one stays, however old";
    EXPECT_EQ(view.processes.back()->pid, 100 + kProcesses - 1);
    const std::uint64_t folded = kProcesses - Tracker::kMaxExitedJobs;
    EXPECT_EQ(view.folded.count, folded);
    EXPECT_EQ(view.folded.events, 6 * folded);
    EXPECT_EQ(view.folded.ends[static_cast<std::size_t>(FreeKind::ReleasedByExit)], folded);
    EXPECT_EQ(view.folded.unknown_frees[static_cast<std::size_t>(UnknownFree::Unexplained)], folded);
    EXPECT_EQ(view.folded.failed_allocations, folded);
    EXPECT_EQ(view.folded.peak_bytes[0], 100 + folded - 1);
    EXPECT_EQ(view.events, 2 + 6 * kProcesses);
    EXPECT_EQ(jobs.as(1).live(), 1U);
}

TEST(TrackerLongRunTest, AJobIsNotLostBehindItsChildren) {
    Stream jobs;
    jobs.as(1).process(true, 1);
    jobs.alloc(buffer_at(kAddress, 100));
    jobs.exited();
    for (std::uint32_t pid = 100; pid < 5100; ++pid) {
        jobs.as(pid).process(true, pid);
        jobs.exited();
    }
    const TrackerView view = jobs.view();
    EXPECT_EQ(view.processes.size(), Tracker::kMaxExitedProcesses + 1);
    EXPECT_EQ(view.processes.front()->pid, 1U);
    EXPECT_EQ(view.folded.count, 5000 - Tracker::kMaxExitedProcesses);
}

TEST(TrackerLongRunTest, ManyFailuresWithManyLiveBuffersDoNotStall) {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        job.alloc(buffer_at(i * 64));
    }
    for (int i = 0; i < 100'000; ++i) {  // 10^10 looks at buffers if each went through all of them
        job.failed(buffer_at(0));
    }
    EXPECT_EQ(job.state().failures.count, 100'000U);
    EXPECT_FALSE(job.state().failures.latest->tracked.known());
    EXPECT_EQ(job.state().failures.kinds.size(), 1U) << "one that is not looked at is another of the first";
}

}  // namespace
}  // namespace tt::alloc_trace::test
