// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "event/footprint.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
const Region kDram{BufferType::Dram, 12, 32, 1024, 1'072'693'248, 32};
const Region kL1{BufferType::L1, 64, 16, 104448, 1'300'000, 32};

TEST(FootprintTest, InterleavedPagesAreDealtOutInWholeRows) {
    // 21,376 pages of 2,048 bytes over 12 banks: 1,782 rows.
    EXPECT_EQ(bank_footprint({43'778'048, 2048, false, 0, 0}, &kDram), 1782U * 2048);
    EXPECT_EQ(chip_footprint({43'778'048, 2048, false, 0, 0}, &kDram), 1782U * 2048 * 12);
    EXPECT_EQ(bank_footprint({2048, 2048, false, 0, 0}, &kDram), 2048U) << "one page takes a row, too";
    EXPECT_EQ(bank_footprint({12 * 2048 + 1, 2048, false, 0, 0}, &kDram), 4096U) << "a started page is a page";
}

TEST(FootprintTest, PagesAndBlocksArePadded) {
    EXPECT_EQ(bank_footprint({24 * 100, 100, false, 0, 0}, &kDram), 2U * 128);
    EXPECT_EQ(bank_footprint({64 * 16, 16, false, 0, 0}, &kL1), 32U) << "granularity of the free list";
    const Region coarse{BufferType::L1, 64, 16, 0, 1 << 20, 64};
    EXPECT_EQ(bank_footprint({64 * 80, 80, false, 0, 0}, &coarse), 128U);
}

TEST(FootprintTest, ShardedTakesItsShardInEveryBank) {
    EXPECT_EQ(bank_footprint({8 * 6 * 2048, 2048, true, 6, 0}, &kL1), 6U * 2048);
    EXPECT_EQ(chip_footprint({8 * 6 * 2048, 2048, true, 6, 0}, &kL1), 6U * 2048 * 64) << "lock-step: on all 64 cores";
    EXPECT_EQ(bank_footprint({8 * 6 * 2048, 2048, true, 0, 0}, &kL1), std::nullopt) << "pages per shard not known";
}

TEST(FootprintTest, AllocatedCoreByCoreTakesItsShardOnItsCores) {
    const auto on_cores = [](std::uint32_t cores) { return FootprintShape{4 * 6 * 2048, 2048, true, 6, 0, true, cores}; };
    EXPECT_EQ(chip_footprint(on_cores(4), &kL1), 6U * 2048 * 4) << "not on all 64";
    EXPECT_EQ(chip_footprint(on_cores(1), &kL1), 6U * 2048);
    EXPECT_EQ(chip_footprint(on_cores(0), &kL1), std::nullopt) << "how many is not known";
    EXPECT_EQ(chip_footprint(on_cores(4), nullptr), std::nullopt) << "the padding is not known";
}

TEST(FootprintTest, BlockOfTheFreeListIsTheTruth) {
    EXPECT_EQ(bank_footprint({100, 0, true, 0, 4096}, nullptr), 4096U);
    EXPECT_EQ(chip_footprint({100, 0, true, 0, 4096}, &kL1), 4096U * 64);
    EXPECT_EQ(chip_footprint({100, 0, true, 0, 4096}, nullptr), std::nullopt) << "how many banks is not known";
}

TEST(FootprintTest, WhatIsNotKnownIsNotGuessed) {
    EXPECT_EQ(bank_footprint({2048, 2048, false, 0, 0}, nullptr), std::nullopt);
    EXPECT_EQ(bank_footprint({2048, 0, false, 0, 0}, &kDram), std::nullopt) << "no page size";
    const Region none{BufferType::Dram, 0, 32, 0, 1024, 32};
    EXPECT_EQ(bank_footprint({2048, 2048, false, 0, 0}, &none), std::nullopt) << "no banks";
}

TEST(FootprintTest, NumbersThatDoNotFitAreNoFootprint) {
    EXPECT_EQ(bank_footprint({kMax, kMax, false, 0, 0}, &kDram), std::nullopt);
    EXPECT_EQ(bank_footprint({kMax, 32, true, kMax, 0}, &kDram), std::nullopt);
    EXPECT_EQ(chip_footprint({1, 1, false, 0, kMax}, &kDram), std::nullopt);
    const Region wild{BufferType::Dram, 1, 0, 0, kMax, 0};
    EXPECT_EQ(bank_footprint({kMax, 1, false, 0, 0}, &wild), kMax) << "no alignment";
}

}  // namespace
}  // namespace tt::alloc_trace::test
