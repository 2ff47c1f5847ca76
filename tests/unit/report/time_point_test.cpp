// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/time_point.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kAttached = 500 * kSecond;
// 2026-02-03T12:34:56Z, and two hours of recording.
constexpr RecordingTimes kTimes{1'770'122'096 * kSecond, kAttached, kAttached, kAttached + 7'200 * kSecond};

std::uint64_t since_attach(std::string_view text) {
    const auto parsed = parse_time_point("--at", text, kTimes);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed ? *parsed - kAttached : 0;
}

std::string problem(std::string_view text, const RecordingTimes& times = kTimes) {
    const auto parsed = parse_time_point("--at", text, times);
    return parsed ? "" : parsed.error().message + " | " + parsed.error().hint;
}

TEST(TimePointTest, DurationsCountFromTheAttach) {
    EXPECT_EQ(since_attach("0s"), 0U);
    EXPECT_EQ(since_attach("90s"), 90 * kSecond);
    EXPECT_EQ(since_attach("1h2m3.5s"), 3'723 * kSecond + kSecond / 2);
    EXPECT_EQ(since_attach("250ms"), kSecond / 4);
    EXPECT_EQ(since_attach("5min"), 300 * kSecond);
    EXPECT_EQ(since_attach("7us3ns"), 7'003U);
    EXPECT_EQ(since_attach(".5s"), kSecond / 2);
}

// They are cut to the digits shown, and reach all that happened within those.
TEST(TimePointTest, PrintedMomentsLeadBack) {
    constexpr std::uint64_t kMs = 1'000'000;
    EXPECT_EQ(since_attach("+00:00:03.459"), 3'459 * kMs + kMs - 1);
    EXPECT_EQ(since_attach("+01:02:03.5"), 3'723 * kSecond + 600 * kMs - 1);
    EXPECT_EQ(since_attach("+00:00:03.459000001"), 3'459 * kMs + 1);
    EXPECT_EQ(since_attach("+00:01:00"), 61 * kSecond - 1);
    EXPECT_EQ(since_attach("+02:00:00.000"), 7'200 * kSecond) << "the end, as it is printed";
    EXPECT_EQ(parse_time_point("--since", "+00:00:03.459", kTimes, Edge::Begin).value() - kAttached, 3'459 * kMs);
    EXPECT_EQ(since_attach("2026-02-03 12:34:59Z"), 4 * kSecond - 1) << "that second";
    EXPECT_EQ(parse_time_point("--since", "2026-02-03 12:34:59Z", kTimes, Edge::Begin).value() - kAttached, 3 * kSecond);
    EXPECT_EQ(since_attach("2026-02-03 14:34:56Z"), 7'200 * kSecond) << "the end, as it is printed";
    RecordingTimes later = kTimes;
    later.first_t_ns += 3'459'999'999;
    EXPECT_EQ(parse_time_point("--since", "+00:00:03.459", later, Edge::Begin).value(), later.first_t_ns) << "the beginning, likewise";
    RecordingTimes older = kTimes;
    older.first_t_ns -= 2 * kSecond;
    EXPECT_EQ(kAttached - parse_time_point("--at", "-00:00:01.5", older).value(), 1'500 * kMs) << "before the attach";
    EXPECT_THAT(problem("+02:00:00.001"), testing::HasSubstr("after the end"));
    for (const char* text : {"+", "+1:2:3", "+00:00", "+00:00:03.", "+00:00:03.x", "+00:00:03.1234567890", "+00:00:03,5", "+1234567:00:00", "+:00:00", "00:00:03"}) {
        EXPECT_THAT(problem(text), testing::HasSubstr("is no time")) << text;
    }
}

TEST(TimePointTest, EventsAreNamedByNumber) {
    EXPECT_EQ(parse_event_number("--at", "event:502").value(), 502U);
    EXPECT_EQ(parse_event_number("--at", "event:1,204").value(), 1'204U) << "as it is printed";
    EXPECT_EQ(parse_event_number("--at", "3s").value(), std::nullopt);
    for (const char* text : {"event:", "event:0", "event:-1", "event:5s", "event:99999999999999999999"}) {
        EXPECT_FALSE(parse_event_number("--at", text)) << text;
    }
}

TEST(TimePointTest, NegativeDurationsCountFromTheEnd) {
    EXPECT_EQ(since_attach("-10s"), 7'190 * kSecond);
    EXPECT_EQ(since_attach("-0s"), 7'200 * kSecond);
}

TEST(TimePointTest, WhatTheDetachTakesIsBehindTheEnd) {
    RecordingTimes times = kTimes;
    times.last_event_t_ns = times.last_t_ns - 1'300'000'000;
    for (const auto& [text, ms] : {std::pair{"-0s", 0U}, {"-0.3s", 300U}, {"-1h", 3'600'000U}}) {
        EXPECT_EQ(times.last_event_t_ns - parse_time_point("--at", text, times).value(), ms * 1'000'000ULL) << text;
    }
    EXPECT_TRUE(parse_time_point("--at", "7199.9s", times)) << "nothing happens any more, but it is traced yet";
}

TEST(TimePointTest, DatesAreUtc) {
    EXPECT_EQ(since_attach("2026-02-03T12:34:56Z"), 0U);
    EXPECT_EQ(since_attach("2026-02-03T12:35:00.25Z"), 4 * kSecond + kSecond / 4);
    EXPECT_EQ(since_attach("2026-02-03T13:00:00.000000001Z"), 1'504 * kSecond + 1);
}

TEST(TimePointTest, WhatIsNoTimeIsSaidWithTheForms) {
    for (const char* text :
         {"", "-", "90", "s", "1x", "1h-2m", "..s", "1.2.3s", "yesterday", "2026-02-30T00:00:00Z", "2026-02-03T12:34:56",
          "2026-02-03T12:34:56+01:00", "2026-02-03T25:00:00Z", "2026-02-03T12:34:56.Z", "2026-02-03T12:34:56.1234567890Z",
          "99999999999999999999999999999999s", "9999999999d", "1e3s", "0x10s", "infs"}) {
        EXPECT_THAT(problem(text), testing::AllOf(testing::HasSubstr("is no time"), testing::HasSubstr("90s"))) << text;
    }
}

TEST(TimePointTest, OutOfRangeNamesTheRange) {
    EXPECT_THAT(problem("3h"), testing::AllOf(testing::HasSubstr("after the end"), testing::HasSubstr("+02:00:00.000"), testing::HasSubstr("2026-02-03T14:34:56.000000000Z")));
    EXPECT_THAT(problem("-3h"), testing::HasSubstr("before the beginning"));
    EXPECT_THAT(problem("2026-02-03T12:34:55Z"), testing::HasSubstr("before the beginning"));
    EXPECT_THAT(problem("1970-01-01T00:00:00Z"), testing::HasSubstr("before the beginning"));
    RecordingTimes part = kTimes;
    part.first_t_ns += 60 * kSecond;
    EXPECT_THAT(problem("30s", part), testing::AllOf(testing::HasSubstr("before the beginning"), testing::HasSubstr("+00:01:00.000")));
}

TEST(TimePointTest, DateOfARecordingWithoutDateIsRefused) {
    RecordingTimes times = kTimes;
    times.attached_unix_ns = 0;
    EXPECT_THAT(problem("2026-02-03T12:34:56Z", times), testing::HasSubstr("does not tell the date"));
}

}  // namespace
}  // namespace tt::alloc_trace
