// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace_unsafe.hpp"

#include <gtest/gtest.h>

#include "watched_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

BufferFields trace_at(std::uint64_t address) { return of_type(mesh_buffer_at(address, 100), BufferType::Trace); }

TEST(TraceUnsafe, NamesTheTracesAndWhatIsStillLive) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    stream.alloc(buffer_at(0x1000)).alloc(trace_at(0x100));
    const std::uint64_t captured = stream.t_ns();
    stream.alloc(buffer_at(0x2000)).alloc(trace_at(0x200)).alloc(buffer_at(0x3000)).alloc(mesh_buffer_at(0x4000, 7));
    stream.free(trace_at(0x100));
    const std::uint64_t released = stream.t_ns();
    stream.alloc(buffer_at(0x5000, 9)).free(buffer_at(0x2000)).free(buffer_at(0x1000)).free(trace_at(0x200)).alloc(buffer_at(0x6000));

    EXPECT_EQ(observer.captured(), 2U);
    EXPECT_EQ(observer.allocs(), 4U);
    EXPECT_EQ(observer.live(), 3U);
    ASSERT_EQ(observer.traces().size(), 2U);
    EXPECT_EQ(observer.traces()[0].address, 0x100U);
    EXPECT_EQ(observer.traces()[0].captured_t_ns, captured);
    EXPECT_EQ(observer.traces()[0].released_t_ns, released);
    EXPECT_EQ(observer.traces()[0].allocs, 3U);
    EXPECT_EQ(observer.traces()[1].allocs, 3U);
    EXPECT_EQ(observer.traces()[1].bytes, kSize + 7 + 9);

    const std::vector<UnsafeGroup> groups = observer.groups();
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].size, kSize);
    EXPECT_EQ(groups[0].count, 2U);
    EXPECT_EQ(groups[0].live, 1U);
    EXPECT_EQ(groups[0].traces, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(groups[0].bank_bytes, std::nullopt);
    EXPECT_EQ(groups[1].size, 9U);
    EXPECT_EQ(groups[1].traces, std::vector<std::uint32_t>{2});
}

TEST(TraceUnsafe, ATraceOfOtherChipsHarmsNobody) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    stream.apply(OwnerSeen{stream.next(), kChip1, OwnerKind::Chip, 1, {1}});
    stream.alloc(of_type(under(of_owner(buffer_at(0x100), kChip1), 0xC000), BufferType::Trace)).alloc(buffer_at(0x1000));
    EXPECT_EQ(observer.allocs(), 0U);
    EXPECT_EQ(observer.traces().at(0).allocs, 0U);
    stream.alloc(mesh_buffer_at(0x1000));
    EXPECT_EQ(observer.allocs(), 1U);
    EXPECT_EQ(observer.traces().at(0).allocs, 1U);
    stream.alloc(of_type(buffer_at(0x100), BufferType::Trace)).alloc(buffer_at(0x2000));
    EXPECT_EQ(observer.traces().at(0).allocs, 1U) << "made beside the other trace only";
    EXPECT_EQ(observer.traces().at(1).allocs, 1U);
}

TEST(TraceUnsafe, AWindowKnowsTheTracesFromBeforeIt) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    stream.close().alloc(trace_at(0x100)).alloc(buffer_at(0x1000)).open();
    stream.free(buffer_at(0x1000)).alloc(buffer_at(0x2000));
    EXPECT_EQ(observer.allocs(), 1U);
    EXPECT_EQ(observer.live(), 1U);
    EXPECT_EQ(observer.traces().at(0).allocs, 1U);
}

TEST(TraceUnsafe, VeryManyTracesAreSaid) {
    TraceUnsafeObserver observer;
    WatchedStream stream(observer);
    for (std::uint64_t i = 0; i <= TraceUnsafeObserver::kMaxLiveTraces; ++i) {
        stream.alloc(trace_at(0x100 + i * 0x100));
    }
    EXPECT_TRUE(observer.traces_incomplete());
    stream.alloc(buffer_at(0x1000));
    EXPECT_EQ(observer.allocs(), 1U);
    EXPECT_EQ(observer.groups().at(0).traces.size(), TraceUnsafeObserver::kMaxTracesNamed);
    EXPECT_TRUE(observer.groups().at(0).more_traces);
}

}  // namespace
}  // namespace tt::alloc_trace::test
