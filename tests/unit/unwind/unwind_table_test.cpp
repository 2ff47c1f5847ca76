// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/unwind_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "table_builder.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr ElfSegment kCode{0x1000, 0x1000, 0x9000, 0x9000, true, false};

UnwindRule numbered(std::int32_t offset) { return {TAT_CFA_REGISTER, TAT_DWARF_RSP, 0, 0, offset, 0, 0, 0}; }

std::vector<UnwindRow> rows_of(FrameBuilder& builder) {
    return read_rows(read_frame_entries(builder.bytes(), FrameBuilder::kAddress), std::array{kCode});
}

TEST(UnwindTable, EveryAddressFindsItsRow) {
    std::vector<UnwindRow> rows;
    std::mt19937_64 random(7);
    std::uint64_t at = 0x7f123;
    for (std::int32_t i = 1; i < 2000; ++i) {  // many in a page, and pages without any
        rows.push_back({at, i % 7 == 0 ? rule_without_place(TAT_CFA_NONE) : numbered(i % 50 * 8)});
        at += i % 100 == 0 ? 0x3456 : 1 + random() % 40;
    }
    rows.push_back({at, rule_without_place(TAT_CFA_NONE)});
    RuleBook book;
    const auto table = pack(rows, book);
    ASSERT_TRUE(table);
    std::size_t row = 0;
    for (std::uint64_t address = rows.front().begin; address < rows.back().begin; ++address) {
        row += address == rows[row + 1].begin ? 1 : 0;
        ASSERT_TRUE(UnwindRuleEqual{}(book.rules()[table->rule_at(address)], rows[row].rule)) << address;
    }
    for (const std::uint64_t outside : {std::uint64_t{0}, rows.front().begin - 1, rows.back().begin, ~std::uint64_t{0}}) {
        EXPECT_EQ(table->rule_at(outside), RuleBook::kNone) << outside;
    }
}

TEST(UnwindTable, GapsBetweenFunctionsHaveNoRule) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    builder.function(common, 0x1100, 0x10, {});
    builder.function(common, 0x1120, 0x10, {0x07, 16});
    builder.function(common, 0x1130, 0x10, {});
    RuleBook book;
    const auto table = pack(rows_of(builder), book);
    ASSERT_TRUE(table);
    const auto kind = [&](std::uint64_t address) { return int{book.rules()[table->rule_at(address)].cfa}; };
    EXPECT_EQ(kind(0x10ff), TAT_CFA_NONE);
    EXPECT_EQ(kind(0x110f), TAT_CFA_REGISTER);
    EXPECT_EQ(kind(0x1110), TAT_CFA_NONE);
    EXPECT_EQ(kind(0x111f), TAT_CFA_NONE);
    EXPECT_EQ(kind(0x1120), TAT_CFA_END);
    EXPECT_EQ(kind(0x1130), TAT_CFA_REGISTER);
    EXPECT_EQ(kind(0x1140), TAT_CFA_NONE);
}

TEST(UnwindTable, FunctionsInOneAnotherEndEachOther) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    builder.function(common, 0x1100, 0x100, {0x03, 0x90, 0, 0x0e, 16});
    builder.function(common, 0x1140, 0x10, {0x07, 16});
    builder.function(common, 0x1140, 0x10, {});  // the same again
    const auto rows = rows_of(builder);
    ASSERT_FALSE(rows.empty());
    for (std::size_t i = 1; i < rows.size(); ++i) {
        EXPECT_LT(rows[i - 1].begin, rows[i].begin);
    }
    EXPECT_EQ(rows.back().begin, 0x1150U);
}

TEST(UnwindTable, FunctionsOutsideOfTheCodeAreLeftOut) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    builder.function(common, 0xff0, 0x20, {});    // begins before it
    builder.function(common, 0x9ff0, 0x20, {});   // ends behind it
    builder.function(common, 0x50000, 0x20, {});
    EXPECT_TRUE(rows_of(builder).empty());
    RuleBook book;
    EXPECT_FALSE(pack({}, book));
}

TEST(UnwindTable, CodeTooFarApart) {
    const std::vector<UnwindRow> rows{{0x1000, numbered(8)}, {std::uint64_t{1} << 40U, rule_without_place(TAT_CFA_NONE)}};
    RuleBook book;
    EXPECT_FALSE(pack(rows, book));
}

TEST(UnwindTable, AFullBookOfRulesIsSaid) {
    RuleBook book(3);
    EXPECT_EQ(book.number_of(numbered(8)), 2U);
    EXPECT_EQ(book.number_of(numbered(8)), 2U);
    EXPECT_EQ(book.number_of(numbered(16)), RuleBook::kUnsupported);
    EXPECT_EQ(book.refused(), 1U);
    EXPECT_EQ(book.rules().size(), 3U);
}

TEST(FrameEntries, CutOffAnywhereNothingIsMadeUp) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    builder.function(common, 0x1100, 0x10, {0x44, 0x0e, 16});
    builder.function(common, 0x1200, 0x10, {});
    const Bytes whole = builder.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const FrameEntries entries = read_frame_entries(cut, FrameBuilder::kAddress);
        EXPECT_LE(entries.functions.size(), 1U) << size;
        for (const FunctionEntry& function : entries.functions) {
            EXPECT_EQ(function.begin, 0x1100U) << size;
        }
    }
}

TEST(FrameEntries, NamesOfCommonEntriesThatAreNone) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    builder.function(common, 0x1100, 0x10, {});
    builder.function(common + 1, 0x1200, 0x10, {});             // into the middle of it
    builder.function(builder.bytes().size() + 4, 0x1300, 1, {});  // itself: that would be a common entry's mark
    builder.function(common - 400, 0x1400, 0x10, {});           // before the section
    const FrameEntries entries = read_frame_entries(builder.bytes(), FrameBuilder::kAddress);
    ASSERT_EQ(entries.functions.size(), 1U);
    EXPECT_EQ(entries.malformed, 2U);
}

TEST(FrameEntries, SizesThatWrap) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    builder.function(common, 0x1100, 0xffffffffU, {});  // -1, as the encoding is signed
    builder.function(common, 0x1200, 0, {});
    const FrameEntries entries = read_frame_entries(builder.bytes(), FrameBuilder::kAddress);
    EXPECT_TRUE(entries.functions.empty());
    EXPECT_EQ(entries.malformed, 1U);
}

TEST(FrameEntries, EntriesOf64BitLength) {
    FrameBuilder builder;
    const std::size_t common = builder.common();
    Bytes entry;
    const std::size_t at = builder.bytes().size();
    FrameBuilder::put<std::uint32_t>(entry, 0xffffffffU);
    FrameBuilder::put<std::uint64_t>(entry, 13);
    FrameBuilder::put(entry, static_cast<std::uint32_t>(at + 12 - common));
    FrameBuilder::put(entry, static_cast<std::int32_t>(0x1100 - (FrameBuilder::kAddress + at + 16)));
    FrameBuilder::put<std::uint32_t>(entry, 0x10);
    entry.push_back(0);
    builder.bytes().insert(builder.bytes().end(), entry.begin(), entry.end());
    builder.function(common, 0x1200, 0x10, {});
    const FrameEntries entries = read_frame_entries(builder.bytes(), FrameBuilder::kAddress);
    ASSERT_EQ(entries.functions.size(), 2U);
    EXPECT_EQ(entries.functions[0].begin, 0x1100U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
