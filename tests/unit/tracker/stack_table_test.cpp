// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {
namespace {

FrameSeen frame(std::uint32_t number, std::string function = "f") { return {{}, number, FrameKind::Native, 0, 8, std::move(function), "a.so", ""}; }

TEST(StackTableTest, NumbersComeInOrder) {
    StackTable table;
    table.add(frame(2));
    EXPECT_TRUE(table.frames().empty()) << "1 is not known";
    table.add(frame(1, "one"));
    table.add(frame(1, "again"));
    table.add(frame(2, "two"));
    EXPECT_EQ(table.frame(1).function, "one");
    EXPECT_EQ(table.frame(2).function, "two");
    table.add(StackSeen{{}, 1, {1, 3}});
    EXPECT_EQ(table.find(1), nullptr) << "3 is no frame";
    table.add(StackSeen{{}, 1, {1, 0}});
    EXPECT_EQ(table.find(1), nullptr) << "nor is 0";
    table.add(StackSeen{{}, 1, {2, 1}, StackEnd::TooDeep});
    ASSERT_NE(table.find(1), nullptr);
    EXPECT_EQ(table.find(1)->frames, (std::vector<std::uint32_t>{2, 1}));
    EXPECT_EQ(table.find(0), nullptr);
    EXPECT_EQ(table.find(2), nullptr);
}

TEST(StackTableTest, IsBounded) {
    StackTable table;
    const std::string name(StackTable::kMaxNameBytes / 4, 'x');
    for (std::uint32_t number = 1; number <= 5; ++number) {
        table.add(frame(number, name));
    }
    EXPECT_EQ(table.frames().size(), 3U) << "with their file names a fourth is too much";
}

TEST(StackTableTest, ABufferKeepsTheStackOfItsAllocation) {
    Tracker tracker;
    const BufferFields fields{0x9000, 0x5000, 0x6000, 0x20000, 4096, 1024};
    tracker.apply(frame(1));
    tracker.apply(StackSeen{{}, 1, {1}});
    tracker.apply(Allocated{{1, 7, 7, 1}, fields});
    const auto& process = *tracker.view().processes.at(0);
    ASSERT_EQ(process.live.buffers().size(), 1U);
    EXPECT_EQ(process.live.buffers().begin()->second.stack, 1U);
    EXPECT_EQ(process.live.buffers().begin()->second.page_size, 1024U);
    EXPECT_EQ(tracker.view().processes.size(), 1U) << "frames and stacks are of no process";
    EXPECT_EQ(tracker.view().stacks.stacks().size(), 1U);
}

TEST(StackTableTest, NumbersAndPagesThatDoNotFitAreNotKnown) {
    const BufferFields fields{0x9000, 0x5000, 0x6000, 0x20000, ~std::uint64_t{0}, std::uint64_t{1} << 40U};
    const LiveBuffer buffer = live_buffer({1, 7, 7, 1U << 24U}, fields);
    EXPECT_EQ(buffer.stack, 0U);
    EXPECT_EQ(buffer.page_size, 0U);
    EXPECT_EQ(live_buffer({1, 7, 7, StackTable::kMaxStacks}, fields).stack, StackTable::kMaxStacks);
}

}  // namespace
}  // namespace tt::alloc_trace::test
