// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/watch_model.hpp"

#include <gtest/gtest.h>

#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr double kTolerance = 1e-9;

WatchContext at(double t) {
    WatchContext context;
    context.now_ns = kAttach + static_cast<std::uint64_t>(t * static_cast<double>(kSecond));
    return context;
}

TEST(WatchModel, AMeshBufferCountsOnEveryChipAndUnusedTypesHaveNoRow) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).chip(0, 3).alloc(1, 0x100, 4096).chip_alloc(1, 0x100, 512);
    const WatchModel model = build_watch_model(stream.view(), session(), at(2));
    ASSERT_EQ(model.processes.size(), 1U);
    const std::vector<WatchRow>& rows = model.processes[0].rows;
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].place, (Place{OwnerKind::Chip, 0}));
    EXPECT_EQ(rows[0].kind, MemoryKind::Dram);
    EXPECT_EQ(rows[0].usage.bytes, 4096U);
    EXPECT_EQ(rows[1].place, (Place{OwnerKind::Chip, 1}));
    EXPECT_EQ(rows[2].place, (Place{OwnerKind::Chip, 3}));
    EXPECT_EQ(rows[2].kind, MemoryKind::L1);
    EXPECT_FALSE(rows[0].rates);
    EXPECT_FALSE(rows[0].baseline);
}

TEST(WatchModel, RatesComeFromThePreviousSample) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 64);
    const UsageSample previous = take_sample(stream.view(), at(2).now_ns);
    stream.alloc(3, 0x200, 64).alloc(3, 0x300, 64).alloc(3, 0x400, 64).free(3.5, 0x200, 64);
    WatchContext context = at(4);
    context.previous = &previous;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    const WatchRow& row = model.processes[0].rows[0];
    ASSERT_TRUE(row.rates);
    EXPECT_NEAR(row.rates->allocs, 1.5, kTolerance);
    EXPECT_NEAR(row.rates->frees, 0.5, kTolerance);
    context.now_ns = previous.t_ns;
    EXPECT_FALSE(build_watch_model(stream.view(), session(), context).processes[0].rows[0].rates) << "no time passed";
}

TEST(WatchModel, BaselineIsZeroWhereNothingWas) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 100);
    const UsageSample baseline = take_sample(stream.view(), at(2).now_ns);
    stream.alloc(3, 0x200, 50).alloc(3, 0x100, 10, BufferType::L1);
    WatchContext context = at(5);
    context.baseline = &baseline;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    const std::vector<WatchRow>& rows = model.processes[0].rows;
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].baseline->bytes, 100U);
    EXPECT_EQ(rows[0].baseline->buffers, 1U);
    EXPECT_EQ(rows[0].usage.bytes, 150U);
    EXPECT_EQ(rows[1].baseline->bytes, 0U);
    EXPECT_EQ(model.baseline_age_ns, 3 * kSecond);
}

TEST(WatchModel, ResetStartsCountersButNeitherLiveFiguresNorLosses) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 100).alloc(1, 0x200, 100).free(1, 0x200, 100);
    stream.free(1, 0x900, 30).lost(1, 5, 0);
    const UsageSample reset = take_sample(stream.view(), at(2).now_ns);
    stream.tracker().reset_peaks();
    stream.alloc(3, 0x300, 7).free(3, 0x300, 7);
    WatchContext context = at(4);
    context.reset = &reset;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    const WatchProcess& process = model.processes[0];
    EXPECT_EQ(process.rows[0].usage.allocs, 1U);
    EXPECT_EQ(process.rows[0].usage.frees, 1U);
    EXPECT_EQ(process.rows[0].usage.bytes, 100U);
    EXPECT_EQ(process.rows[0].usage.peak_bytes, 107U);
    EXPECT_EQ(process.events, 2U);
    EXPECT_EQ(model.events, 2U);
    for (const UnknownFreeStat& stat : process.unknown_frees) {
        EXPECT_EQ(stat.count, 0U);
        EXPECT_EQ(stat.bytes, 0U);
    }
    EXPECT_EQ(model.doubts.lost.total(), 5U);
}

TEST(WatchModel, CircularBuffersAreARowOfTheirOwn) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).circular_buffer(1, 0x77, 0x1000, 256).launch(1, 0x77);
    const UsageSample previous = take_sample(stream.view(), at(2).now_ns);
    stream.launch(3, 0x77).launch(3, 0x77);
    WatchContext context = at(3);
    context.previous = &previous;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    ASSERT_EQ(model.processes[0].rows.size(), 1U);
    const WatchRow& row = model.processes[0].rows[0];
    EXPECT_EQ(row.kind, MemoryKind::CircularBuffer);
    EXPECT_EQ(row.usage.buffers, 1U);
    EXPECT_EQ(row.usage.bytes, 1024U) << "256 bytes on each of 4 cores";
    EXPECT_EQ(row.usage.launches, 3U);
    EXPECT_NEAR(row.rates->launches, 2.0, kTolerance);
}

TEST(WatchModel, FiltersSayThatTheyLeftSomethingOut) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 4).alloc(1, 0x100, 1).alloc(1, 0x100, 1, BufferType::L1Small);
    WatchContext context = at(2);
    context.filter = {{1, 3}, {MemoryKind::L1Small}};
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    const WatchProcess& process = model.processes[0];
    ASSERT_EQ(process.rows.size(), 2U);
    EXPECT_EQ(process.rows[0].place.id, 1);
    EXPECT_EQ(process.rows[1].place.id, 3);
    EXPECT_EQ(process.rows[1].kind, MemoryKind::L1Small);
    EXPECT_TRUE(process.filtered);
}

TEST(WatchModel, AMeshWithUnknownChipsPassesTheDeviceFilter) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 5, 0).alloc(1, 0x100, 1);
    WatchContext context = at(2);
    context.filter.devices = {2};
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    ASSERT_EQ(model.processes[0].rows.size(), 1U) << "it may cover chip 2";
    EXPECT_EQ(model.processes[0].rows[0].place, (Place{OwnerKind::Mesh, 5}));
}

TEST(WatchModel, AReusedPidIsAnotherProcessAndStartsWithoutABaseline) {
    Stream stream;
    stream.process(0, kPid, "first").mesh(0, 0, 1).alloc(1, 0x100, 100);
    const UsageSample baseline = take_sample(stream.view(), at(2).now_ns);
    stream.exited(3).process(4, kPid, "second", true).mesh(4, 0, 1).alloc(5, 0x100, 40);
    WatchContext context = at(6);
    context.baseline = &baseline;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    ASSERT_EQ(model.processes.size(), 2U);
    EXPECT_EQ(model.processes[0].command, "second") << "living ones first";
    EXPECT_EQ(model.processes[0].rows[0].baseline->bytes, 0U);
    EXPECT_EQ(model.processes[0].watched_ns, 2 * kSecond);
    EXPECT_TRUE(model.processes[1].ended);
    EXPECT_EQ(model.processes[1].rows[0].usage.bytes, 0U);
    EXPECT_EQ(model.processes[1].rows[0].baseline->bytes, 100U);
    EXPECT_EQ(model.processes[1].watched_ns, 3 * kSecond);
}

TEST(MemoryKind, NamesParseBackInAnyCase) {
    for (const MemoryKind kind : kMemoryKinds) {
        EXPECT_EQ(parse_memory_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(parse_memory_kind("l1_small"), MemoryKind::L1Small);
    EXPECT_EQ(parse_memory_kind("cb"), MemoryKind::CircularBuffer);
    EXPECT_FALSE(parse_memory_kind("L2"));
    EXPECT_FALSE(parse_memory_kind(""));
}

}  // namespace
}  // namespace tt::alloc_trace::test
