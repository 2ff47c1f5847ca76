// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/python_text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tt::alloc_trace {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(PythonTextTest, CharactersOfEachWidth) {
    EXPECT_EQ(python_text(Bytes{'a', 0xe9}, 1), "a\u00e9");
    EXPECT_EQ(python_text(Bytes{'a', 0, 0xac, 0x20}, 2), "a\u20ac");
    EXPECT_EQ(python_text(Bytes{0x0d, 0xf4, 1, 0, 'z', 0, 0, 0}, 4), "\U0001f40dz");
}

TEST(PythonTextTest, WhatIsNoCharacterIsReplaced) {
    EXPECT_EQ(python_text(Bytes{0, 0xd8}, 2), "\ufffd");
    EXPECT_EQ(python_text(Bytes{0xff, 0xff, 0xff, 0xff}, 4), "\ufffd");
}

TEST(PythonTextTest, HalfACharacterIsLeftOut) {
    EXPECT_EQ(python_text(Bytes{'a', 0, 'b'}, 2), "a");
    EXPECT_EQ(python_text(Bytes{'a'}, 3), "");
    EXPECT_EQ(python_text({}, 1), "");
}

}  // namespace
}  // namespace tt::alloc_trace
