// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/cfa_expression.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tt::alloc_trace {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Kind = CfaExpression::Kind;

TEST(CfaExpression, WhatGccWritesForARealignedStack) {  // DW_OP_breg6 -8; DW_OP_deref
    EXPECT_EQ(read_cfa_expression(Bytes{0x76, 0x78, 0x06}), (CfaExpression{Kind::Deref, 6, -8, 0}));
}

TEST(CfaExpression, WhatOpensslWritesForASavedStackPointer) {  // DW_OP_breg7 40; DW_OP_deref; DW_OP_plus_uconst 8
    EXPECT_EQ(read_cfa_expression(Bytes{0x77, 0x28, 0x06, 0x23, 0x08}), (CfaExpression{Kind::Deref, 7, 40, 8}));
}

TEST(CfaExpression, WhatLinkersWriteForALinkageTable) {
    EXPECT_EQ(
        read_cfa_expression(Bytes{0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22}), (CfaExpression{Kind::Plt, 7, 8, 11})
    );
    EXPECT_EQ(
        read_cfa_expression(Bytes{0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3a, 0x2a, 0x33, 0x24, 0x22}), (CfaExpression{Kind::Plt, 7, 8, 10})
    );
}

TEST(CfaExpression, ARegisterAlone) { EXPECT_EQ(read_cfa_expression(Bytes{0x76, 0}), (CfaExpression{Kind::Register, 6, 0, 0})); }

TEST(CfaExpression, NoOther) {
    for (const Bytes& bytes :
         {Bytes{},
          Bytes{0x77},
          Bytes{0x77, 0x80},                                                  // offset cut off
          Bytes{0x80, 0, 0x06},                                               // of the return address
          Bytes{0x77, 8, 0x06, 0x06},                                         // twice
          Bytes{0x77, 8, 0x06, 0x23},                                         // sum cut off
          Bytes{0x77, 8, 0x06, 0x23, 0xff, 0xff, 0xff, 0xff, 0x7f},           // sum too large
          Bytes{0x77, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00},                    // offset too large
          Bytes{0x76, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22},  // linkage table by another register
          Bytes{0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24},        // cut off
          Bytes{0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x40, 0x2a, 0x33, 0x24, 0x22},  // byte 16 of 16
          Bytes{0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22, 0x22}}) {
        EXPECT_FALSE(read_cfa_expression(bytes)) << bytes.size();
    }
}

}  // namespace
}  // namespace tt::alloc_trace
