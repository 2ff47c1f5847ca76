// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Circular buffers, programs, closes and processes: each kind with all its fields.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "record_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

tat_circular_buffer_event circular_buffer_record(std::uint32_t ranges) {
    auto record = record_of<tat_circular_buffer_event>(TAT_EVENT_CIRCULAR_BUFFER);
    record.program = 0x100;
    record.owner = 0x200;
    record.address = 0x300;
    record.size = 0x400;
    record.range_count = ranges;
    record.ranges_copied = std::min<std::uint32_t>(ranges, TAT_MAX_CORE_RANGES);
    for (std::uint32_t i = 0; i < TAT_MAX_CORE_RANGES; ++i) {
        for (std::uint32_t j = 0; j < 4; ++j) {
            record.ranges[i][j] = 10 * i + j;
        }
    }
    return record;
}

TEST(RecordTest, CircularBufferCarriesEveryField) {
    DecoderHarness harness;
    harness.decode(circular_buffer_record(2));
    const auto* event = harness.only<CircularBufferAllocated>();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->program, 0x100U);
    EXPECT_EQ(event->owner, 0x200U);
    EXPECT_EQ(event->address, 0x300U);
    EXPECT_EQ(event->size, 0x400U);
    EXPECT_EQ(event->cores, (std::vector<CoreRange>{{0, 1, 2, 3}, {10, 11, 12, 13}}));
    EXPECT_TRUE(event->cores_complete);
    EXPECT_FALSE(event->globally_allocated);
    EXPECT_EQ(event->header.tid, kTid);
}

TEST(RecordTest, CircularBufferMayBeGloballyAllocated) {
    DecoderHarness harness;
    auto record = circular_buffer_record(0);
    record.globally_allocated = 1;
    harness.decode(record);
    ASSERT_NE(harness.only<CircularBufferAllocated>(), nullptr);
    EXPECT_TRUE(harness.only<CircularBufferAllocated>()->globally_allocated);
    EXPECT_TRUE(harness.only<CircularBufferAllocated>()->cores.empty());
}

TEST(RecordTest, MoreCoreRangesThanARecordHoldsAreIncomplete) {
    for (const std::uint32_t count : {TAT_MAX_CORE_RANGES + 0U, TAT_MAX_CORE_RANGES + 1U, 0xffff'ffffU}) {
        DecoderHarness harness;
        harness.decode(circular_buffer_record(count));
        ASSERT_NE(harness.only<CircularBufferAllocated>(), nullptr);
        EXPECT_EQ(harness.only<CircularBufferAllocated>()->cores.size(), std::size_t{TAT_MAX_CORE_RANGES});
        EXPECT_EQ(harness.only<CircularBufferAllocated>()->cores_complete, count == TAT_MAX_CORE_RANGES);
    }
}

tat_circular_buffer_event region_record() {
    auto record = circular_buffer_record(1);
    record.header.flags = TAT_FLAG_OF_PROGRAM;
    record.plan = TAT_PLAN_DATAFLOW;
    return record;
}

TEST(RecordTest, RegionTellsOfWhatItIs) {
    DecoderHarness harness;
    harness.decode(region_record());
    ASSERT_NE(harness.only<CircularBufferAllocated>(), nullptr);
    EXPECT_EQ(harness.only<CircularBufferAllocated>()->kind, PlanKind::DataflowBuffers);
}

TEST(RecordTest, RegionThatMakesNoSenseIsALoss) {
    std::vector<tat_circular_buffer_event> bad(7, region_record());
    bad[0].address = 0;
    bad[1].size = 0;
    bad[2].size = 0 - std::uint64_t{16};  // ends before it begins
    bad[3].address = std::uint64_t{1} << 40U;
    bad[4].ranges[0][2] = 1000;
    bad[5].ranges[0][0] = 3;  // behind the end
    bad[6].ranges[0][1] = 4;
    for (const tat_circular_buffer_event& record : bad) {
        DecoderHarness harness;
        harness.decode(record);
        ASSERT_NE(harness.only<Lost>(), nullptr);
        EXPECT_EQ(harness.only<Lost>()->circular_buffers, 1U);
        EXPECT_EQ(harness.decoder.statistics().implausible, 1U);
    }
}

template <typename T>
T decode_pointer(std::uint16_t kind) {
    DecoderHarness harness;
    harness.decode(pointer_record(kind, 0x100, 0x200));
    const T* event = harness.only<T>();
    EXPECT_NE(event, nullptr);
    return event == nullptr ? T{} : *event;
}

TEST(RecordTest, PointerRecordsNameTheirObject) {
    EXPECT_EQ(decode_pointer<CircularBuffersReleased>(TAT_EVENT_CIRCULAR_BUFFERS_RELEASED).owner, 0x100U);
    EXPECT_EQ(decode_pointer<ProgramDestroyed>(TAT_EVENT_PROGRAM_DESTROYED).program, 0x100U);
    EXPECT_EQ(decode_pointer<OwnerClosing>(TAT_EVENT_OWNER_CLOSING).owner, 0x100U);
    EXPECT_EQ(decode_pointer<AllocatorReleased>(TAT_EVENT_ALLOCATOR_RELEASED).allocator, 0x100U);
    const auto launched = decode_pointer<ProgramLaunched>(TAT_EVENT_PROGRAM_LAUNCHED);
    EXPECT_EQ(launched.program, 0x100U);
    EXPECT_EQ(launched.owner, 0x200U);
    EXPECT_EQ(launched.header.t_ns, kTime);
    const auto not_told = decode_pointer<ProgramNotTold>(TAT_EVENT_PROGRAM_NOT_TOLD);
    EXPECT_EQ(not_told.program, 0x100U);
    EXPECT_EQ(not_told.owner, 0x200U);
    EXPECT_EQ(not_told.kind, PlanKind::CircularBuffer);
}

TEST(RecordTest, LaunchTellsWhichBuffersAreNotKnown) {
    DecoderHarness harness;
    tat_pointer_event record = pointer_record(TAT_EVENT_PROGRAM_NOT_TOLD, 0x100, 0x200);
    record.header.flags = TAT_PLAN_DATAFLOW;
    harness.decode(record);
    ASSERT_NE(harness.only<ProgramNotTold>(), nullptr);
    EXPECT_EQ(harness.only<ProgramNotTold>()->kind, PlanKind::DataflowBuffers);
}

TEST(RecordTest, ReleaseTellsHow) {
    const std::array<AllocatorRelease, 3> expected{
        AllocatorRelease::DeallocateBuffers, AllocatorRelease::Clear, AllocatorRelease::Destroyed};
    for (std::uint16_t flags = 0; flags < expected.size(); ++flags) {
        DecoderHarness harness;
        auto record = pointer_record(TAT_EVENT_ALLOCATOR_RELEASED, 0x100);
        record.header.flags = flags;
        harness.decode(record);
        ASSERT_NE(harness.only<AllocatorReleased>(), nullptr);
        EXPECT_EQ(harness.only<AllocatorReleased>()->how, expected[flags]);
    }
}

TEST(RecordTest, ChangeOfAnAllocatorTellsHow) {
    const std::array<AllocatorChange, 3> expected{
        AllocatorChange::StateOverridden, AllocatorChange::Shrunk, AllocatorChange::Reset};
    const std::array<ProbeRole, 3> roles{
        ProbeRole::AllocatorOverridden, ProbeRole::AllocatorShrunk, ProbeRole::AllocatorReset};
    for (std::uint16_t flags = 0; flags < expected.size(); ++flags) {
        DecoderHarness harness;
        auto record = pointer_record(TAT_EVENT_ALLOCATOR_CHANGED, 0x100);
        record.header.flags = static_cast<__u8>(flags);
        harness.decode(record);
        const auto* changed = harness.only<AllocatorChanged>();
        ASSERT_NE(changed, nullptr);
        EXPECT_EQ(changed->how, expected[flags]);
        EXPECT_EQ(changed->allocator, 0x100U);
        EXPECT_EQ(harness.decoder.hits(1, roles[flags]), 1U);
    }
}

TEST(RecordTest, CallsAboutTracesTellWhich) {
    const std::array<ProbeRole, kTraceCallCount> roles{
        ProbeRole::TraceBegun, ProbeRole::TraceEnded, ProbeRole::TraceRegistered, ProbeRole::TraceReplayed, ProbeRole::TraceReleased};
    for (std::size_t flags = 0; flags < kTraceCallCount; ++flags) {
        DecoderHarness harness;
        auto record = record_of<tat_trace_event>(TAT_EVENT_TRACE_CALLED);
        record.header.flags = static_cast<__u8>(flags);
        record.object = 0x100;
        record.trace = 7;
        harness.decode(record);
        const auto* called = harness.only<TraceCalled>();
        ASSERT_NE(called, nullptr);
        EXPECT_EQ(called->call, static_cast<TraceCall>(flags));
        EXPECT_EQ(called->trace, 7U);
        EXPECT_EQ(called->object, 0x100U);
        EXPECT_EQ(harness.decoder.hits(1, roles[flags]), 1U);
    }
}

TEST(RecordTest, AnUnknownCallAboutATraceIsMalformed) {
    DecoderHarness harness;
    auto record = record_of<tat_trace_event>(TAT_EVENT_TRACE_CALLED);
    record.header.flags = kTraceCallCount;
    harness.decode(record);
    EXPECT_EQ(harness.decoder.statistics().malformed, 1U);
    EXPECT_TRUE(harness.events.empty());
}

tat_process_event process_record(std::uint16_t kind) {
    auto record = record_of<tat_process_event>(kind);
    record.child_pid = 77;
    record.parent_pid = 17;
    record.start_time_ns = 12'345'678'901;
    std::memcpy(record.command, "python3", 7);
    return record;
}

TEST(RecordTest, ProcessSeenCarriesEveryFieldWithTheStartInTicks) {
    DecoderHarness harness;
    auto record = process_record(TAT_EVENT_PROCESS_SEEN);
    record.header.flags = TAT_FLAG_FROM_FIRST_EVENT;
    EXPECT_FALSE(harness.decode(record));
    const auto* event = harness.only<ProcessSeen>();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->parent_pid, 17U);
    EXPECT_EQ(event->start_time_ns, 12'340'000'000U) << "as /proc tells it, in hundredths of a second";
    EXPECT_TRUE(event->from_first_event);
    EXPECT_EQ(event->command, "python3");
}

TEST(RecordTest, ProcessNameWithoutATerminatorEndsWithItsField) {
    DecoderHarness harness;
    auto record = process_record(TAT_EVENT_PROCESS_SEEN);
    std::memset(record.command, 'x', sizeof(record.command));
    harness.decode(record);
    ASSERT_NE(harness.only<ProcessSeen>(), nullptr);
    EXPECT_EQ(harness.only<ProcessSeen>()->command, std::string(16, 'x'));
    EXPECT_FALSE(harness.only<ProcessSeen>()->from_first_event);
}

TEST(RecordTest, ForkExecAndExitAreDecoded) {
    DecoderHarness harness;
    EXPECT_FALSE(harness.decode(process_record(TAT_EVENT_PROCESS_FORKED)));
    EXPECT_FALSE(harness.decode(process_record(TAT_EVENT_PROCESS_EXEC)));
    tat_process_event exited = process_record(TAT_EVENT_PROCESS_EXITED);
    exited.wait_status = 7U << 8U | 11U | 0x80U;  // a core was dumped, too
    EXPECT_FALSE(harness.decode(exited));
    ASSERT_EQ(harness.events.size(), 4U);
    const auto* forked = std::get_if<ProcessForked>(&harness.events[0]);
    ASSERT_NE(forked, nullptr);
    EXPECT_EQ(forked->header.pid, kPid);
    EXPECT_EQ(forked->child_pid, 77U);
    EXPECT_TRUE(std::holds_alternative<ProcessExec>(harness.events[1]));
    const auto* status = std::get_if<ProcessStatus>(&harness.events[2]);
    ASSERT_NE(status, nullptr);
    EXPECT_EQ(status->exit_status, 7U);
    EXPECT_EQ(status->signal, 11U);
    EXPECT_TRUE(std::holds_alternative<ProcessExited>(harness.events[3]));
}

TEST(RecordTest, ModuleLoadedGivesThePidAndNoEvent) {
    DecoderHarness harness;
    tat_process_event record = process_record(TAT_EVENT_MODULE_LOADED);
    EXPECT_EQ(harness.decode(record), (ProcessNews{kPid, ProcessNews::What::Libraries}));
    record.header.flags = TAT_FLAG_NEW_PROGRAM;
    EXPECT_EQ(harness.decode(record), (ProcessNews{kPid, ProcessNews::What::Program}));
    const tat_process_event ended = process_record(TAT_EVENT_MAIN_THREAD_ENDED);
    EXPECT_EQ(harness.decode(ended), (ProcessNews{kPid, ProcessNews::What::MainThreadEnded}));
    EXPECT_TRUE(harness.events.empty());
    EXPECT_EQ(harness.statistics().malformed, 0U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
