// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/failures.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

void replay_twice(const Script& script, Failures& analysis) {
    script.replay(analysis);
    EXPECT_FALSE(analysis.explained());
    script.replay(analysis);
    EXPECT_TRUE(analysis.explained());
}

TEST(FailuresTest, TellsWhatWouldHaveHelped) {
    Script script = fragmented_script();
    script.fail(kNeeded);
    const std::uint64_t event = script.count();
    script.exited();
    Failures analysis;
    replay_twice(script, analysis);
    ASSERT_EQ(analysis.failures().size(), 1U);
    const ExplainedFailure& failure = analysis.failures()[0];
    EXPECT_EQ(failure.when.first.event, event);
    EXPECT_EQ(failure.failure.verdict, FailureVerdict::Fragmented);
    EXPECT_EQ(failure.failure.needed, kNeeded);
    ASSERT_EQ(failure.types.size(), 1U);
    EXPECT_EQ(failure.types[0].capacity.use->free, 1298 * kPage);
    EXPECT_EQ(failure.types[0].capacity.use->largest_free, 342 * kPage);
    ASSERT_TRUE(failure.help);
    ASSERT_EQ(failure.help->examples.size(), 2U);
    EXPECT_EQ(failure.help->examples[0].address, kPinA);
    EXPECT_EQ(failure.help->examples[1].address, kPinB);
    EXPECT_EQ(failure.granted, std::nullopt);
    EXPECT_EQ(failure.largest.at(0).bank_bytes, 7152 * kPage);
}

TEST(FailuresTest, ACaughtFailureWasGrantedLater) {
    Script script = fragmented_script();
    script.fail(kNeeded).fail(kNeeded).fail(kNeeded + kPage);
    script.free(7494 * kPage, 20 * kPage).free(7814 * kPage, 30 * kPage).alloc(7152 * kPage, kNeeded);
    const StreamPlace granted{script.count(), script.t_ns()};
    script.free(7152 * kPage, kNeeded).alloc(7152 * kPage, kNeeded);
    Failures analysis;
    replay_twice(script, analysis);
    ASSERT_EQ(analysis.failures().size(), 2U);
    EXPECT_EQ(analysis.count(), 3U);
    EXPECT_EQ(analysis.failures()[0].when.count, 2U);
    EXPECT_EQ(analysis.failures()[0].when.last.event, analysis.failures()[0].when.first.event + 1);
    EXPECT_EQ(analysis.failures()[0].granted, granted);
    EXPECT_EQ(analysis.failures()[1].granted, std::nullopt);
}

TEST(FailuresTest, AnExhaustedOneSaysWhoHoldsMost) {
    Script script;
    script.alloc(0, 100 * kMb).alloc(100 * kMb, 100 * kMb).alloc(200 * kMb, 700 * kMb).fail(101 * kMb);
    Failures analysis;
    replay_twice(script, analysis);
    const ExplainedFailure& failure = analysis.failures().at(0);
    EXPECT_EQ(failure.failure.verdict, FailureVerdict::Exhausted);
    ASSERT_EQ(failure.group_count, 2U);
    EXPECT_EQ(failure.largest[0].size, 700 * kMb * kBanks);
    EXPECT_EQ(failure.largest[1].count, 2U);
    EXPECT_EQ(failure.help->verdict, NeedVerdict::Exhausted);
    EXPECT_EQ(failure.help->bytes, 200 * kMb);  // the two small ones: less than the large one beside the hole
}

TEST(FailuresTest, TheFirstKindsAreKept) {
    Script script;
    for (std::uint64_t i = 0; i < 2 * Failures::kKept; ++i) {
        script.fail((2000 + i) * kMb);
    }
    Failures analysis;
    replay_twice(script, analysis);
    EXPECT_EQ(analysis.count(), 2 * Failures::kKept);
    ASSERT_EQ(analysis.failures().size(), Failures::kKept);
    EXPECT_EQ(analysis.failures().front().failure.needed, 2000 * kMb);
    EXPECT_EQ(analysis.failures().back().failure.needed, (2000 + Failures::kKept - 1) * kMb);
}

TEST(FailuresTest, WhatLiesIdleInTheTraceRegionIsToldWithHowMuchOfIt) {
    Script script;
    script.regions(100 * kMb, 1000 * kMb, BufferType::Trace);
    script.alloc(1000 * kMb, 40 * kMb, BufferType::Trace).alloc(0, 300 * kMb).alloc(300 * kMb, 650 * kMb).fail(101 * kMb);
    Failures analysis;
    replay_twice(script, analysis);
    const auto& idle = analysis.failures().at(0).idle;
    ASSERT_TRUE(idle);
    EXPECT_EQ(idle->type, BufferType::Trace);
    EXPECT_EQ(idle->bytes, 60 * kMb);
    EXPECT_EQ(idle->region_bytes, 100 * kMb);
    EXPECT_EQ(idle->wanted, 51 * kMb) << "what is free at the end counts";
}

TEST(FailuresTest, AHoleInTheMiddleDoesNotAddToTheIdleRegion) {
    Script script;
    script.regions(100 * kMb, 1000 * kMb, BufferType::Trace);
    script.alloc(0, 300 * kMb).alloc(400 * kMb, 600 * kMb).fail(101 * kMb);
    Failures analysis;
    replay_twice(script, analysis);
    EXPECT_EQ(analysis.failures().at(0).idle->wanted, 101 * kMb);
}

TEST(FailuresTest, AFullOrForeignRegionIsNotIdle) {
    Script full;
    full.regions(100 * kMb, 1000 * kMb, BufferType::Trace);
    full.alloc(1000 * kMb, 100 * kMb, BufferType::Trace).alloc(0, 950 * kMb).fail(101 * kMb);
    Script other;  // L1_SMALL is no part of DRAM
    other.regions(100 * kMb, 1000 * kMb, BufferType::L1Small).alloc(0, 950 * kMb).fail(101 * kMb);
    Script below;
    below.regions(100 * kMb, 0, BufferType::Trace).alloc(0, 950 * kMb).fail(101 * kMb);
    for (const Script* script : {&full, &other, &below}) {
        Failures analysis;
        replay_twice(*script, analysis);
        EXPECT_FALSE(analysis.failures().at(0).idle);
    }
}

TEST(FailuresTest, OtherRefusalsAreKindsAsWell) {
    Script script;
    script.refuse("Program size (79760) too large for kernel config buffer (70656) on TENSIX");
    const std::uint64_t first = script.count();
    script.clash(7, "Statically allocated dataflow buffers in program 12 clash with L1 buffers on core range [0-0 - 7-7]. L1 buffer allocated at "
                    "1378048 and static dataflow buffer region ends at 1430656");
    script.clash(8, "Statically allocated dataflow buffers in program 13 clash with L1 buffers on core range [0-0 - 7-7]. L1 buffer allocated at "
                    "1378048 and static dataflow buffer region ends at 1430656");
    script.refuse("TT_FATAL @ x.cpp:1: false info: Too many cores: 72");
    script.refuse("Program size (79760) too large for kernel config buffer (70656) on TENSIX");
    Failures analysis;
    replay_twice(script, analysis);
    EXPECT_EQ(analysis.count(), 0U);
    EXPECT_EQ(analysis.refusal_count(), 5U);
    ASSERT_EQ(analysis.refusals().size(), 3U);
    EXPECT_EQ(analysis.refusals()[0].when.count, 2U);
    EXPECT_EQ(analysis.refusals()[0].when.first.event, first);
    EXPECT_EQ(analysis.refusals()[0].when.last.event, script.count());
    EXPECT_EQ(std::get<RequestRefusal>(analysis.refusals()[0].what).reported.asked, 79760U);
    EXPECT_EQ(analysis.refusals()[1].when.count, 2U);
    EXPECT_TRUE(std::get<ClashFailure>(analysis.refusals()[1].what).reported.dataflow);
    EXPECT_EQ(std::get<RequestRefusal>(analysis.refusals()[2].what).reported.kind, RefusalKind::Other);
}

TEST(FailuresTest, AnUnknownOwnerIsGrantedBySizeAndType) {
    Script script;
    BufferFields asked = of_owner(under(Script::fields(0, 2000 * kMb, BufferType::Dram), 0), 0);
    script.add(AllocationFailed{script.next(), asked, "Out of Memory"}).alloc(0, 2000 * kMb);
    Failures analysis;
    replay_twice(script, analysis);
    EXPECT_EQ(analysis.failures().at(0).granted->event, script.count());
}

}  // namespace
}  // namespace tt::alloc_trace::test
