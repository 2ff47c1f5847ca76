// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/byte_reader.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "recording/byte_writer.hpp"

namespace tt::alloc_trace {

namespace {

TEST(ByteReaderTest, ReadsBackWhatWasWritten) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    const std::vector<std::uint64_t> numbers{0, 1, 127, 128, 300, 1ULL << 63, kMax};
    ByteWriter out;
    DeltaWriter deltas;
    for (const std::uint64_t number : numbers) {
        out.varint(number);
        out.u64(number);
        out.signed_varint(static_cast<std::int32_t>(number));
        deltas.add(out, number);
    }
    out.string("text");
    ByteReader in(out.bytes());
    DeltaReader read_deltas;
    for (const std::uint64_t number : numbers) {
        EXPECT_EQ(in.varint(), number);
        EXPECT_EQ(in.u64(), number);
        EXPECT_EQ(in.signed_varint32(), static_cast<std::int32_t>(number));
        EXPECT_EQ(read_deltas.next(in), number);
    }
    EXPECT_EQ(in.string(), "text");
    EXPECT_TRUE(in.at_end());
    EXPECT_FALSE(in.failed());
}

TEST(ByteReaderTest, FailsForGoodPastTheEnd) {
    const Bytes data{1, 2, 3};
    ByteReader in(data);
    EXPECT_EQ(in.u32(), 0U);
    EXPECT_TRUE(in.failed());
    EXPECT_EQ(in.u8(), 0U);
    EXPECT_TRUE(in.at_end());
}

TEST(ByteReaderTest, RefusesVarintsOfMoreThan64Bits) {
    const Bytes too_long(11, 0x80);
    ByteReader endless(too_long);
    EXPECT_EQ(endless.varint(), 0U);
    EXPECT_TRUE(endless.failed());

    Bytes too_large(9, 0xff);
    too_large.push_back(2);
    ByteReader large(too_large);
    EXPECT_EQ(large.varint(), 0U);
    EXPECT_TRUE(large.failed());
}

TEST(ByteReaderTest, RefusesNumbersThatDoNotFitTheField) {
    ByteWriter out;
    out.varint(1ULL << 32);
    ByteReader in(out.bytes());
    EXPECT_EQ(in.varint32(), 0U);
    EXPECT_TRUE(in.failed());
    ByteReader in_signed(out.bytes());
    EXPECT_EQ(in_signed.signed_varint32(), 0);
    EXPECT_TRUE(in_signed.failed());
}

TEST(ByteReaderTest, RefusesCountsThatCannotBeThere) {
    const Bytes data{3, 0, 0, 0, 0, 0};
    ByteReader fits(data);
    EXPECT_EQ(fits.count(1), 3U);
    EXPECT_FALSE(fits.failed());
    ByteReader too_many(data);
    EXPECT_EQ(too_many.count(2), 0U);
    EXPECT_TRUE(too_many.failed());
}

TEST(ByteReaderTest, RefusesStringsLongerThanTheRest) {
    ByteWriter out;
    out.varint(std::numeric_limits<std::uint64_t>::max());
    out.raw(std::string_view("abc"));
    ByteReader in(out.bytes());
    EXPECT_EQ(in.string(), "");
    EXPECT_TRUE(in.failed());
}

}  // namespace

}  // namespace tt::alloc_trace
