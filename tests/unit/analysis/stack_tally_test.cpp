// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/stack_tally.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace::test {
namespace {

std::vector<std::uint32_t> most(const StackTally& tally, std::uint64_t clock) {
    const StackSample sample = tally.most(clock);
    return {sample.stacks().begin(), sample.stacks().end()};
}

TEST(StackTallyTest, ThoseWithMostLiveBuffersComeFirst) {
    StackTally tally;
    tally.started(1, 1);
    tally.started(2, 2);
    tally.started(2, 3);
    tally.started(0, 4);  // not known
    tally.started(3, 5);
    tally.ended(3, 5);
    EXPECT_EQ(most(tally, 6), (std::vector<std::uint32_t>{2, 1})) << "the third has ended by then";
}

TEST(StackTallyTest, WhatEndsBehindTheLastMoveOfTheClockStillCounts) {
    StackTally tally;
    tally.started(1, 1);
    tally.started(2, 2);
    tally.ended(2, 2);
    tally.ended(1, 2);
    EXPECT_EQ(most(tally, 2), (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(most(tally, 3), std::vector<std::uint32_t>{});
}

TEST(StackTallyTest, IsBounded) {
    StackTally tally;
    for (std::uint32_t stack = 1; stack <= 2 * StackTally::kMaxStacks; ++stack) {
        tally.started(stack, stack);
    }
    tally.started(2 * StackTally::kMaxStacks, 1000);
    EXPECT_EQ(most(tally, 1001).front(), 1U) << "later ones are left out";
    EXPECT_TRUE(tally.most(1001).more());
}

}  // namespace
}  // namespace tt::alloc_trace::test
