// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/origin_key.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace::test {
namespace {

TEST(OriginKey, IsParsedAsItIsWritten) {
    for (const char* text : {"line", "function", "file", "operation", "native:0", "native:127"}) {
        const auto key = parse_origin_key(text);
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(to_string(*key), text);
    }
    for (const char* text : {"", "lines", "op", "native", "native:", "native:-1", "native:3x", "native:4294967296"}) {
        EXPECT_FALSE(parse_origin_key(text)) << text;
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
