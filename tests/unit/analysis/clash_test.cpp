// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/clash.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kL1Bytes = 14 * kPage;
constexpr std::uint64_t kProgram = 0x77;
constexpr std::uint64_t kLowest = kBase + 4 * kPage;
constexpr std::uint64_t kRegionEnd = kLowest + 192;

// A buffer of 100,000 bytes per bank, 192 bytes below the end of what a program wants.
Script clashing_script() {
    Script script;
    script.regions(kL1Bytes, BufferType::L1);
    script.alloc(10 * kPage, 4 * kPage, BufferType::L1).alloc(4 * kPage, kPage, BufferType::L1);
    script.circular_buffer(kProgram, kBase, 2 * kPage).circular_buffer(kProgram, kBase + 2 * kPage, 2 * kPage + 192).launch(kProgram);
    script.clash(
        kProgram,
        "Statically allocated circular buffers in program 5 clash with L1 buffers on core range [(x=0,y=0) - (x=1,y=1)]. L1 buffer "
        "allocated at " + std::to_string(kLowest) + " and static circular buffer region ends at " + std::to_string(kRegionEnd)
    );
    return script;
}

TEST(ClashTest, OverlapsBy192Bytes) {
    const Script script = clashing_script();
    Clashes analysis;
    script.replay(analysis);
    script.replay(analysis);
    ASSERT_EQ(analysis.clashes().size(), 1U);
    const MappedClash& clash = analysis.clashes()[0];
    EXPECT_EQ(clash.place.event, script.count());
    ASSERT_EQ(clash.maps.size(), 1U);
    const L1Map& map = clash.maps[0];
    EXPECT_EQ(map.places, (std::vector<Place>{kPlace0, kPlace1}));
    EXPECT_EQ(map.gap(), -192);
    EXPECT_EQ(map.room(), 4 * kPage);
    EXPECT_EQ(map.in_the_way, 1U);
    EXPECT_EQ(map.buffer_count, 2U);
    EXPECT_EQ(map.buffers[0].address, kLowest);
    EXPECT_EQ(map.buffers[0].bank_bytes, kPage);
    EXPECT_EQ(map.buffers[0].tid, kTid);
    EXPECT_EQ(map.begin, kBase);
    EXPECT_EQ(map.end, kBase + kL1Bytes);
    ASSERT_EQ(map.circular_buffers.size(), 2U);
    EXPECT_EQ(map.circular_buffers[1].end, kRegionEnd);
    EXPECT_EQ(map.circular_buffers[1].cores, (std::vector<CoreRange>{{0, 0, 1, 1}}));
}

TEST(ClashTest, TheCircularBuffersTellWhereTheMessageDoesNot) {
    Script script = clashing_script();
    script.clash(kProgram, "");
    Clashes analysis;
    script.replay(analysis);
    script.replay(analysis);
    ASSERT_EQ(analysis.clashes().size(), 2U);
    EXPECT_EQ(analysis.clashes()[1].maps.at(0).gap(), -192);
}

TEST(ClashTest, AnyMomentHasAMap) {
    Script script = clashing_script();
    script.free(4 * kPage, kPage, BufferType::L1).launch(kProgram);
    Clashes analysis;
    script.replay(analysis);
    ASSERT_EQ(analysis.last_maps().size(), 1U);
    EXPECT_EQ(analysis.last_maps()[0].gap(), static_cast<std::int64_t>(6 * kPage - 192));
    EXPECT_TRUE(analysis.holds_memory());
}

TEST(ClashTest, AnEndedProcessIsLookedAtWhereAsked) {
    Script script = clashing_script();
    const std::uint64_t last = script.count();
    script.exited();
    Clashes analysis;
    script.replay(analysis);
    EXPECT_TRUE(analysis.last_maps().empty());
    EXPECT_FALSE(analysis.holds_memory());
    analysis.look_at(last);
    script.replay(analysis);
    EXPECT_EQ(analysis.last_maps().at(0).buffer_count, 2U);
    EXPECT_EQ(analysis.last_maps().at(0).gap(), std::nullopt) << "the program that clashed was never there";
}

TEST(ClashTest, WhatLiesOnSomeCoresIsNotReservedOnAll) {
    Script script = clashing_script();
    Clashes analysis;
    script.replay(analysis);
    EXPECT_EQ(analysis.last_maps().at(0).buffer_bytes, 5 * kPage);
    Script uneven;
    uneven.regions(kL1Bytes, BufferType::L1).alloc(10 * kPage, 4 * kPage, BufferType::L1);
    uneven.add(Allocated{uneven.next(), on_cores(Script::fields(8 * kPage, kPage, BufferType::L1), 1)});
    Clashes of_uneven;
    uneven.replay(of_uneven);
    EXPECT_EQ(of_uneven.last_maps().at(0).buffer_bytes, std::nullopt);
    EXPECT_EQ(of_uneven.last_maps().at(0).buffer_count, 2U);
}

// A program that has finished is not in the way of what was allocated since.
TEST(ClashTest, ABufferInThePlaceOfAFinishedProgramIsNoClash) {
    Script script;
    script.regions(kL1Bytes, BufferType::L1).launch(1).circular_buffer(1, kBase, 10 * kPage).alloc(5 * kPage, kPage, BufferType::L1);
    Clashes analysis;
    script.replay(analysis);
    EXPECT_TRUE(analysis.room().overlaps().empty());
    const L1Map& map = analysis.last_maps().at(0);
    EXPECT_TRUE(map.circular_buffers.at(0).finished);
    EXPECT_EQ(map.in_the_way, 0U);
    EXPECT_EQ(map.circular_buffer_end, std::nullopt);
}

TEST(ClashTest, OnlyTheLatestAreKept) {
    Script script = clashing_script();
    for (std::size_t i = 0; i < 2 * Clashes::kKept; ++i) {
        script.clash(kProgram, "");
    }
    Clashes analysis;
    script.replay(analysis);
    script.replay(analysis);
    EXPECT_EQ(analysis.count(), 2 * Clashes::kKept + 1);
    EXPECT_EQ(analysis.clashes().size(), Clashes::kKept);
    EXPECT_EQ(analysis.clashes().back().maps.size(), 1U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
