// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/human_size.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(HumanSize, UnitsAreBinaryAndNeverRoundToAThousandTwentyFour) {
    EXPECT_EQ(human_bytes(0), "0 B");
    EXPECT_EQ(human_bytes(1023), "1023 B");
    EXPECT_EQ(human_bytes(1024), "1.0 KiB");
    EXPECT_EQ(human_bytes(kMiB - 1), "1.0 MiB");
    EXPECT_EQ(human_bytes(37 * kMiB / 2), "18.5 MiB");
    EXPECT_EQ(human_bytes(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(HumanSize, BaselineIsInTheUnitOfTheLarger) {
    const std::uint64_t total = 185 * kMiB / 10;
    const std::uint64_t baseline = 142 * kMiB / 10;
    EXPECT_EQ(human_bytes_against(total, baseline), "18.5 MiB (baseline 14.2, +4.3)");
    EXPECT_EQ(human_bytes_against(0, baseline), "0.0 MiB (baseline 14.2, -14.2)");
    EXPECT_EQ(human_bytes_against(baseline, baseline), "14.2 MiB (baseline 14.2, =)");
    EXPECT_EQ(human_bytes_against(0, 0), "0 B (baseline 0, =)");
}

TEST(HumanSize, ChangeTooSmallForTheUnitIsNotHidden) {
    EXPECT_EQ(human_bytes_against(18 * kGiB + 4096, 18 * kGiB), "18.0 GiB (baseline 18.0, +4.0 KiB)");
    EXPECT_EQ(human_bytes_against(18 * kGiB - 32, 18 * kGiB), "18.0 GiB (baseline 18.0, -32 B)");
}

TEST(HumanSize, CountsAndRates) {
    EXPECT_EQ(human_count(0), "0");
    EXPECT_EQ(human_count(999), "999");
    EXPECT_EQ(human_count(1234567), "1,234,567");
    EXPECT_EQ(human_count_against(291, 279), "291 (+12)");
    EXPECT_EQ(human_count_against(0, 2000), "0 (-2,000)");
    EXPECT_EQ(human_count_against(5, 5), "5 (=)");
    EXPECT_EQ(human_rate(0), "0");
    EXPECT_EQ(human_rate(0.01), "<0.1");
    EXPECT_EQ(human_rate(12.34), "12.3");
    EXPECT_EQ(human_rate(20000.4), "20,000");
}

TEST(HumanSize, BytesAreParsed) {
    EXPECT_EQ(parse_bytes("4096"), 4096U);
    EXPECT_EQ(parse_bytes("4096B"), 4096U);
    EXPECT_EQ(parse_bytes("87.5M"), 91'750'400U);
    EXPECT_EQ(parse_bytes("87.5 MiB"), 91'750'400U);
    EXPECT_EQ(parse_bytes("1gb"), std::uint64_t{1} << 30U);
    EXPECT_EQ(parse_bytes("0.5k"), 512U);
    for (const char* wrong : {"", "M", "-1", "1X", "1 M M", "nan", "inf", "1e300", "99999E", "1.2.3"}) {
        EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
    }
}

TEST(HumanSize, DurationsAndOffsets) {
    EXPECT_EQ(human_duration(0), "0.0s");
    EXPECT_EQ(human_duration(42 * kSecond), "42s");
    EXPECT_EQ(human_duration(65 * kSecond), "1m05s");
    EXPECT_EQ(human_duration(7380 * kSecond), "2h03m");
    EXPECT_EQ(human_duration(100 * 3600 * kSecond), "4d04h");
    EXPECT_EQ(human_offset(65 * kSecond + 123'999'999, 0), "+00:01:05.123999999");
    EXPECT_EQ(human_offset(0, 3600 * kSecond), "-01:00:00.000000000");
    EXPECT_EQ(human_offset(0, 999'999), "-00:00:00.000999999");
}

TEST(HumanSize, OffsetsAreCutToTheMicroOrMillisecond) {
    EXPECT_EQ(cut_offset("+00:01:05.123999999", 19), "+00:01:05.123999999");
    EXPECT_EQ(cut_offset("+00:01:05.123999999", 18), "+00:01:05.123999");
    EXPECT_EQ(cut_offset("-100:01:05.123999999", 14), "-100:01:05.123");
    EXPECT_EQ(cut_offset("+00:01:05.123999999", 12), "+00:01:05.123999999") << "no part of a millisecond";
    EXPECT_EQ(cut_offset("+00:01:05.123999999 (2x)", 16), "+00:01:05.123999999 (2x)");
    EXPECT_EQ(cut_offset("mesh 0 (chips 0-31)", 13), "mesh 0 (chips 0-31)");
}

TEST(HumanSize, PrintedSizesLeadBackWithinTheirRounding) {
    for (const std::uint64_t bytes : {31'949ULL, 31'900ULL, 12'345'678ULL, 987'654'321'012ULL, 700ULL}) {
        const auto given = parse_given_bytes(human_bytes(bytes));
        ASSERT_TRUE(given) << bytes;
        EXPECT_LE(std::max(given->bytes, bytes) - std::min(given->bytes, bytes), given->tolerance) << bytes;
    }
    EXPECT_EQ(parse_bytes("1,006,632,928 B"), 1'006'632'928U);
    EXPECT_EQ(parse_given_bytes("1,204 B")->tolerance, 0U) << "not rounded";
}

TEST(HumanSize, TimesAreUtc) {
    constexpr std::uint64_t kMoment = 1'770'122'096ULL * kSecond + 7'000'789;
    EXPECT_EQ(utc_clock_time(kMoment), "12:34:56Z");
    EXPECT_EQ(utc_date_time(kMoment), "2026-02-03 12:34:56Z");
    EXPECT_EQ(rfc3339_utc(kMoment), "2026-02-03T12:34:56.007000789Z");
    EXPECT_EQ(rfc3339_utc(kMoment, 3), "2026-02-03T12:34:56.007Z");
}

}  // namespace
}  // namespace tt::alloc_trace
