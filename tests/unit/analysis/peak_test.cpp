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
    script.free(9 * kPage, kPage, BufferType::L1).circular_buffer(0x77, kBase, 5 * kPage).launch(0x77);
    const std::uint64_t most_of_both = script.count();
    script.circular_buffer(0x88, kBase, kPage).launch(0x88).alloc(9 * kPage, kPage, BufferType::L1);
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
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::L1AndCircularBuffers).by_footprint.bytes, kPage * kBanks) << "came after the launch";
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::L1).by_footprint.bytes, kPage * kBanks) << "allocated all the same";
}

TEST(PeakTest, LaunchThatPassesAfterARefusalCounts) {
    Script script;
    script.launch(2).circular_buffer(2, 0x1000, kPage).clash(2, "clash").launch(2).launch(1);
    PeakFinder finder;
    script.replay(finder);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.bytes, 4 * kPage);
}

// The next operation's output is allocated beside the circular buffers of a program that has finished.
TEST(PeakTest, AFinishedProgramDoesNotCountBesideTheNextOutput) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(13 * kPage, kPage, BufferType::L1);
    script.launch(1).circular_buffer(1, kBase, 5 * kPage);
    const std::uint64_t launch = script.count();
    script.alloc(10 * kPage, 3 * kPage, BufferType::L1).launch(2).circular_buffer(2, kBase, kPage).launch(2);
    PeakFinder finder;
    script.replay(finder);
    const Peak& both = peak_of(finder.peaks(), PeakOf::L1AndCircularBuffers);
    EXPECT_EQ(both.by_footprint.bytes, 4 * kPage * kBanks + 4 * kPage) << "at the second launch, not 4 * kBanks + 5 * 4";
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.bytes, 4 * 5 * kPage);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.place.event, launch);
}

TEST(PeakTest, ALaunchFromTheCacheCountsWithWhatIsLiveThen) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(1).circular_buffer(1, kBase, kPage);
    script.alloc(10 * kPage, 3 * kPage, BufferType::L1).launch(1);
    const std::uint64_t again = script.count();
    script.free(10 * kPage, 3 * kPage, BufferType::L1);
    PeakFinder finder;
    script.replay(finder);
    const Peak& both = peak_of(finder.peaks(), PeakOf::L1AndCircularBuffers);
    EXPECT_EQ(both.by_footprint.bytes, 3 * kPage * kBanks + 4 * kPage);
    EXPECT_EQ(both.by_footprint.place.event, again);
}

// The runtime refuses circular buffers that are larger than L1 itself.
TEST(PeakTest, CircularBuffersLargerThanL1AreNoPeak) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(1).circular_buffer(1, kBase, kPage).launch(2).circular_buffer(2, kBase, 27 * kPage);
    script.clash(2, "Statically allocated circular buffers on core range [(x=0,y=0) - (x=7,y=7)] grow to 2724096 B which is beyond max L1 size of 1499136 B");
    PeakFinder finder;
    script.replay(finder);
    EXPECT_EQ(peak_of(finder.peaks(), PeakOf::CircularBuffers).by_size.bytes, 4 * kPage);
    ASSERT_FALSE(finder.core_peaks().empty());
    EXPECT_EQ(finder.core_peaks()[0].peak.bytes, kPage);
}

CorePeak core_peak(const Script& script) {
    PeakFinder finder;
    script.replay(finder);
    const std::vector<FoundCorePeak> found = finder.core_peaks();
    return found.empty() ? CorePeak{} : found.front().peak;
}

// shared/cases: c05_percore_cb
TEST(PeakTest, TheFullestCoreHoldsItsOwnCircularBuffers) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(12 * kPage, 2 * kPage, BufferType::L1).launch(1);
    script.circular_buffer(1, kBase, 10 * kPage, {{0, 0, 0, 0}}).circular_buffer(1, kBase, 7 * kPage, {{1, 0, 1, 0}});
    const CorePeak peak = core_peak(script);
    EXPECT_EQ(peak.bytes, 12 * kPage);
    EXPECT_EQ(peak.buffer_bytes, 2 * kPage);
    EXPECT_EQ(peak.program, 1U);
    EXPECT_EQ(peak.place.event, script.count());
    EXPECT_EQ(peak.cores, kBanks);
    EXPECT_EQ(peak.core_bytes, 14 * kPage);
    ASSERT_EQ(peak.parts.size(), 2U);
    EXPECT_EQ(peak.parts[0], (CorePart{{0, 0, 0, 0}, 10 * kPage}));
    EXPECT_EQ(peak.parts[1], (CorePart{{1, 0, 1, 0}, 7 * kPage}));
}

// shared/cases: c06_disjoint
TEST(PeakTest, ColumnsHoldWhatLiesOnThem) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(1);
    script.circular_buffer(1, kBase, 1'085'440, {{0, 0, 0, 7}}).circular_buffer(1, kBase, 1'085'440, {{3, 0, 3, 7}});
    script.circular_buffer(1, kBase, 1'155'072, {{1, 0, 2, 7}}).circular_buffer(1, kBase, 1'155'072, {{4, 0, 5, 7}});
    const CorePeak peak = core_peak(script);
    EXPECT_EQ(peak.bytes, 1'155'072U);
    EXPECT_EQ(
        peak.parts, (std::vector<CorePart>{
                        {{1, 0, 2, 7}, 1'155'072}, {{4, 0, 5, 7}, 1'155'072}, {{0, 0, 0, 7}, 1'085'440}, {{3, 0, 3, 7}, 1'085'440}})
    );
}

TEST(PeakTest, CircularBuffersThatOverlapInCoresAddUpThere) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(1);
    script.circular_buffer(1, kBase, 2 * kPage, {{0, 0, 7, 7}}).circular_buffer(1, kBase + 2 * kPage, 3 * kPage, {{2, 2, 3, 3}});
    script.circular_buffer(1, kBase + 4 * kPage, kPage, {{3, 3, 3, 3}});  // shares the place of the one before
    const CorePeak peak = core_peak(script);
    EXPECT_EQ(peak.bytes, 5 * kPage);
    EXPECT_EQ(peak.parts[0].cores, (CoreRange{2, 2, 3, 3}));
    std::uint64_t cores = 0;
    for (const CorePart& part : peak.parts) {
        cores += core_count({part.cores});
    }
    EXPECT_EQ(cores, 64U);
}

TEST(PeakTest, BuffersAloneMayFillACoreMost) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(1).circular_buffer(1, kBase, kPage).alloc(5 * kPage, 9 * kPage, BufferType::L1);
    const CorePeak peak = core_peak(script);
    EXPECT_EQ(peak.bytes, 9 * kPage);
    EXPECT_EQ(peak.program, 0U);
    EXPECT_TRUE(peak.parts.empty());
}

// The others may hold less, and which they are is not known.
TEST(PeakTest, BuffersOfSingleCoresLeaveTheFullestCoreOpen) {
    Script script;
    script.regions(14 * kPage, BufferType::L1);
    script.add(Allocated{script.next(), of_owner(on_cores(buffer_at(kBase + 5 * kPage, kPage), 3), kMesh)});
    script.launch(1).circular_buffer(1, kBase, kPage);
    EXPECT_EQ(core_peak(script).bytes, 0U);
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
