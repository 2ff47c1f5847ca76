// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Circular buffers: which program's are resident where.
#include <gtest/gtest.h>

#include <limits>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kProgram = 0x100;
constexpr std::uint64_t kOtherProgram = 0x200;
constexpr CoreRange kLeft{0, 0, 1, 3};   // 8 cores
constexpr CoreRange kRight{2, 0, 3, 3};  // 8 cores
constexpr CoreRange kAll{0, 0, 3, 3};    // 16 cores

TEST(TrackerCircularBufferTest, LaunchedProgramIsResidentWithSizeTimesCores) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.circular_buffer(kProgram, 10, {kLeft, kRight});
    EXPECT_EQ(job.circular_buffers().count, 2U);
    EXPECT_EQ(job.circular_buffers().bytes, 8U * 100 + 16U * 10);
    EXPECT_EQ(job.circular_buffers().peak_bytes, 960U);
    EXPECT_EQ(job.circular_buffers().launches, 1U);
    EXPECT_EQ(job.live(), 0U) << "circular buffers are no buffers";
}

TEST(TrackerCircularBufferTest, CachedRelaunchKeepsThePlan) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kProgram);
    job.launch(kProgram);
    EXPECT_EQ(job.circular_buffers().count, 1U);
    EXPECT_EQ(job.circular_buffers().bytes, 800U);
    EXPECT_EQ(job.circular_buffers().launches, 3U);
}

TEST(TrackerCircularBufferTest, RelaunchWithNewCircularBuffersReplacesThePlan) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kProgram);
    job.circular_buffer(kProgram, 7, {kLeft});
    EXPECT_EQ(job.circular_buffers().count, 1U);
    EXPECT_EQ(job.circular_buffers().bytes, 56U);
    EXPECT_EQ(job.circular_buffers().peak_bytes, 1600U);
    job.circular_buffer(kProgram, 3, {kLeft});
    EXPECT_EQ(job.circular_buffers().bytes, 80U);
}

TEST(TrackerCircularBufferTest, ProgramOnOverlappingCoresTakesTheOthersPlace) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 1, {kAll});
    EXPECT_EQ(job.circular_buffers().bytes, 16U);
    EXPECT_EQ(job.state().programs.resident_programs(kPlace0), std::vector<std::uint64_t>{kOtherProgram});

    job.launch(kProgram);  // from the cache: its plan is still known
    EXPECT_EQ(job.circular_buffers().bytes, 800U);
    EXPECT_EQ(job.state().programs.resident_programs(kPlace0), std::vector<std::uint64_t>{kProgram});
}

TEST(TrackerCircularBufferTest, ProgramsOnDisjointCoresStayTogether) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 10, {kRight});
    EXPECT_EQ(job.circular_buffers().count, 2U);
    EXPECT_EQ(job.circular_buffers().bytes, 880U);
}

TEST(TrackerCircularBufferTest, LaterCircularBufferThatReachesFurtherEvictsAsWell) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 10, {kRight});
    job.circular_buffer(kOtherProgram, 10, {kLeft});
    EXPECT_EQ(job.circular_buffers().bytes, 160U);
}

TEST(TrackerCircularBufferTest, ProgramWithoutCircularBuffersEvictsNothing) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kOtherProgram);
    EXPECT_EQ(job.circular_buffers().bytes, 800U);
    EXPECT_EQ(job.circular_buffers().launches, 2U);
}

TEST(TrackerCircularBufferTest, ProgramOfAMeshIsResidentOnEachOfItsChips) {
    Stream job;
    job.mesh(kMesh, 0, {0, 1});
    job.launch(kProgram, kMesh);
    job.circular_buffer(kProgram, 100, {kLeft}, kMesh);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 800U);
    EXPECT_EQ(job.circular_buffers(kPlace1).bytes, 800U);
    EXPECT_EQ(job.circular_buffers(kPlace1).launches, 1U);
}

TEST(TrackerCircularBufferTest, ProgramOfOneChipLeavesTheOtherChipsAlone) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.launch(kProgram, kMesh);
    job.circular_buffer(kProgram, 100, {kLeft}, kMesh);
    job.launch(kOtherProgram, kChip0);
    job.circular_buffer(kOtherProgram, 1, {kLeft}, kChip0);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 8U);
    EXPECT_EQ(job.circular_buffers(kPlace1).bytes, 800U);
}

TEST(TrackerCircularBufferTest, DestroyedProgramIsGoneEverywhere) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.launch(kProgram, kMesh);
    job.circular_buffer(kProgram, 100, {kLeft}, kMesh);
    job.program_destroyed(kProgram);
    job.program_destroyed(0xdead);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 0U);
    EXPECT_EQ(job.circular_buffers(kPlace1).count, 0U);
    EXPECT_TRUE(job.state().programs.programs().empty());

    job.launch(kProgram, kMesh);  // another program at the same address has no plan
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 0U);
}

TEST(TrackerCircularBufferTest, DeallocateCbEmptiesTheOwnerAndKeepsThePlans) {
    Stream job = started_job();
    job.chip(kChip1, 1);
    for (const std::uint64_t chip : {kChip0, kChip1}) {
        job.launch(kProgram, chip);
    }
    job.circular_buffer(kProgram, 100, {kLeft}, kChip0);
    job.launch(kProgram, kChip1);
    job.circular_buffers_released(kChip0);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 0U);
    EXPECT_EQ(job.circular_buffers(kPlace0).peak_bytes, 800U);
    EXPECT_EQ(job.circular_buffers(kPlace1).bytes, 800U);
    job.launch(kProgram, kChip0);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 800U);
}

TEST(TrackerCircularBufferTest, ClosedOwnerHoldsNoCircularBuffers) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.closing(kChip0);
    EXPECT_NE(job.circular_buffers().bytes, 0U) << "close may still throw";
    job.released(kAllocator, AllocatorRelease::Destroyed);
    EXPECT_EQ(job.circular_buffers().bytes, 0U);
    EXPECT_EQ(job.circular_buffers().count, 0U);
}

TEST(TrackerCircularBufferTest, GloballyAllocatedOnesCountAsTheirL1BufferOnly) {
    Stream job = started_job();
    job.launch(kProgram);
    job.apply(CircularBufferAllocated{job.next(), kProgram, kChip0, kAddress, 100, {kLeft}, true, true});
    EXPECT_EQ(job.circular_buffers().count, 0U);
}

TEST(TrackerCircularBufferTest, CircularBufferOfAnUnknownProgramIsNotKept) {
    Stream job = started_job();
    job.circular_buffer(0, 100, {kLeft});
    job.launch(0);
    job.circular_buffer(0, 100, {kLeft});
    EXPECT_EQ(job.circular_buffers().count, 0U);
}

TEST(TrackerCircularBufferTest, IncompleteCoreRangesAreMarkedAndCountWhatIsKnown) {
    Stream job = started_job();
    job.launch(kProgram);
    job.apply(CircularBufferAllocated{job.next(), kProgram, kChip0, kAddress, 100, {kLeft}, false, false});
    EXPECT_EQ(job.circular_buffers().bytes, 800U);
    EXPECT_FALSE(job.state().programs.programs().at(kProgram).circular_buffers.front().cores_complete);
}

TEST(TrackerCircularBufferTest, InvertedCoreRangesHoldNoCores) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {{3, 0, 0, 3}, {0, 3, 3, 0}});
    EXPECT_EQ(job.circular_buffers().count, 1U);
    EXPECT_EQ(job.circular_buffers().bytes, 0U);
}

TEST(TrackerCircularBufferTest, HugeCoreRangesAndSizesDoNoHarm) {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    Stream job = started_job();
    job.launch(kProgram);
    constexpr std::uint64_t kMostBytes = std::numeric_limits<std::uint64_t>::max();
    job.circular_buffer(kProgram, kMostBytes, {{0, 0, kMost, kMost}, {kMost, kMost, 0, 0}});
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 1, {kLeft});
    EXPECT_EQ(job.circular_buffers().bytes, 8U) << "evicted without a trace";
    EXPECT_EQ(job.circular_buffers().count, 1U);
}

TEST(TrackerCircularBufferTest, RefusedLaunchHoldsNothingAndWasNoPeak) {
    Stream job = started_job();
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 1, {kAll});
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.circular_buffer(kProgram, 200, {kRight});
    job.refused(kProgram);
    EXPECT_EQ(job.circular_buffers().bytes, 16U) << "what ran last is there still";
    EXPECT_EQ(job.circular_buffers().peak_bytes, 16U);
    EXPECT_EQ(job.state().programs.resident_programs(kPlace0), std::vector<std::uint64_t>{kOtherProgram});

    job.launch(kProgram);  // from the cache: nothing is placed, and it is refused again
    job.refused(kProgram);
    EXPECT_EQ(job.circular_buffers().bytes, 16U);
    job.launch(kProgram);  // something was freed meanwhile
    EXPECT_EQ(job.circular_buffers().bytes, 2400U);
    EXPECT_EQ(job.circular_buffers().peak_bytes, 2400U);
    EXPECT_EQ(job.circular_buffers().launches, 4U);
}

TEST(TrackerCircularBufferTest, ResidentProgramThatIsRefusedHoldsNothingAnyMore) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kProgram);
    job.refused(kProgram);
    EXPECT_EQ(job.circular_buffers().bytes, 0U);
    EXPECT_EQ(job.circular_buffers().peak_bytes, 800U) << "it did run once";
}

TEST(TrackerCircularBufferTest, RefusalDoesNotUndoTheLaunchOfAnotherThread) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 10, {kRight});
    job.refused(kProgram);
    EXPECT_EQ(job.state().programs.resident_programs(kPlace0), std::vector<std::uint64_t>{kOtherProgram});
    EXPECT_EQ(job.circular_buffers().bytes, 80U);
}

TEST(TrackerCircularBufferTest, RefusalOnOneChipLeavesTheOthersAlone) {
    Stream job = started_job();
    job.chip(kChip1, 1);
    job.launch(kProgram, kChip1);
    job.circular_buffer(kProgram, 100, {kLeft}, kChip1);
    job.launch(kProgram);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 800U);
    job.refused(kProgram);
    EXPECT_EQ(job.circular_buffers(kPlace0).bytes, 0U);
    EXPECT_EQ(job.circular_buffers(kPlace1).bytes, 800U);
    EXPECT_EQ(job.circular_buffers(kPlace1).peak_bytes, 800U);
}

TEST(TrackerCircularBufferTest, RefusalOnAChipNotToldIsOneOnAll) {
    Stream job = started_job();
    job.chip(kChip1, 1);
    job.launch(kProgram, kChip1);
    job.circular_buffer(kProgram, 100, {kLeft}, kChip1);
    job.refused(kProgram, 0);
    EXPECT_EQ(job.circular_buffers(kPlace1).bytes, 0U);
}

TEST(TrackerCircularBufferTest, RefusalOfAnUnknownProgramChangesNothing) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.refused(0);
    job.refused(0xdead);
    EXPECT_EQ(job.circular_buffers().bytes, 800U);
}

TEST(TrackerCircularBufferTest, RefusalBringsBackNoDestroyedProgram) {
    Stream job = started_job();
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 1, {kAll});
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.program_destroyed(kOtherProgram);
    job.refused(kProgram);
    EXPECT_TRUE(job.state().programs.resident_programs(kPlace0).empty());
}

TEST(TrackerCircularBufferTest, DataflowBuffersAreResidentBesideCircularBuffers) {
    Stream job = started_job();
    job.launch(kProgram);
    job.circular_buffer(kProgram, 100, {kLeft});
    job.dataflow_buffers(kProgram, 10, {kRight});
    EXPECT_EQ(job.circular_buffers().count, 2U);
    EXPECT_EQ(job.circular_buffers().bytes, 880U);

    job.launch(kProgram);  // places its dataflow buffers anew, and nothing else
    job.dataflow_buffers(kProgram, 20, {kRight});
    EXPECT_EQ(job.circular_buffers().bytes, 960U);
    job.launch(kProgram);
    job.circular_buffer(kProgram, 1, {kLeft});
    EXPECT_EQ(job.circular_buffers().bytes, 168U);
    const auto& plan = job.state().programs.programs().at(kProgram).circular_buffers;
    EXPECT_EQ(plan.front().kind, PlanKind::CircularBuffer);
    EXPECT_EQ(plan.back().kind, PlanKind::DataflowBuffers);
}

TEST(TrackerCircularBufferTest, LaunchesOfProgramsThatWereNotToldAreCounted) {
    Stream job = attached_job();
    job.launch(kProgram);
    job.not_told(kProgram);
    for (int i = 0; i < 9; ++i) {
        job.launch(kProgram);
    }
    job.launch(kOtherProgram);
    job.circular_buffer(kOtherProgram, 10, {kLeft});
    EXPECT_EQ(job.state().programs.launches_not_told().programs, 1U);
    EXPECT_EQ(job.state().programs.launches_not_told().launches, 10U);

    job.launch(kProgram);  // it places them anew: from now on they are known
    job.circular_buffer(kProgram, 10, {kLeft});
    job.launch(kProgram);
    EXPECT_EQ(job.state().programs.launches_not_told().programs, 1U);
    EXPECT_EQ(job.state().programs.launches_not_told().launches, 10U);
    job.program_destroyed(kProgram);
    job.exited();
    EXPECT_EQ(job.state().programs.launches_not_told().launches, 10U) << "it was so, whatever became of it";
}

TEST(TrackerCircularBufferTest, ProgramThatPlacesInTheSameLaunchIsTold) {
    Stream job = attached_job();
    job.launch(kProgram);
    job.not_told(kProgram);
    job.circular_buffer(kProgram, 10, {kLeft});
    EXPECT_EQ(job.state().programs.launches_not_told().programs, 0U);
    EXPECT_EQ(job.state().programs.launches_not_told().launches, 0U);
}

TEST(TrackerCircularBufferTest, DataflowBuffersNotToldStaySoWhenCircularBuffersArePlaced) {
    Stream job = attached_job();
    const auto launches = [&job] { return job.state().programs.launches_not_told().launches; };
    job.launch(kProgram);
    job.not_told(kProgram, PlanKind::CircularBuffer);
    job.not_told(kProgram, PlanKind::DataflowBuffers);
    job.circular_buffer(kProgram, 10, {kLeft});
    EXPECT_EQ(launches(), 1U);
    job.launch(kProgram);
    EXPECT_EQ(launches(), 2U);
    job.dataflow_buffers(kProgram, 20, {kRight});
    EXPECT_EQ(launches(), 1U) << "all of it was placed in the second launch";
    job.launch(kProgram);
    EXPECT_EQ(launches(), 1U);

    job.launch(kOtherProgram);
    job.not_told(kOtherProgram, PlanKind::CircularBuffer);
    job.dataflow_buffers(kOtherProgram, 20, {kRight});
    EXPECT_EQ(launches(), 2U) << "its circular buffers are not known yet";
}

TEST(TrackerCircularBufferTest, WhatABuildCannotTellIsADoubtFromTheStartOn) {
    Stream job = started_job();
    job.launch(kProgram);
    job.not_told(kProgram);
    EXPECT_EQ(job.state().programs.launches_not_told().launches, 1U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
