// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/gaps.hpp"

#include <gtest/gtest.h>

#include "watched_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

TEST(Gaps, ALossLiesBetweenTwoEventsUntilAWalkRepairsIt) {
    GapObserver observer;
    WatchedStream stream(observer);
    stream.alloc(buffer_at(0x1000));
    const std::uint64_t before = stream.t_ns();
    stream.lost(3, 2);
    const std::uint64_t noticed = stream.t_ns();
    stream.free(buffer_at(0x1000)).walked(WalkReason::Gap, false).walked(WalkReason::Gap, true, 2, 1);
    const std::uint64_t repaired = stream.t_ns();
    stream.lost(0, 1);

    const std::vector<LossGap> losses = observer.losses();
    ASSERT_EQ(losses.size(), 2U);
    EXPECT_EQ(losses[0].number, 1U);
    EXPECT_EQ(losses[0].after_event, 4U);
    EXPECT_EQ(losses[0].from_t_ns, before);
    EXPECT_EQ(losses[0].t_ns, noticed);
    EXPECT_EQ(losses[0].lost.allocated, 3U);
    EXPECT_EQ(losses[0].repaired_t_ns, repaired);
    EXPECT_EQ(losses[1].after_event, 7U);
    EXPECT_EQ(losses[1].repaired_t_ns, std::nullopt);
    EXPECT_EQ(observer.lost().total(), 6U);

    ASSERT_EQ(observer.walks().size(), 2U);
    EXPECT_EQ(observer.walks()[0].incomplete_reason, "torn");
    const WalkSum& sum = observer.walks_of(WalkReason::Gap);
    EXPECT_EQ(sum.count, 2U);
    EXPECT_EQ(sum.incomplete, 1U);
    EXPECT_EQ(sum.found, 2U);
    EXPECT_EQ(sum.gone, 1U);
}

TEST(Gaps, ALossIsRepairedWhenEveryProcessWasWalked) {
    GapObserver observer;
    WatchedStream stream(observer);
    EventHeader other = stream.next();
    other.pid = 5000;
    stream.alloc(buffer_at(0x1000)).apply(Allocated{other, buffer_at(0x1000)}).lost(1, 0).walked(WalkReason::Gap);
    EXPECT_EQ(observer.losses().at(0).repaired_t_ns, std::nullopt);
    ProcessWalked walk;
    walk.header = {stream.t_ns() + 1, 5000, 0};
    walk.complete = true;
    stream.apply(walk);
    EXPECT_EQ(observer.losses().at(0).repaired_t_ns, walk.header.t_ns);
}

TEST(Gaps, OfVeryManyTheLargestAreKeptInOrderOfTime) {
    GapObserver observer;
    WatchedStream stream(observer);
    for (std::uint64_t i = 0; i < 3 * GapObserver::kMaxKept; ++i) {
        stream.lost(i % 1000 == 7 ? 50 : 1, 0);
        stream.apply(ProcessPaused{stream.next(), i % 1000 == 8 ? 900U : 1U});
    }
    const std::vector<LossGap> losses = observer.losses();
    EXPECT_EQ(losses.size(), GapObserver::kMaxKept);
    EXPECT_TRUE(std::is_sorted(losses.begin(), losses.end(), [](const LossGap& a, const LossGap& b) { return a.number < b.number; }));
    EXPECT_EQ(std::count_if(losses.begin(), losses.end(), [](const LossGap& gap) { return gap.lost.allocated == 50; }), 13);
    const std::vector<LossGap> top = observer.losses(13);
    EXPECT_EQ(std::count_if(top.begin(), top.end(), [](const LossGap& gap) { return gap.lost.allocated == 50; }), 13);
    EXPECT_EQ(observer.loss_count(), 3 * GapObserver::kMaxKept);
    EXPECT_EQ(observer.pause_count(), 3 * GapObserver::kMaxKept);
    EXPECT_EQ(observer.pauses(1).at(0).duration_ns, 900U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
