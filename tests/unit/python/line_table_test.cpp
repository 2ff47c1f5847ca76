// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/line_table.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/pythons.hpp"

namespace tt::alloc_trace::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::optional<std::uint32_t> line_at(PythonVersion version, const Bytes& table, std::uint32_t instruction) {
    return line_of({version, 100, table}, instruction);
}

TEST(LineTableTest, OfSteps) {
    const Bytes table{4, 1, 6, 0xff, 255, 0, 1, 127};
    const PythonVersion version{3, 9};
    EXPECT_EQ(line_at(version, table, 0), 100);
    EXPECT_EQ(line_at(version, table, 3), 100);
    EXPECT_EQ(line_at(version, table, 4), 101);
    EXPECT_EQ(line_at(version, table, 10), 100);
    EXPECT_EQ(line_at(version, table, 265), 100);
    EXPECT_EQ(line_at(version, table, 266), 227);
    EXPECT_EQ(line_at(version, table, 100000), 227);
}

TEST(LineTableTest, OfRanges) {
    const Bytes table{4, 0, 2, 0x80, 6, 0xfe};
    const PythonVersion version{3, 10};
    EXPECT_EQ(line_at(version, table, 3), 100);
    EXPECT_EQ(line_at(version, table, 4), std::nullopt);
    EXPECT_EQ(line_at(version, table, 6), 98);
    EXPECT_EQ(line_at(version, table, 12), std::nullopt);
}

TEST(LineTableTest, OfLocations) {
    // One line on, two units; long form: 64 lines back; none; short form.
    const Bytes table{0x80 | 11 << 3 | 1, 1, 2, 0x80 | 14 << 3, 0x41, 2, 0, 0, 0, 0x80 | 15 << 3, 0x80, 1};
    const PythonVersion version{3, 12};
    EXPECT_EQ(line_at(version, table, 0), 101);
    EXPECT_EQ(line_at(version, table, 2), 101);
    EXPECT_EQ(line_at(version, table, 4), 101 - 64);
    EXPECT_EQ(line_at(version, table, 6), std::nullopt);
    EXPECT_EQ(line_at(version, table, 8), 101 - 64);
    EXPECT_EQ(line_at(version, table, 10), std::nullopt);
}

TEST(LineTableTest, WhatHasNotBegunIsAtTheFirstLine) {
    for (const std::uint8_t minor : {8, 10, 12}) {
        EXPECT_EQ(line_at({3, minor}, {}, kNotBegun), 100);
    }
}

TEST(LineTableTest, NothingIsSaidOfWhatWasCutOff) {
    const Bytes steps{4, 1, 6, 1};
    EXPECT_EQ(line_of({{3, 9}, 100, steps, true}, 9), 101);
    EXPECT_EQ(line_of({{3, 9}, 100, steps, true}, 10), std::nullopt);
    const Bytes locations{0x80 | 11 << 3, 1, 2, 0x80 | 14 << 3, 0x41};  // its number goes on
    EXPECT_EQ(line_of({{3, 12}, 100, locations, true}, 0), 101);
    EXPECT_EQ(line_of({{3, 12}, 100, locations, true}, 2), std::nullopt);
}

TEST(LineTableTest, HostileBytesAreNoLine) {
    EXPECT_EQ(line_at({3, 12}, {1, 2, 3}, 0), std::nullopt);  // no entry begins with these
    const Bytes far(64, 0x7f);
    Bytes endless{0x80 | 13 << 3};
    endless.insert(endless.end(), far.begin(), far.end());
    EXPECT_EQ(line_at({3, 12}, endless, 0), std::nullopt);
    EXPECT_EQ(line_at({3, 10}, {8, 0x81}, 0), std::nullopt);  // before the first line of a file
}

// The interpreter's own word for every instruction.
class LineTruthTest : public testing::TestWithParam<Python> {};

struct Lines {
    std::size_t functions = 0;
    std::size_t instructions = 0;
};

void compare(PythonVersion version, const std::string& said, Lines& lines) {
    std::istringstream words{said};
    std::int64_t first = 0;
    std::string hex;
    ASSERT_TRUE(words >> first >> hex) << said.substr(0, 200);
    Bytes table;
    for (std::size_t i = 1; i + 1 < hex.size(); i += 2) {
        table.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    ++lines.functions;
    std::uint32_t instruction = 0;
    for (std::int64_t line = 0; words >> line; instruction += 2, ++lines.instructions) {
        const auto ours = line_of({version, static_cast<std::uint32_t>(first), table}, instruction);
        ASSERT_EQ(ours ? std::int64_t{*ours} : -1, line) << instruction << " of " << said.substr(0, 200);
    }
}

TEST_P(LineTruthTest, EveryInstructionHasTheLineTheInterpreterSays) {
    const std::string command = "'" + GetParam().path + "' " TAT_LINE_TABLES;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
    ASSERT_TRUE(pipe);
    Lines lines;
    std::string line;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
        if (c != '\n') {
            line.push_back(static_cast<char>(c));
            continue;
        }
        ASSERT_NO_FATAL_FAILURE(compare(GetParam().version, line, lines));
        line.clear();
    }
    EXPECT_GT(lines.functions, 1000);
    EXPECT_GT(lines.instructions, 50'000);
}

INSTANTIATE_TEST_SUITE_P(Cpython, LineTruthTest, testing::ValuesIn(pythons()), [](const auto& parameter) {
    return parameter.param.name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LineTruthTest);

}  // namespace
}  // namespace tt::alloc_trace::test
