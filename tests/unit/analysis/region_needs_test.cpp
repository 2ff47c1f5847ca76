// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/region_needs.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

std::optional<RegionNeed> need_of(const Script& script, BufferType type) {
    RegionNeeds analysis;
    script.replay(analysis);
    for (const RegionNeed& need : analysis.needs()) {
        if (need.type == type) {
            return need;
        }
    }
    return std::nullopt;
}

TEST(RegionNeedsTest, TheMostThatLivedAtOneMoment) {
    Script script;
    script.alloc(0, 100 * kMb).alloc(100 * kMb, 50 * kMb);
    const StreamPlace most{script.count(), script.t_ns()};
    script.free(0, 100 * kMb).alloc(200 * kMb, 60 * kMb);
    const auto need = need_of(script, BufferType::Dram);
    ASSERT_TRUE(need);
    EXPECT_EQ(need->bank_bytes, 150 * kMb);
    EXPECT_EQ(need->place, most);
    EXPECT_FALSE(need->refused);
    EXPECT_EQ(need->region->bytes, 1000 * kMb);
    EXPECT_FALSE(need_of(script, BufferType::L1));
}

TEST(RegionNeedsTest, WhatWasRefusedIsNeededToo) {
    Script script;
    script.alloc(0, 900 * kMb).fail(200 * kMb);
    const std::uint64_t refused = script.count();
    script.free(0, 900 * kMb).alloc(0, 1000 * kMb);
    const auto need = need_of(script, BufferType::Dram);
    EXPECT_EQ(need->bank_bytes, 1100 * kMb);
    EXPECT_EQ(need->place.event, refused);
    EXPECT_TRUE(need->refused);
}

TEST(RegionNeedsTest, RefusedForAnotherReasonIsNoNeed) {
    Script script;
    script.alloc(0, 900 * kMb).fail(200 * kMb, "TT_FATAL @ x.cpp:1: false info: no such core");
    EXPECT_EQ(need_of(script, BufferType::Dram)->bank_bytes, 900 * kMb);
}

// Regions come later than the first buffers.
TEST(RegionNeedsTest, FootprintsThatBecomeKnownCount) {
    Script script;
    script.alloc(0, 5 * kPage, BufferType::L1Small);
    EXPECT_FALSE(need_of(script, BufferType::L1Small)->known);
    script.regions(20 * kPage, BufferType::L1Small).alloc(5 * kPage, 6 * kPage, BufferType::L1Small).free(0, 5 * kPage, BufferType::L1Small);
    const auto need = need_of(script, BufferType::L1Small);
    EXPECT_TRUE(need->known);
    EXPECT_EQ(need->bank_bytes, 11 * kPage);
}

TEST(RegionNeedsTest, L1TakesInTheCircularBuffersOfTheProgramThatRuns) {
    Script script;
    script.regions(20 * kPage, BufferType::L1).regions(2 * kPage, 20 * kPage, BufferType::L1Small);
    script.alloc(16 * kPage, 4 * kPage, BufferType::L1);
    script.launch(1).circular_buffer(1, kBase + kPage, 4 * kPage);  // they end 5 pages above the base
    script.alloc(8 * kPage, 3 * kPage, BufferType::L1);             // beside a finished program
    const auto need = need_of(script, BufferType::L1);
    EXPECT_EQ(need->bank_bytes, 9 * kPage);
    EXPECT_EQ(need->small_bytes, 2 * kPage);
    script.launch(1);
    EXPECT_EQ(need_of(script, BufferType::L1)->bank_bytes, 12 * kPage);
}

TEST(RegionNeedsTest, ATraceThatDidNotFitTellsItsNeedInAll) {
    Script script;
    script.refuse("Creating trace buffers of size 1000B on MeshDevice 0, but only 100B is allocated for trace region.");
    script.refuse("Creating trace buffers of size 3000B on MeshDevice 0, but only 100B is allocated for trace region.");
    script.refuse("Creating trace buffers of size 2000B on MeshDevice 0, but only 100B is allocated for trace region.");
    script.refuse("Creating trace buffers of size 9000B on MeshDevice 4, but only 100B is allocated for trace region.");
    const auto need = need_of(script, BufferType::Trace);
    ASSERT_TRUE(need);
    EXPECT_EQ(need->asked_in_all, 3000U);
    EXPECT_EQ(need->limit_in_all, 100U);
    EXPECT_TRUE(need->refused);
}

}  // namespace
}  // namespace tt::alloc_trace::test
