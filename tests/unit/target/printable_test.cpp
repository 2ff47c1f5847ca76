// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/printable.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace {
namespace {

TEST(PrintableTest, TextStays) {
    EXPECT_EQ(without_unprintable("python3 größe.py 日本 𝄞"), "python3 größe.py 日本 𝄞");
}

TEST(PrintableTest, ControlCharactersAndEscapesGo) {
    EXPECT_EQ(without_unprintable("a\x1b[31mb\n\tc\x7f"), "a?[31mb??c?");
    EXPECT_EQ(without_unprintable("\xc2\x9b"), "??");  // CSI as one character
}

TEST(PrintableTest, InvalidUtf8Goes) {
    EXPECT_EQ(without_unprintable("\xff\xfe"), "??");
    EXPECT_EQ(without_unprintable("\xc3"), "?");                 // cut off
    EXPECT_EQ(without_unprintable("\xc0\xaf"), "??");            // overlong
    EXPECT_EQ(without_unprintable("\xed\xa0\x80"), "???");       // surrogate
    EXPECT_EQ(without_unprintable("\xf5\x80\x80\x80"), "????");  // above U+10FFFF
}

}  // namespace
}  // namespace tt::alloc_trace
