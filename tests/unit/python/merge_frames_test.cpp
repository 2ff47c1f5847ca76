// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/merge_frames.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace tt::alloc_trace {
namespace {

// Native: n other, i interpreter, e loop; Python: p, P the last one of its loop. The answer has N, I, E for native frames and P for
// Python ones, each with its index; '!' if they do not go together.
std::string merged(std::string_view native, std::string_view python, bool native_complete = true, bool python_complete = true) {
    std::vector<NativeKind> kinds;
    for (const char c : native) {
        kinds.push_back(c == 'n' ? NativeKind::Other : c == 'i' ? NativeKind::Interpreter : NativeKind::Evaluator);
    }
    std::array<bool, 32> ends{};
    for (std::size_t i = 0; i < python.size(); ++i) {
        ends.at(i) = python[i] == 'P';
    }
    const auto result = merge_frames({kinds, native_complete, std::span{ends}.first(python.size()), python_complete});
    std::string text = result.matched ? "" : "!";
    for (const MergedFrame& frame : result.frames) {
        text += frame.python ? 'P' : native[frame.index] == 'n' ? 'N' : native[frame.index] == 'i' ? 'I' : 'E';
        text += std::to_string(frame.index);
    }
    return text;
}

TEST(MergeFramesTest, ALoopIsReplacedByItsPythonFrames) {
    EXPECT_EQ(merged("nnenn", "ppP"), "N0N1P0P1P2N3N4");
    EXPECT_EQ(merged("neenn", "pPP"), "N0P0P1P2N3N4");
}

TEST(MergeFramesTest, WhatIsWithinALoopGoesWithIt) {
    EXPECT_EQ(merged("niieiien", "PP"), "N0P0P1N7");
    EXPECT_EQ(merged("nieinien", "PP"), "N0P0I3N4P1N7");  // an extension is between
    EXPECT_EQ(merged("neii", "P"), "N0P0I2I3");           // what started the interpreter
}

TEST(MergeFramesTest, WithoutPythonFramesNothingIsReplaced) {
    EXPECT_EQ(merged("nien", ""), "N0I1E2N3");
    EXPECT_EQ(merged("nn", ""), "N0N1");
}

TEST(MergeFramesTest, PythonFramesGoOnWhereTheNativeStackCouldNot) {
    EXPECT_EQ(merged("n", "pPP", false), "N0P0P1P2");
    EXPECT_EQ(merged("nien", "pPpP", false), "N0P0P1N3P2P3");
}

TEST(MergeFramesTest, NativeFramesGoOnWherePythonCouldNot) {
    EXPECT_EQ(merged("nenien", "P", true, false), "N0P0N2I3E4N5");
    EXPECT_EQ(merged("nenen", "Pp", true, false), "N0P0N2P1N4");
}

TEST(MergeFramesTest, WhatDoesNotGoTogetherIsToldApart) {
    EXPECT_EQ(merged("nienen", "P"), "!N0P0");
    EXPECT_EQ(merged("nienn", "PpP"), "!N0P0P1P2");
    EXPECT_EQ(merged("nn", "P"), "!N0N1P0");
}

}  // namespace
}  // namespace tt::alloc_trace
