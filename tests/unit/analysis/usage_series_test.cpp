// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/usage_series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "observed_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr Place kChip0{OwnerKind::Chip, 0};
constexpr Place kChip1{OwnerKind::Chip, 1};

const UsageRow& row(const UsageSeries& series, SeriesKind kind, const Place& place = kChip0) {
    return series.rows().at({place, kind});
}

TEST(UsageSeriesTest, TellsLevelsPerPlaceAndType) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1).alloc(2, 0, 128).alloc(3, 4096, 256, BufferType::L1).free(4, 0, 128);
    stream.close();
    ASSERT_EQ(series.rows().size(), 6U);  // L1 + CB go with L1
    EXPECT_EQ(row(series, SeriesKind::Dram).now, 0U);
    EXPECT_EQ(row(series, SeriesKind::Dram, kChip1).peak, 128U);
    EXPECT_EQ(row(series, SeriesKind::Dram).peak_t_ns, 2 * kSecond);
    EXPECT_EQ(row(series, SeriesKind::L1).now, 256U);
    const auto levels = levels_of(row(series, SeriesKind::Dram));
    ASSERT_EQ(levels.size(), 2U);
    EXPECT_EQ(levels[0].second, (Level{0, 128, 128, true}));
    EXPECT_EQ(levels[1].second, (Level{0, 128, 0, true}));
}

// Bytes of a moment in between are in no slice's last, but must be in its highest.
TEST(UsageSeriesTest, PeaksSurviveTheReduction) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(0).alloc(1, 0, 1000);
    stream.alloc(500, 4096, 1'000'000).free(500, 4096, 1'000'000);
    for (int i = 0; i < 20'000; ++i) {
        stream.alloc(501 + i, 8192, 64).free(501.5 + i, 8192, 64);
    }
    stream.close();
    const UsageRow& dram = row(series, SeriesKind::Dram);
    EXPECT_LE(dram.levels.buckets().size(), UsageSeries::kSlices);
    EXPECT_GT(series.width_ns(), kSecond);
    std::uint64_t highest = 0;
    for (const auto& [index, level] : levels_of(dram)) {
        EXPECT_LE(level.min, level.max);
        if (level.max > highest) {
            highest = level.max;
            EXPECT_LE(series.start_t_ns() + index * series.width_ns(), std::max<std::uint64_t>(500 * kSecond, series.width_ns()));
        }
    }
    EXPECT_EQ(highest, 1'001'000U);
    EXPECT_EQ(dram.peak, 1'001'000U);
    EXPECT_EQ(dram.peak_t_ns, 500 * kSecond);
}

TEST(UsageSeriesTest, EqualsTheTrackerAtEveryEnd) {
    UsageSeries series;
    ObservedStream stream(series);
    std::mt19937 random(7);
    stream.mesh(0, {0, 1, 5}).regions(0.5);
    constexpr std::array kTypes{BufferType::Dram, BufferType::L1, BufferType::L1Small, BufferType::Trace};
    for (int i = 1; i < 3000; ++i) {
        const std::uint64_t address = random() % 50 * 4096;
        const BufferType type = kTypes[random() % kTypes.size()];
        const std::uint64_t size = address / 16 + 32;
        random() % 2 == 0 ? stream.alloc(i, address, size, type) : stream.free(i, address, size, type);
    }
    stream.plan(3001, 7, 0, 4096).launch(3002, 7);
    stream.close();
    const auto& places = stream.view().processes.front()->places;
    ASSERT_EQ(places.size(), 3U);
    for (const auto& [place, usage] : places) {
        EXPECT_EQ(row(series, SeriesKind::Dram, place).now, usage.of(BufferType::Dram).footprint());
        EXPECT_EQ(row(series, SeriesKind::Dram, place).peak, usage.of(BufferType::Dram).peak_footprint());
        EXPECT_EQ(row(series, SeriesKind::L1, place).now, usage.of(BufferType::L1).footprint());
        EXPECT_EQ(row(series, SeriesKind::L1Small, place).now, usage.of(BufferType::L1Small).bytes);
        EXPECT_EQ(row(series, SeriesKind::L1Small, place).peak, usage.of(BufferType::L1Small).peak_bytes);
        EXPECT_EQ(row(series, SeriesKind::CircularBuffers, place).now, usage.circular_buffers.bytes);
        EXPECT_EQ(
            row(series, SeriesKind::L1AndCircularBuffers, place).now,
            *usage.of(BufferType::L1).footprint() + usage.circular_buffers.bytes
        );
        EXPECT_EQ(levels_of(row(series, SeriesKind::Dram, place)).back().second.last, usage.of(BufferType::Dram).footprint());
    }
}

TEST(UsageSeriesTest, SaysWhereFootprintsAreNotKnown) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1).alloc(2, 0, 33).regions(3).alloc(4, 4096, 33);
    stream.close();
    const auto levels = levels_of(row(series, SeriesKind::Dram));
    ASSERT_EQ(levels.size(), 3U);
    EXPECT_EQ(levels[0].second.last, 33U);
    EXPECT_TRUE(levels[0].second.by_size);
    EXPECT_EQ(levels[1].second.last, 4 * 32U);  // 33 bytes in pages of 32: one in each of four banks
    EXPECT_FALSE(levels[1].second.by_size);
    EXPECT_EQ(levels[2].second.last, 2 * 4 * 32U);
}

TEST(UsageSeriesTest, AWindowBeginsWithWhatWasLive) {
    UsageSeries series(10 * kSecond);
    ObservedStream stream(series, false);
    stream.mesh(1).alloc(2, 0, 4096);
    stream.open();
    stream.alloc(12, 8192, 64);
    stream.close();
    EXPECT_EQ(series.start_t_ns(), 10 * kSecond);
    const auto levels = levels_of(row(series, SeriesKind::Dram));
    ASSERT_EQ(levels.size(), 2U);
    EXPECT_EQ(levels[0].second.min, 4096U);
    EXPECT_EQ(levels[1].second, (Level{4096, 4160, 4160, true}));
}

TEST(UsageSeriesTest, RunsOneAfterAnotherShareTheChip) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1).alloc(2, 0, 100).exited(3);
    stream.mesh(4).alloc(5, 0, 70);
    stream.close();
    EXPECT_EQ(row(series, SeriesKind::Dram).now, 70U);
    EXPECT_EQ(row(series, SeriesKind::Dram).peak, 100U);
}

TEST(UsageSeriesTest, MovesWithAnOwnerThatIsKnownLate) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1, {}).alloc(2, 0, 100).mesh(3, {4});
    stream.close();
    EXPECT_EQ(row(series, SeriesKind::Dram, {OwnerKind::Mesh, 0}).now, 0U);
    EXPECT_EQ(row(series, SeriesKind::Dram, {OwnerKind::Chip, 4}).now, 100U);
}

TEST(UsageSeriesTest, MarksCountAndTellTheGreatest) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1);
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        stream.apply(AllocationFailed{
            stream.at(2 + static_cast<double>(i)), ObservedStream::buffer(0, i == 77 ? 1 << 30 : 64, BufferType::L1), "Out of Memory"
        });
    }
    stream.apply(Lost{{20'000 * kSecond, 0, 0}, 3, 4, 0, 0}).exited(20'001);
    stream.close();
    const EventMarks& marks = series.marks();
    EXPECT_EQ(marks.count(MarkKind::FailedAllocation), 10'000U);
    EXPECT_LE(marks.of(MarkKind::FailedAllocation).size(), EventMarks::kSlices);
    std::uint64_t count = 0;
    std::uint64_t greatest = 0;
    for (const auto& mark : marks.of(MarkKind::FailedAllocation)) {
        count += mark.content.count;
        if (mark.content.amount > greatest) {
            greatest = mark.content.amount;
            EXPECT_LE(mark.content.t_ns, 79 * kSecond);
            EXPECT_EQ(mark.content.owner, "mesh 0 (chips 0-1)");
        }
    }
    EXPECT_EQ(count, 10'000U);
    EXPECT_EQ(greatest, 1U << 30U);
    ASSERT_EQ(marks.of(MarkKind::Gap).size(), 1U);
    EXPECT_EQ(marks.of(MarkKind::Gap)[0].content.amount, 7U);
    EXPECT_EQ(marks.count(MarkKind::ProcessExit), 1U);
}

TEST(UsageSeriesTest, MorePlacesThanAreKeptAreSaid) {
    UsageSeries series;
    ObservedStream stream(series);
    std::vector<std::int32_t> chips;
    for (std::int32_t chip = 0; chip < 2000; ++chip) {
        chips.push_back(chip);
    }
    stream.mesh(1, chips).alloc(2, 0, 100);
    stream.close();
    EXPECT_EQ(series.rows().size(), UsageSeries::kMaxRows);
    EXPECT_TRUE(series.rows_left_out());
}

TEST(UsageSeriesTest, AProgramThatEndsRightBehindItsLaunchShows) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1).regions(1).alloc(2, 0x1000, 64, BufferType::L1).launch(3, 1).plan(3, 1, 0, 100).plan(3, 1, 100, 50);
    stream.apply(ProgramDestroyed{stream.at(4), 1}).exited(5);
    stream.close();
    EXPECT_EQ(row(series, SeriesKind::CircularBuffers).peak, 150U);
    EXPECT_EQ(row(series, SeriesKind::CircularBuffers).now, 0U);
    EXPECT_EQ(row(series, SeriesKind::L1AndCircularBuffers).peak, row(series, SeriesKind::L1).peak + 150U);
}

TEST(UsageSeriesTest, RefusedLaunchDoesNotShow) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.mesh(1).regions(1).launch(2, 1).plan(2, 1, 0, 100);
    stream.launch(3, 2).plan(3, 2, 0, 800).apply(CircularBufferClash{stream.at(3), 2, kMesh, "clash"});
    stream.launch(4, 2).apply(CircularBufferClash{stream.at(4), 2, kMesh, "clash"});
    stream.close();
    EXPECT_EQ(row(series, SeriesKind::CircularBuffers).peak, 100U);
    EXPECT_EQ(row(series, SeriesKind::CircularBuffers).now, 100U);
    EXPECT_EQ(row(series, SeriesKind::L1AndCircularBuffers).peak, 100U);
}

TEST(UsageSeriesTest, RefusedLaunchDoesNotShowBesideAnotherProcess) {
    UsageSeries series;
    ObservedStream stream(series);
    const auto of_another = [&](double t) {
        EventHeader header = stream.at(t);
        ++header.pid;
        return header;
    };
    stream.mesh(1).regions(1).launch(2, 1).plan(2, 1, 0, 100).launch(3, 2).plan(3, 2, 0, 800);
    stream.apply(ProgramLaunched{of_another(4), 9, kMesh}).apply(ProcessExited{of_another(5)});
    stream.apply(CircularBufferClash{stream.at(6), 2, kMesh, "clash"});
    stream.close();
    EXPECT_EQ(row(series, SeriesKind::CircularBuffers).peak, 100U);
    EXPECT_EQ(row(series, SeriesKind::CircularBuffers).now, 100U);
}

TEST(UsageSeriesTest, NothingSeenIsNothingShown) {
    UsageSeries series;
    ObservedStream stream(series);
    stream.close();
    EXPECT_TRUE(series.rows().empty());
    EXPECT_TRUE(series.marks().of(MarkKind::Gap).empty());
    EXPECT_EQ(series.end_t_ns(), series.start_t_ns());
}

}  // namespace
}  // namespace tt::alloc_trace::test
