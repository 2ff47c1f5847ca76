// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_program.hpp"

#include <gtest/gtest.h>

#include "table_builder.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kBegin = 0x1000;
constexpr std::uint32_t kSize = 0x100;

std::vector<UnwindRow> rows_of(FrameBuilder& builder) {
    const FrameEntries entries = read_frame_entries(builder.bytes(), FrameBuilder::kAddress);
    const FramePrograms programs(entries);
    std::vector<UnwindRow> rows;
    for (const FunctionEntry& function : entries.functions) {
        programs.append_rows(function, rows);
    }
    return rows;
}

std::vector<UnwindRow> rows_of(const Bytes& program, const std::string& letters = "R") {
    FrameBuilder builder;
    builder.function(builder.common(letters), kBegin, kSize, program);
    return rows_of(builder);
}

UnwindRule at_rsp(std::int32_t offset) { return {TAT_CFA_REGISTER, TAT_DWARF_RSP, 0, 0, offset, 0, 0, 0}; }

void expect_rows(const std::vector<UnwindRow>& rows, const std::vector<UnwindRow>& expected) {
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].begin, expected[i].begin) << i;
        EXPECT_TRUE(UnwindRuleEqual{}(rows[i].rule, expected[i].rule)) << i;
    }
}

TEST(FrameProgram, NoProgramIsTheCommonRule) { expect_rows(rows_of(Bytes{}), {{kBegin, at_rsp(8)}}); }

TEST(FrameProgram, PushesOfRegistersNobodyNeedsChangeOnlyTheOffset) {
    // advance 2, CFA offset 16, r12 saved; advance 4, CFA offset 24, rbx saved at CFA - 24; advance1 0x40: rbp saved
    const auto rows = rows_of({0x42, 0x0e, 16, 0x8c, 2, 0x44, 0x0e, 24, 0x83, 3, 0x02, 0x40, 0x86, 4});
    UnwindRule saved_rbx = at_rsp(24);
    saved_rbx.rbx_from = TAT_SAVED_CFA;
    saved_rbx.rbx = -3;
    UnwindRule saved_both = saved_rbx;
    saved_both.rbp_from = TAT_SAVED_CFA;
    saved_both.rbp = -4;
    expect_rows(rows, {{kBegin, at_rsp(8)}, {kBegin + 2, at_rsp(16)}, {kBegin + 6, saved_rbx}, {kBegin + 0x46, saved_both}});
}

TEST(FrameProgram, AFramePointerAndItsEnd) {
    // push rbp; mov rbp, rsp; ...; leave
    const auto rows = rows_of({0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x03, 0x80, 0, 0x0c, 7, 8});
    UnwindRule pushed = at_rsp(16);
    pushed.rbp_from = TAT_SAVED_CFA;
    pushed.rbp = -2;
    UnwindRule framed = pushed;
    framed.reg = TAT_DWARF_RBP;
    UnwindRule left = pushed;
    left.offset = 8;
    expect_rows(rows, {{kBegin, at_rsp(8)}, {kBegin + 1, pushed}, {kBegin + 4, framed}, {kBegin + 0x84, left}});
}

TEST(FrameProgram, StatesAreRememberedAndRegistersRestored) {
    // remember; offset 16, rbp saved; advance 8; restore state; advance 8; rbp saved; advance 1; restore rbp
    const auto rows = rows_of({0x0a, 0x0e, 16, 0x86, 2, 0x48, 0x0b, 0x48, 0x86, 2, 0x41, 0xc6});
    UnwindRule pushed = at_rsp(16);
    pushed.rbp_from = TAT_SAVED_CFA;
    pushed.rbp = -2;
    UnwindRule saved = pushed;
    saved.offset = 8;
    expect_rows(rows, {{kBegin, pushed}, {kBegin + 8, at_rsp(8)}, {kBegin + 16, saved}, {kBegin + 17, at_rsp(8)}});
}

TEST(FrameProgram, ARealignedStack) {
    // CFA = *(rbp - 8), rbp saved at rbp + 0, as gcc writes it
    const auto rows = rows_of({0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0});
    expect_rows(rows, {{kBegin, {TAT_CFA_DEREF, TAT_DWARF_RBP, TAT_SAVED_RBP, TAT_SAVED_SAME, -8, 0, 0, 0}}});
}

TEST(FrameProgram, TheOutermostFunction) { expect_rows(rows_of({0x07, 16}), {{kBegin, rule_without_place(TAT_CFA_END)}}); }

TEST(FrameProgram, ASignalFrame) {
    const Bytes program{0x0f, 4, 0x77, 0xa0, 1, 0x06, 0x10, 16, 3, 0x77, 0xa8, 1};
    expect_rows(rows_of(program, "RS"), {{kBegin, rule_without_place(TAT_CFA_SIGNAL)}});
    const Bytes elsewhere{0x0f, 4, 0x77, 0xa0, 1, 0x06, 0x10, 16, 3, 0x77, 0xb0, 1};
    expect_rows(rows_of(elsewhere, "RS"), {{kBegin, rule_without_place(TAT_CFA_UNSUPPORTED)}});
}

TEST(FrameProgram, WhatCannotBeExpressedIsSaid) {
    const UnwindRule unsupported = rule_without_place(TAT_CFA_UNSUPPORTED);
    expect_rows(rows_of({0x0f, 1, 0x30}), {{kBegin, unsupported}});                  // CFA: the number 0
    expect_rows(rows_of({0x09, 16, 2}), {{kBegin, unsupported}});                    // return address in a register
    expect_rows(rows_of({0x90, 2}), {{kBegin, unsupported}});                        // return address elsewhere
    expect_rows(rows_of({0x14, 7, 1}), {{kBegin, unsupported}});                     // stack pointer not the CFA
    expect_rows(rows_of({0x0c, 17, 8}), {{kBegin, unsupported}});                    // CFA by a vector register
    const auto lost_rbp = rows_of({0x07, 6});
    ASSERT_EQ(lost_rbp.size(), 1U);
    EXPECT_EQ(lost_rbp[0].rule.rbp_from, TAT_SAVED_UNKNOWN);
    EXPECT_EQ(lost_rbp[0].rule.cfa, TAT_CFA_REGISTER);
}

TEST(FrameProgram, WhatMakesNoSenseEndsTheRulesThere) {
    const UnwindRule unsupported = rule_without_place(TAT_CFA_UNSUPPORTED);
    for (const Bytes& nonsense :
         {Bytes{0x3e},                                            // no such operation
          Bytes{0x0b},                                            // nothing was remembered
          Bytes{0x0e},                                            // cut off
          Bytes{0x0e, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80},  // a number without end
          Bytes{0x0f, 9, 0x77, 8},                                // expression cut off
          Bytes{0x04, 1, 2}}) {
        Bytes program{0x44, 0x0e, 16};
        program.insert(program.end(), nonsense.begin(), nonsense.end());
        expect_rows(rows_of(program), {{kBegin, at_rsp(8)}, {kBegin + 4, unsupported}});
    }
    expect_rows(rows_of(Bytes(100, 0x0a)), {{kBegin, unsupported}});  // remembers without end
}

TEST(FrameProgram, NoRowBehindTheFunction) {
    expect_rows(rows_of({0x03, 0xff, 0, 0x0e, 16, 0x41, 0x0e, 24}), {{kBegin, at_rsp(8)}, {kBegin + 0xff, at_rsp(16)}});
    expect_rows(rows_of({0x04, 0xff, 0xff, 0xff, 0xff, 0x0e, 16}), {{kBegin, at_rsp(8)}});
}

TEST(FrameProgram, FunctionsOfCommonEntriesNotUnderstood) {
    for (const auto& [letters, version] : {std::pair{"RX", 1}, std::pair{"R", 9}}) {
        FrameBuilder builder;
        builder.function(builder.common(letters, {0x0c, 7, 8, 0x90, 1}, static_cast<std::uint8_t>(version)), kBegin, kSize, {});
        const FrameEntries entries = read_frame_entries(builder.bytes(), FrameBuilder::kAddress);
        for (const FunctionEntry& function : entries.functions) {  // where they are may not be known either
            EXPECT_FALSE(entries.commons[function.common].usable);
        }
    }
    FrameBuilder builder;
    builder.function(builder.common("R", {0x0b}), kBegin, kSize, {});
    expect_rows(rows_of(builder), {{kBegin, rule_without_place(TAT_CFA_UNSUPPORTED)}});
}

}  // namespace
}  // namespace tt::alloc_trace::test
