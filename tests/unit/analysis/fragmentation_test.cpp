// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/fragmentation.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

const FragmentedSpace& dram_of(const Fragmentation& analysis) { return analysis.spaces().at(0); }

TEST(FragmentationTest, NamesTheBuffersThatPinTheGap) {
    Fragmentation analysis(kNeeded);
    fragmented_script().replay(analysis);
    ASSERT_EQ(analysis.spaces().size(), 1U);
    const FragmentedSpace& space = dram_of(analysis);
    EXPECT_EQ(space.free, 1298 * kPage);
    EXPECT_EQ(space.largest, 342 * kPage);
    EXPECT_EQ(space.hole_count, 5U);
    ASSERT_TRUE(space.need);
    EXPECT_EQ(space.need->verdict, NeedVerdict::Fragmented);
    EXPECT_EQ(space.need->bytes, 50 * kPage);
    ASSERT_EQ(space.need->examples.size(), 2U);
    EXPECT_EQ(space.need->examples[0].address, kPinA);
    EXPECT_EQ(space.need->examples[1].address, kPinB);
    EXPECT_EQ(space.need->end - space.need->begin, 948 * kPage);
    EXPECT_EQ(space.need->examples[0].tid, kTid);
    EXPECT_EQ(space.need->examples[0].owner, (OwnerFacts{OwnerKind::Mesh, 0, {0, 1}}));
}

TEST(FragmentationTest, EachHoleHasItsPins) {
    Fragmentation analysis;
    fragmented_script().replay(analysis);
    const PinnedHole& largest = dram_of(analysis).holes.at(0);
    EXPECT_EQ(largest.bytes(), 342 * kPage);
    ASSERT_TRUE(largest.below);
    EXPECT_EQ(largest.below->neighbour.address, kBase);
    EXPECT_EQ(largest.below->end, largest.begin);
    ASSERT_TRUE(largest.above);
    EXPECT_EQ(largest.above->neighbour.address, kPinA);
    EXPECT_EQ(largest.above->buffers, 1U);
    EXPECT_EQ(largest.above->end - largest.above->begin, 20 * kPage);
    const PinnedHole& last = dram_of(analysis).holes.at(4);  // two of 20.0, by address
    EXPECT_EQ(last.end, kBase + 10000 * kPage);
    EXPECT_FALSE(last.above);
}

TEST(FragmentationTest, APinIsAsOldAsItsOldestBuffer) {
    Script script;
    script.alloc(200 * kPage, 100 * kPage);
    const std::uint64_t oldest = script.t_ns();
    script.alloc(100 * kPage, 100 * kPage);
    Fragmentation analysis;
    script.replay(analysis);
    const PinnedHole& above = dram_of(analysis).holes.at(0);
    EXPECT_EQ(above.below->buffers, 2U);
    EXPECT_EQ(above.below->oldest_t_ns, oldest);
    const PinnedHole& below = dram_of(analysis).holes.at(1);
    EXPECT_EQ(below.above->buffers, 2U);
    EXPECT_EQ(below.above->neighbour.address, kBase + 100 * kPage);
}

TEST(FragmentationTest, TheLargestHoleWasSmallerOnce) {
    Script script;
    script.alloc(0, 400 * kMb).alloc(500 * kMb, 400 * kMb);
    const std::uint64_t then = script.count();
    script.free(500 * kMb, 400 * kMb);
    Fragmentation analysis;
    script.replay(analysis);
    EXPECT_EQ(dram_of(analysis).largest, 600 * kMb);
    ASSERT_TRUE(dram_of(analysis).minimum);
    EXPECT_EQ(dram_of(analysis).minimum->bytes, 100 * kMb);
    EXPECT_EQ(dram_of(analysis).minimum->place.event, then);
}

TEST(FragmentationTest, AnUnknownFootprintLeavesTheMinimumOfKnownMoments) {
    Script script;
    BufferFields sharded = Script::fields(0, 400 * kMb, BufferType::Dram);
    sharded.sharded = true;
    script.add(Allocated{script.next(), sharded}).alloc(500 * kMb, 400 * kMb).free(500 * kMb, 400 * kMb);
    Fragmentation unknown;
    script.replay(unknown);
    EXPECT_FALSE(dram_of(unknown).minimum);
    EXPECT_EQ(dram_of(unknown).not_placed, 1U);
    script.add(Freed{script.next(), sharded}).alloc(0, 100 * kMb);
    Fragmentation known;
    script.replay(known);
    EXPECT_EQ(dram_of(known).minimum->bytes, 900 * kMb);
}

// The regions often become known behind the first allocation.
TEST(FragmentationTest, RegionsMayComeLate) {
    Script script;
    script.alloc(0, 100 * kPage, BufferType::L1).regions(300 * kPage, BufferType::L1).alloc(200 * kPage, 50 * kPage, BufferType::L1);
    Fragmentation analysis(100 * kPage);
    script.replay(analysis);
    const FragmentedSpace& l1 = dram_of(analysis);
    EXPECT_EQ(l1.type, BufferType::L1);
    EXPECT_EQ(l1.free, 150 * kPage);
    EXPECT_EQ(l1.minimum->bytes, 100 * kPage);
    EXPECT_EQ(l1.need->verdict, NeedVerdict::Fits);
    EXPECT_EQ(analysis.not_placeable(), 0U);
}

TEST(FragmentationTest, VerdictsOfANeed) {
    const Script script = fragmented_script();
    const auto verdict = [&script](std::uint64_t need) {
        Fragmentation analysis(need);
        script.replay(analysis);
        return dram_of(analysis).need->verdict;
    };
    EXPECT_EQ(verdict(342 * kPage), NeedVerdict::Fits);
    EXPECT_EQ(verdict(342 * kPage + 1), NeedVerdict::Fragmented);
    EXPECT_EQ(verdict(1298 * kPage + 1), NeedVerdict::Exhausted);
    EXPECT_EQ(verdict(10000 * kPage + 1), NeedVerdict::Never);
}

TEST(FragmentationTest, AnEndedProcessIsLookedAtBehindItsLastAllocation) {
    Script script = fragmented_script();
    script.fail(kNeeded);
    const std::uint64_t last = script.count();
    script.exited();
    Fragmentation analysis(kNeeded);
    script.replay(analysis);
    EXPECT_FALSE(analysis.holds_memory());
    EXPECT_TRUE(analysis.spaces().empty());
    ASSERT_EQ(analysis.last_use().event, last);
    analysis.look_at(last);
    script.replay(analysis);
    EXPECT_EQ(analysis.place().event, last);
    EXPECT_EQ(dram_of(analysis).largest, 342 * kPage);
}

}  // namespace
}  // namespace tt::alloc_trace::test
