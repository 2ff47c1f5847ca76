// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/buffer_window.hpp"

#include <gtest/gtest.h>

#include "mirrors.hpp"

namespace tt::alloc_trace {
namespace {

using testing::mirrored_buffers;

TEST(BufferWindowTest, EveryKnownLayoutFits) {
    const std::map<std::string, BufferWindow> expected{
        {"l0", {0, std::nullopt}},
        {"l1", {8, std::nullopt}},
        {"l2-first", {0, 136}},
        {"l2-plain", {0, 136}},
        {"l2-owns", {0, 136}},
        {"l3", {0, 168}},
        {"l4-plain", {0, std::nullopt}},
        {"l4-hooked", {0, std::nullopt}},
        {"l5", {16, std::nullopt}},
        {"l6", {0, std::nullopt}}
    };
    for (const auto& [name, layout] : mirrored_buffers()) {
        const auto window = window_of(layout);
        ASSERT_TRUE(window) << name;
        EXPECT_EQ(*window, expected.at(name)) << name;
    }
}

TEST(BufferWindowTest, LastByteOfTheWindowCounts) {
    BufferLayout layout;
    layout.owner = {4, 4};
    layout.size = {72, 8};
    EXPECT_EQ(*window_of(layout), (BufferWindow{0, std::nullopt}));
    layout.size = {80, 8};
    EXPECT_EQ(*window_of(layout), (BufferWindow{0, 80}));
    layout.type = {88, 4};
    EXPECT_EQ(*window_of(layout), (BufferWindow{80, 0}));  // the low one may be the odd one out as well
}

TEST(BufferWindowTest, TwoFarWordsAreRefused) {
    BufferLayout layout;
    layout.owner = {0, 8};
    layout.size = {200, 8};
    layout.address = {400, 8};
    const auto window = window_of(layout);
    ASSERT_FALSE(window);
    EXPECT_EQ(window.error().code, ErrorCode::NotTraceable);
    EXPECT_FALSE(window_of({}));
}

TEST(BufferWindowTest, FarMemberAcrossTwoWordsIsRefused) {
    BufferLayout layout;
    layout.owner = {0, 8};
    layout.type = {8, 4};
    layout.size = {68, 8};
    layout.address = {204, 8};
    EXPECT_FALSE(window_of(layout));
}

TEST(BufferWindowTest, OffsetsNearTheLimitDoNotWrapAround) {
    BufferLayout layout;
    layout.owner = {0, 8};
    layout.size = {0xffff'fff8, 8};
    EXPECT_EQ(*window_of(layout), (BufferWindow{0, 0xffff'fff8}));
}

}  // namespace
}  // namespace tt::alloc_trace
