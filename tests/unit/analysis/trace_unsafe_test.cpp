// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace_unsafe.hpp"

#include <gtest/gtest.h>

#include "watched_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

BufferFields trace_at(std::uint64_t address) { return of_type(mesh_buffer_at(address, 100), BufferType::Trace); }

TraceCalled call(WatchedStream& stream, TraceCall what, std::uint32_t trace) { return {stream.next(), what, trace, kMesh}; }

TEST(TraceUnsafe, NamesTheTracesAndWhatIsAtRisk) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    stream.alloc(mesh_buffer_at(0x1000)).alloc(trace_at(0x100));
    const std::uint64_t captured = stream.t_ns();
    stream.alloc(mesh_buffer_at(0x2000)).alloc(trace_at(0x200)).alloc(mesh_buffer_at(0x3000)).alloc(mesh_buffer_at(0x4000, 7));
    stream.free(trace_at(0x100));
    const std::uint64_t released = stream.t_ns();
    stream.alloc(mesh_buffer_at(0x5000, 9)).free(mesh_buffer_at(0x2000)).apply(call(stream, TraceCall::Replay, 4)).close();

    EXPECT_EQ(observer.captured(), 2U);
    EXPECT_EQ(observer.replays(), 1U);
    EXPECT_EQ(observer.totals().allocs, 4U);
    EXPECT_EQ(observer.totals().replayed_over, 3U);
    EXPECT_EQ(observer.totals().replayed_over_bytes, kSize + 7 + 9);
    EXPECT_EQ(observer.totals().live, 3U);
    EXPECT_EQ(observer.totals().no_longer(), 1U);
    ASSERT_EQ(observer.traces().size(), 2U);
    EXPECT_EQ(observer.traces()[0].storage->address, 0x100U);
    EXPECT_EQ(observer.traces()[0].captured_t_ns, captured);
    EXPECT_EQ(observer.traces()[0].released_t_ns, released);
    EXPECT_EQ(observer.traces()[0].allocs, 3U);
    EXPECT_EQ(observer.traces()[1].id, 4U);
    EXPECT_EQ(observer.traces()[1].allocs, 3U);
    EXPECT_EQ(observer.traces()[1].replayed_over, 3U);

    const std::vector<UnsafeGroup> groups = observer.groups();
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].size, kSize);
    EXPECT_EQ(groups[0].count, 2U);
    EXPECT_EQ(groups[0].replayed_over, 1U);
    EXPECT_EQ(groups[0].live, 1U);
    EXPECT_EQ(groups[0].traces, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(groups[0].bank_bytes, std::nullopt);
    EXPECT_EQ(groups[1].size, 9U);
    EXPECT_EQ(groups[1].traces, std::vector<std::uint32_t>{2});
}

TEST(TraceUnsafe, TheFilterCountsWhatPassesIt) {
    TraceUnsafeObserver observer([](const auto&, std::optional<BufferType> type) { return type == BufferType::L1; });
    WatchedStream stream(observer);
    stream.alloc(trace_at(0x100)).alloc(mesh_buffer_at(0x1000)).alloc(of_type(mesh_buffer_at(0x1000), BufferType::L1)).close();
    EXPECT_EQ(observer.totals().allocs, 1U);
    EXPECT_EQ(observer.totals().live, 1U);
    EXPECT_EQ(observer.captured(), 1U);
}

TEST(TraceUnsafe, AWindowKnowsTheTracesFromBeforeIt) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    TraceUnsafeObserver window;
    stream.close();
    WatchedStream later(window);
    later.close().alloc(trace_at(0x100)).alloc(mesh_buffer_at(0x1000)).open();
    later.free(mesh_buffer_at(0x1000)).alloc(mesh_buffer_at(0x2000)).close();
    EXPECT_EQ(window.totals().allocs, 1U);
    EXPECT_EQ(window.totals().live, 1U);
    EXPECT_EQ(window.traces().at(0).allocs, 1U);
}

TEST(TraceUnsafe, WhatWasAtRiskAtTheCloseStaysTold) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    stream.alloc(trace_at(0x100)).alloc(mesh_buffer_at(0x1000)).closing(kMesh).exited().close();
    EXPECT_EQ(observer.totals().live, 1U);
    EXPECT_EQ(observer.groups().at(0).live, 1U);
    EXPECT_NE(observer.traces().at(0).released_t_ns, std::nullopt);
}

TEST(TraceUnsafe, VeryManyTracesAreSaid) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    for (std::uint64_t i = 0; i <= TraceUnsafeObserver::kMaxTracesNamed; ++i) {
        stream.alloc(trace_at(0x100 + i * 0x100));
    }
    stream.alloc(mesh_buffer_at(0x1000)).close();
    EXPECT_EQ(observer.totals().allocs, 1U);
    EXPECT_EQ(observer.groups().at(0).traces.size(), TraceUnsafeObserver::kMaxTracesNamed);
    EXPECT_TRUE(observer.groups().at(0).more_traces);
}

}  // namespace
}  // namespace tt::alloc_trace::test
