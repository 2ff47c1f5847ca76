// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_text.hpp"
#include "golden_events.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {

namespace {

const std::string kDirectory = TAT_TEST_DATA;

// What a version wrote once, every later one reads, field by field.
TEST(GoldenRecordingTest, Version01StaysReadable) {
    const ReadBack read = read_back(kDirectory + "/recording-v0.1.ttar");
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_THAT(read.events, testing::ElementsAreArray(texts(golden_events_v0_1())));
    EXPECT_EQ(read.session, text(golden_session_v0_1()));
    EXPECT_TRUE(read.complete) << read.warning;
    ASSERT_TRUE(read.end);
    EXPECT_EQ(read.end->totals, golden_totals_v0_1());
}

TEST(GoldenRecordingTest, Version02StaysReadable) {
    const ReadBack read = read_back(kDirectory + "/recording-v0.2.ttar");
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_THAT(read.events, testing::ElementsAreArray(texts(golden_events_v0_2())));
    EXPECT_EQ(read.session, text(golden_session_v0_1()));
    EXPECT_TRUE(read.complete) << read.warning;
    ASSERT_TRUE(read.end);
    EXPECT_EQ(read.end->totals, golden_totals_v0_1());
}

}  // namespace

}  // namespace tt::alloc_trace::test
