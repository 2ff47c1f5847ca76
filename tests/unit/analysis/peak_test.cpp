// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/peak.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

const Peak& peak_of(const std::vector<FoundPeak>& peaks, PeakOf of, const Place& place = kPlace0) {
    const auto found = std::find_if(peaks.begin(), peaks.end(), [&](const FoundPeak& peak) {
        return peak.key.of == of && peak.key.place == place;
    });
    static const Peak kNone;
    return found == peaks.end() ? kNone : found->peak;
}

TEST(PeakTest, TellsWhenAndWhatWasLive) {
    Script script;
    script.alloc(0, 10 * kMb).alloc(10 * kMb, 10 * kMb).alloc(20 * kMb, 5 * kMb);
    const StreamPlace top{script.count(), script.t_ns()};
    script.free(0, 10 * kMb).alloc(30 * kMb, kMb).alloc(40 * kMb, 9 * kMb);  // as high again
    PeakFinder finder;
    script.replay(finder);
    const Peak& peak = peak_of(finder.peaks(), PeakOf::Dram, kPlace1);
    EXPECT_TRUE(peak.footprint_known);
    EXPECT_EQ(peak.by_footprint.bytes, 25 * kMb * kBanks);
    EXPECT_EQ(peak.by_footprint.place, top);

    PeakWitness witness;
    const PeakKey key{0, kPlace1, PeakOf::Dram};
    witness.expect(key, top.event);
    script.replay(witness);
    const PeakContent* content = witness.content(key);
    ASSERT_NE(content, nullptr);
    EXPECT_EQ(content->buffers, 3U);
    ASSERT_EQ(content->groups.size(), 2U);
    EXPECT_EQ(content->groups[0].count, 2U);
    EXPECT_EQ(content->groups[0].footprint_bytes, 20 * kMb * kBanks);
    EXPECT_EQ(content->groups[0].bank_bytes, 20 * kMb);
    EXPECT_EQ(content->groups[1].size, 5 * kMb * kBanks);
}

// The most in L1 is not where the buffers alone have their peak.
TEST(PeakTest, BuffersAndCircularBuffersTogether) {
    Script script;
    script.regions(14 * kPage, BufferType::L1);
    script.alloc(10 * kPage, 4 * kPage, BufferType::L1).alloc(9 * kPage, kPage, BufferType::L1);
    const std::uint64_t most_buffers = script.count();
    script.free(9 * kPage, kPage, BufferType::L1).circular_buffer(0x77, kBase, 5 * kPage);
    const std::uint64_t most_of_both = script.count();
    script.launch(0x77).circular_buffer(0x88, kBase, kPage).launch(0x88).alloc(9 * kPage, kPage, BufferType::L1);
    PeakFinder finder;
    script.replay(finder);
    const std::vector<FoundPeak> peaks = finder.peaks();
    EXPECT_EQ(peak_of(peaks, PeakOf::L1).by_footprint.place.event, most_buffers);
    EXPECT_EQ(peak_of(peaks, PeakOf::L1).by_footprint.bytes, 5 * kPage * kBanks);
    const Peak& both = peak_of(peaks, PeakOf::L1AndCircularBuffers);
    EXPECT_EQ(both.by_footprint.place.event, most_of_both);
    EXPECT_EQ(both.by_footprint.bytes, 4 * kPage * kBanks + 5 * kPage * 4);
    EXPECT_EQ(peak_of(peaks, PeakOf::CircularBuffers).by_size.bytes, 5 * kPage * 4);

    PeakWitness witness;
    const PeakKey key{0, kPlace0, PeakOf::L1AndCircularBuffers};
    witness.expect(key, most_of_both);
    script.replay(witness);
    const PeakContent& content = *witness.content(key);
    EXPECT_EQ(content.buffers, 1U);
    ASSERT_EQ(content.circular_buffers.size(), 1U);
    EXPECT_EQ(content.circular_buffers[0].program, 0x77U);
    EXPECT_EQ(content.circular_buffers[0].cores, 4U);
}

TEST(PeakTest, RegionsThatComeLateRaiseTheFootprint) {
    Script script;
    script.alloc(0, 3 * kPage, BufferType::L1);
    PeakFinder early;
    script.replay(early);
    EXPECT_FALSE(peak_of(early.peaks(), PeakOf::L1).footprint_known);
    script.regions(14 * kPage, BufferType::L1);
    const std::uint64_t known = script.count();
    script.exited();
    PeakFinder finder;
    script.replay(finder);
    const Peak& peak = peak_of(finder.peaks(), PeakOf::L1);
    EXPECT_EQ(peak.by_footprint.bytes, 3 * kPage * kBanks);
    EXPECT_EQ(peak.by_footprint.place.event, known);
}

TEST(PeakTest, RefusedLaunchIsNone) {
    Script script;
    script.launch(1).circular_buffer(1, 0x1000, kPage).launch(2).circular_buffer(2, 0x1000, 8 * kPage);
    script.circular_buffer(2, 0x9000, 8 * kPage).clash(2, "clash").launch(2).clash(2, "clash");
    PeakFinder finder;
    script.replay(finder);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.bytes, 4 * kPage);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::L1AndCircularBuffers).by_size.bytes, 4 * kPage);
}

TEST(PeakTest, RefusedLaunchIsNoneBesideAnotherProcess) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(1).circular_buffer(1, 0x1000, kPage).launch(2);
    script.circular_buffer(2, 0x1000, 8 * kPage).alloc(9 * kPage, kPage, BufferType::L1);
    ProgramLaunched of_another{script.next(), 9, kMesh};
    ++of_another.header.pid;
    script.add(of_another).clash(2, "clash");
    PeakFinder finder;
    script.replay(finder);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.bytes, 4 * kPage);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::L1AndCircularBuffers).by_footprint.bytes, kPage * kBanks + 4 * kPage);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::L1).by_footprint.bytes, kPage * kBanks) << "allocated all the same";
}

TEST(PeakTest, LaunchThatPassesAfterARefusalCounts) {
    Script script;
    script.launch(2).circular_buffer(2, 0x1000, kPage).clash(2, "clash").launch(2).launch(1);
    PeakFinder finder;
    script.replay(finder);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.bytes, 4 * kPage);
}

class FinderWithTracker : public PeakFinder {
public:
    void end(const TrackerView& view) override {
        for (const auto& [place, usage] : view.processes.at(0)->places) {
            places[place] = usage;
        }
    }
    std::map<Place, PlaceUsage> places;
};

TEST(PeakTest, AgreesWithTheTracker) {
    std::mt19937 random(11);
    Script script;
    script.regions(1000 * kMb, BufferType::L1);
    std::vector<std::pair<std::uint64_t, BufferType>> live;
    for (int step = 0; step < 5000; ++step) {
        const BufferType type = random() % 2 == 0 ? BufferType::Dram : BufferType::L1;
        const std::uint64_t at = random() % 500 * kMb;
        const std::pair<std::uint64_t, BufferType> slot{at, type};
        const auto found = std::find(live.begin(), live.end(), slot);
        if (found == live.end()) {
            script.alloc(at, (1 + at / kMb % 7) * kPage, type);
            live.push_back(slot);
        } else {
            script.free(at, (1 + at / kMb % 7) * kPage, type);
            live.erase(found);
        }
    }
    FinderWithTracker finder;
    script.replay(finder);
    for (const auto& [place, usage] : finder.places) {
        EXPECT_EQ(peak_of(finder.peaks(), PeakOf::Dram, place).by_size.bytes, usage.of(BufferType::Dram).peak_bytes);
        EXPECT_EQ(peak_of(finder.peaks(), PeakOf::L1, place).by_footprint.bytes, usage.of(BufferType::L1).peak_footprint_bytes);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
