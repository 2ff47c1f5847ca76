// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which buffers a replay may overwrite: by the calls about traces, by storage, and what is neither.
#include "tracker/trace_table.hpp"

#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint32_t kTrace = 7;

// A mesh of two chips under one allocator; events of one thread.
class TraceJob {
public:
    explicit TraceJob(bool from_first_event = true) {
        stream.process(from_first_event);
        stream.chip(kChip0, 0);
        stream.mesh(kMesh, 0, {0, 1});
    }

    TraceJob& call(TraceCall call, std::uint32_t trace = kTrace, std::uint64_t object = kMesh) {
        stream.apply(TraceCalled{stream.next(), call, trace, object});
        return *this;
    }
    TraceJob& alloc(std::uint64_t address, BufferType type = BufferType::Dram, std::uint64_t size = kSize) {
        stream.alloc(buffer(address, type, size));
        return *this;
    }
    TraceJob& free(std::uint64_t address, BufferType type = BufferType::Dram) {
        stream.free(buffer(address, type));
        return *this;
    }
    // A whole capture; the storage lies at 0x90000 in DRAM.
    TraceJob& capture(std::uint32_t trace = kTrace, std::uint64_t storage = 0x90000) {
        return call(TraceCall::Begin, trace, 0).call(TraceCall::End, trace).alloc(storage).call(TraceCall::Register, 0, kAllocator);
    }
    [[nodiscard]] static BufferFields buffer(
        std::uint64_t address, BufferType type = BufferType::Dram, std::uint64_t size = kSize
    ) {
        return of_type(of_owner(buffer_at(address, size), kMesh), type);
    }
    [[nodiscard]] const TraceTable& traces() const { return stream.state().traces; }
    [[nodiscard]] AtRisk at_risk() const { return traces().at_risk(); }

    Stream stream;
};

TEST(TraceTable, AStorageInDramIsATraceAndWhatComesAfterItIsAtRisk) {
    TraceJob job;
    job.alloc(0x1000).capture().alloc(0x100000, BufferType::Dram, 1048576);
    ASSERT_EQ(job.traces().kept().size(), 1U);
    EXPECT_EQ(job.traces().kept()[0].id, kTrace);
    EXPECT_EQ(job.traces().kept()[0].storage->address, 0x90000U);
    EXPECT_EQ(job.at_risk().buffers, 1U);
    EXPECT_EQ(job.at_risk().bytes, 1048576U);
}

TEST(TraceTable, WhatTheCaptureAllocatesIsItsOwn) {
    TraceJob job;
    job.call(TraceCall::Begin, kTrace, 0).alloc(0x1000).alloc(0x2000, BufferType::L1).call(TraceCall::End).alloc(0x90000);
    EXPECT_EQ(job.at_risk().buffers, 0U);
    job.call(TraceCall::Replay);
    EXPECT_EQ(job.traces().totals().replayed_over, 0U);
}

TEST(TraceTable, AReplayHitsWhatLivesAndEachBufferOnce) {
    TraceJob job;
    job.capture().alloc(0x1000).alloc(0x2000).free(0x1000).call(TraceCall::Replay).call(TraceCall::Replay);
    EXPECT_EQ(job.traces().totals().allocs, 2U);
    EXPECT_EQ(job.traces().totals().replays, 2U);
    EXPECT_EQ(job.traces().totals().replayed_over, 1U);
    EXPECT_EQ(job.traces().totals().replayed_over_bytes, kSize);
    job.alloc(0x1000).call(TraceCall::Replay);
    EXPECT_EQ(job.traces().totals().replayed_over, 2U);
    EXPECT_EQ(job.traces().kept()[0].replayed_over, 2U);
}

TEST(TraceTable, FreedInTimeIsNotAtRisk) {
    TraceJob job;
    job.capture();
    for (int i = 0; i < 5; ++i) {
        job.alloc(0x1000).free(0x1000).call(TraceCall::Replay);
    }
    EXPECT_EQ(job.traces().totals().allocs, 5U);
    EXPECT_EQ(job.traces().totals().replayed_over, 0U);
    EXPECT_EQ(job.at_risk().buffers, 0U);
}

TEST(TraceTable, AReleaseEndsTheRisk) {
    TraceJob job;
    job.capture().alloc(0x1000).call(TraceCall::Release).alloc(0x2000);
    EXPECT_EQ(job.at_risk().buffers, 0U);
    EXPECT_EQ(job.traces().totals().allocs, 1U);
    TraceJob by_storage;
    by_storage.capture().alloc(0x1000).free(0x90000);
    EXPECT_TRUE(by_storage.traces().kept().empty()) << "its storage is gone, and with it the trace";
}

TEST(TraceTable, EachBufferCountsOnceForSeveralTraces) {
    TraceJob job;
    job.capture(1, 0x90000).alloc(0x1000).capture(2, 0xA0000).alloc(0x2000);
    EXPECT_EQ(job.traces().totals().traces, 2U);
    EXPECT_EQ(job.traces().totals().allocs, 2U);
    EXPECT_EQ(job.at_risk().buffers, 2U);
    EXPECT_EQ(job.traces().kept()[0].live, 2U);
    EXPECT_EQ(job.traces().kept()[1].live, 1U) << "the first buffer is older than the second trace";
    job.call(TraceCall::Release, 1);
    EXPECT_EQ(job.at_risk().buffers, 1U);
}

TEST(TraceTable, OtherOwnersAreNotConcerned) {
    TraceJob job;
    job.capture();
    job.stream.alloc(under(buffer_at(0x1000), kOtherAllocator));
    EXPECT_EQ(job.at_risk().buffers, 0U);
}

TEST(TraceTable, ATraceBufferWithoutCallsStandsForATrace) {
    TraceJob job;
    job.alloc(0x90000, BufferType::Trace).alloc(0x1000);
    EXPECT_EQ(job.at_risk().buffers, 1U);
    EXPECT_EQ(job.traces().kept()[0].id, std::nullopt);
    job.call(TraceCall::Replay, 3);
    EXPECT_EQ(job.traces().kept()[0].id, 3U) << "the replay tells its number";
    EXPECT_EQ(job.traces().totals().replayed_over, 1U);
    job.free(0x90000, BufferType::Trace);
    EXPECT_TRUE(job.traces().kept().empty());
}

TEST(TraceTable, AReplayOfAnOlderTraceJudgesWhatCameSinceTheAttach) {
    TraceJob job(false);
    job.stream.found(TraceJob::buffer(0x1000));
    job.alloc(0x2000).alloc(0x3000, BufferType::L1);
    EXPECT_EQ(job.at_risk().buffers, 0U) << "nobody knows of a trace";
    job.call(TraceCall::Replay, 3);
    ASSERT_EQ(job.traces().kept().size(), 1U);
    EXPECT_TRUE(job.traces().kept()[0].before_attach);
    EXPECT_EQ(job.traces().totals().replayed_over, 2U);
    EXPECT_EQ(job.at_risk().buffers, 2U);
}

TEST(TraceTable, ACaptureThatFailedKeepsNothing) {
    TraceJob job;
    job.call(TraceCall::Begin, kTrace, 0).call(TraceCall::End).call(TraceCall::Register, 0, kAllocator).alloc(0x1000).alloc(0x2000);
    EXPECT_EQ(job.traces().totals().traces, 0U);
    EXPECT_EQ(job.at_risk().buffers, 0U);
}

TEST(TraceTable, TheCloseRemembersWhatWasAtRisk) {
    TraceJob job;
    job.capture().alloc(0x1000).alloc(0x2000).free(0x1000).alloc(0x3000);
    job.stream.closing(kMesh);
    EXPECT_TRUE(job.traces().kept().empty());
    EXPECT_EQ(job.traces().totals().at_close.buffers, 2U);
    EXPECT_EQ(job.at_risk().buffers, 0U);
}

TEST(TraceTable, WhatAJobGivesBackAtItsEndWasAtRiskToTheEnd) {
    TraceJob job;
    job.capture().alloc(0x1000).alloc(0x2000).free(0x2000).free(0x1000);
    job.stream.closing(kMesh);
    EXPECT_EQ(job.traces().totals().at_close.buffers, 2U);
    TraceJob working;
    working.capture().alloc(0x1000).free(0x1000).call(TraceCall::Replay);
    working.stream.closing(kMesh);
    EXPECT_EQ(working.traces().totals().at_close.buffers, 0U) << "it was freed before the last replay";
    TraceJob released;
    released.capture().alloc(0x1000).free(0x1000).call(TraceCall::Release);
    released.stream.closing(kMesh);
    EXPECT_EQ(released.traces().totals().at_close.buffers, 0U);
}

TEST(TraceTable, TheAddressTellsWhereTheCaptureWorked) {
    TraceJob job;
    job.stream.allocator_seen(kAllocator, kMesh, {small_region(), small_region(BufferType::L1)});
    job.call(TraceCall::Begin, kTrace, 0).alloc(0x11000).free(0x11000).call(TraceCall::End).alloc(0x1f000);
    job.alloc(0x11000).alloc(0x18000).alloc(0x11000, BufferType::L1);
    const ProcessState& process = job.stream.state();
    const KeptTrace& trace = job.traces().kept().at(0);
    for (const auto& [key, buffer] : process.live.buffers()) {
        const bool in_place = key.type == BufferType::Dram && (key.address == 0x11000);
        EXPECT_EQ(writes_over(process, trace, key, buffer), in_place) << key.address;
    }
}

TEST(TraceTable, MoreTracesThanAreKeptAreCounted) {
    TraceJob job;
    for (std::uint32_t i = 0; i <= TraceTable::kMaxKept; ++i) {
        job.alloc(0x90000 + i * 0x1000, BufferType::Trace);
    }
    EXPECT_EQ(job.traces().kept().size(), TraceTable::kMaxKept);
    EXPECT_EQ(job.traces().totals().not_kept, 1U);
    job.call(TraceCall::Replay, 5).call(TraceCall::Replay, 6);
    EXPECT_EQ(job.traces().totals().replays, 2U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
