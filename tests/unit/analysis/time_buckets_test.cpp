// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/time_buckets.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tt::alloc_trace::test {
namespace {

struct Sum {
    std::uint64_t value = 0;
    void absorb(const Sum& later) { value += later.value; }
};

TEST(TimeBucketsTest, WidthDoublesWhenTheyAreFull) {
    TimeBuckets<Sum> buckets(1000, 4);
    for (std::uint64_t t = 1000; t < 1004; ++t) {
        buckets.add(t, {1});
    }
    EXPECT_EQ(buckets.width_ns(), 1U);
    EXPECT_EQ(buckets.buckets().size(), 4U);
    buckets.add(1004, {1});
    EXPECT_EQ(buckets.width_ns(), 2U);
    ASSERT_EQ(buckets.buckets().size(), 3U);
    EXPECT_EQ(buckets.buckets()[0].content.value, 2U);
    EXPECT_EQ(buckets.buckets()[1].content.value, 2U);
    EXPECT_EQ(buckets.buckets()[2].index, 2U);
}

TEST(TimeBucketsTest, NothingIsLostAndTheBoundHoldsOverAllTimesThereAre) {
    TimeBuckets<Sum> buckets(0, 100);
    std::uint64_t t = 1;
    for (int i = 0; i < 10'000; ++i, t += 1 + t / 250) {
        buckets.add(t, {1});
        ASSERT_LE(buckets.buckets().size(), 100U);
    }
    buckets.add(std::numeric_limits<std::uint64_t>::max(), {1});
    std::uint64_t sum = 0;
    for (const auto& bucket : buckets.buckets()) {
        EXPECT_LT(bucket.index, 100U);
        sum += bucket.content.value;
    }
    EXPECT_EQ(sum, 10'001U);
}

TEST(TimeBucketsTest, TimeThatGoesBackCountsAsTheLatest) {
    TimeBuckets<Sum> buckets(1000, 4);
    buckets.add(1002, {1});
    buckets.add(1001, {1});
    buckets.add(5, {1});
    ASSERT_EQ(buckets.buckets().size(), 1U);
    EXPECT_EQ(buckets.buckets()[0].index, 2U);
    EXPECT_EQ(buckets.buckets()[0].content.value, 3U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
