// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/gauge.hpp"

#include <gtest/gtest.h>

#include "report_support.hpp"
#include "watch/history.hpp"
#include "watch/memory_strip.hpp"

namespace tt::alloc_trace::watch {
namespace {

using test::kAttach;
using test::kKiB;
using test::kMiB;
using test::kSecond;

std::string text_of(const std::vector<Span>& spans) {
    std::string text;
    for (const Span& span : spans) {
        text += span.text;
    }
    return text;
}

Gauge gauge(std::uint64_t used, std::uint64_t capacity) {
    Gauge one;
    one.there = true;
    one.used = used;
    one.peak = used;
    one.capacity = capacity;
    return one;
}

TEST(Gauge, BarsTellSmallSharesApart) {
    EXPECT_EQ(text_of(bar(gauge(0, 1000), 8, true)), "········");
    EXPECT_EQ(text_of(bar(gauge(1, 1000), 8, true)), "▏·······") << "only nothing is empty";
    EXPECT_EQ(text_of(bar(gauge(180, 1000), 8, true)), "█▌······");
    EXPECT_EQ(text_of(bar(gauge(999, 1000), 8, true)), "███████▉") << "only everything is full";
    EXPECT_EQ(text_of(bar(gauge(1000, 1000), 8, true)), "████████");
    EXPECT_EQ(text_of(bar(gauge(180, 1000), 8, false)), "##......");
}

TEST(Gauge, MarksAreThePeakAndTheBaseline) {
    Gauge one = gauge(250, 1000);
    one.peak = 800;
    one.baseline = 500;
    EXPECT_EQ(text_of(bar(one, 8, true)), "██··┆·│·");
    EXPECT_EQ(text_of(bar(one, 8, false)), "##..:.|.");
    one.baseline = 100;
    EXPECT_EQ(text_of(bar(one, 8, true)), "▓█····│·") << "a baseline within what is used";
}

TEST(Gauge, CircularBuffersComeFirstInAnotherInk) {
    Gauge one = gauge(250, 1000);
    one.circular = 250;
    const std::vector<Span> spans = bar(one, 8, true);
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_EQ(spans[0].text, "██");
    EXPECT_EQ(spans[0].ink, Ink::Good);
    EXPECT_EQ(spans[1].text, "██");
    EXPECT_EQ(spans[1].ink, Ink::Plain);
    EXPECT_EQ(percent(one), "50%");
}

TEST(Gauge, PercentIsNeitherNothingNorAllBeforeItIs) {
    EXPECT_EQ(percent(gauge(0, 1000)), "0%");
    EXPECT_EQ(percent(gauge(1, 1000)), "<1%");
    EXPECT_EQ(percent(gauge(999, 1000)), "99%");
    EXPECT_EQ(percent(gauge(1000, 1000)), "100%");
    Gauge one = gauge(kMiB, 1);
    one.capacity.reset();
    EXPECT_EQ(percent(one), "1.0 MiB");
    EXPECT_EQ(percent({}), "");
}

TEST(Gauge, SparklinesGoFromNothingToTheMost) {
    EXPECT_EQ(sparkline({0, 1, 50, 100}, true), " ▁▄█");
    EXPECT_EQ(sparkline({0, 100}, false), " #");
    EXPECT_EQ(sparkline({}, true), "");
}

TEST(UsageHistory, KeepsTwoMinutesAndTellsTheChange) {
    test::Stream stream;
    stream.process(0, test::kPid, "job").mesh(0, 0, 1);
    UsageHistory history;
    ProcessKey key;
    const Place chip{OwnerKind::Chip, 0};
    std::uint64_t address = 0x1000;
    for (int second = 1; second <= 200; ++second) {
        stream.alloc(second, address += 0x1000, kKiB);
        WatchContext context;
        context.now_ns = kAttach + static_cast<std::uint64_t>(second) * kSecond;
        const WatchModel model = build_watch_model(stream.view(), test::session(), context);
        key = model.processes[0].key;
        history.add(model);
        context.now_ns += kSecond / 2;
        history.add(build_watch_model(stream.view(), test::session(), context));  // too soon: left out
    }
    EXPECT_DOUBLE_EQ(history.change_per_s(key, chip, MemoryKind::Dram).value_or(0), static_cast<double>(kKiB));
    const std::vector<std::uint64_t> columns = history.columns(key, chip, MemoryKind::Dram, 4);
    ASSERT_EQ(columns.size(), 4U);
    EXPECT_EQ(columns.back(), 200 * kKiB);
    EXPECT_EQ(columns.front(), 110 * kKiB) << "the most of its half minute";
    EXPECT_FALSE(history.change_per_s(key, chip, MemoryKind::L1));
}

TEST(MemoryStrip, HolesAreBetweenBlocksAndTheLargestComesFirst) {
    test::Stream stream;
    stream.process(0, test::kPid, "job").mesh(0, 0, 1).mesh_regions(0);
    const Region region = test::l1_region();
    stream.alloc(1, region.base + region.bytes / 2, region.bytes / 4 * region.banks, BufferType::L1);
    const auto strip = memory_strip(*stream.view().processes[0], {OwnerKind::Chip, 0}, MemoryKind::L1);
    ASSERT_TRUE(strip);
    ASSERT_EQ(strip->holes.size(), 2U);
    EXPECT_EQ(strip->holes[0].bytes(), region.bytes / 2);
    EXPECT_EQ(strip->holes[1].bytes(), region.bytes / 4);
    EXPECT_EQ(text_of(draw_strip(*strip, 8, true)), "····██··");
    EXPECT_EQ(text_of(draw_strip(*strip, 2, true)), "·▄");
    EXPECT_FALSE(memory_strip(*stream.view().processes[0], {OwnerKind::Chip, 7}, MemoryKind::L1));
}

}  // namespace
}  // namespace tt::alloc_trace::watch
