// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/free_space.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace tt::alloc_trace::test {
namespace {

std::uint64_t largest_run(const std::vector<bool>& taken) {
    std::uint64_t largest = 0;
    std::uint64_t run = 0;
    for (const bool is_taken : taken) {
        run = is_taken ? 0 : run + 1;
        largest = std::max(largest, run);
    }
    return largest;
}

TEST(FreeSpaceTest, FollowsTheLargestHole) {
    constexpr std::uint64_t kFrom = 1000;
    constexpr std::uint64_t kBytes = 400;
    std::mt19937 random(3);
    FreeSpace space(kFrom, kFrom + kBytes);
    std::vector<bool> taken(kBytes, false);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks;
    for (int step = 0; step < 20000; ++step) {
        if (random() % 2 == 0 && !blocks.empty()) {
            const std::size_t chosen = random() % blocks.size();
            const auto [begin, end] = blocks[chosen];
            blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(chosen));
            space.give(kFrom + begin, kFrom + end);
            std::fill(taken.begin() + static_cast<std::ptrdiff_t>(begin), taken.begin() + static_cast<std::ptrdiff_t>(end), false);
        } else {
            const std::uint64_t begin = random() % kBytes;
            const std::uint64_t end = std::min<std::uint64_t>(kBytes, begin + 1 + random() % 30);
            const auto first = taken.begin() + static_cast<std::ptrdiff_t>(begin);
            const auto last = taken.begin() + static_cast<std::ptrdiff_t>(end);
            if (std::find(first, last, true) != last) {
                continue;
            }
            space.take(kFrom + begin, kFrom + end);
            std::fill(first, last, true);
            blocks.emplace_back(begin, end);
        }
        ASSERT_TRUE(space.consistent());
        ASSERT_EQ(space.largest(), largest_run(taken)) << step;
        ASSERT_EQ(space.free(), static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), false)));
    }
}

TEST(FreeSpaceTest, GivesUpOnWhatCannotBe) {
    FreeSpace twice(0, 100);
    twice.take(10, 20);
    twice.take(15, 30);
    EXPECT_FALSE(twice.consistent());
    FreeSpace never_taken(0, 100);
    never_taken.give(10, 20);
    EXPECT_FALSE(never_taken.consistent());
    FreeSpace outside(50, 100);
    outside.take(10, 60);
    outside.take(200, 300);
    EXPECT_TRUE(outside.consistent());
    EXPECT_EQ(outside.largest(), 40U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
