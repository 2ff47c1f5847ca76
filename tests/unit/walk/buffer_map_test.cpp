// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/buffer_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "fake_memory.hpp"

namespace tt::alloc_trace::test {
namespace {

struct BufferMap {
    std::mutex mutex;
    std::map<std::tuple<std::uint32_t, std::uint64_t>, const void*> map;
};

TEST(BufferMapTest, ReadsARealMap) {
    const OwnMemory memory;
    const TargetReader reader(memory.get(), nullptr);
    BufferMap buffers;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const auto entries = i % 100 < 5 ? read_buffer_map(reader, address_of(buffers), false, 2000) : std::nullopt;
        ASSERT_EQ(entries.has_value(), i % 100 < 5);
        ASSERT_EQ(entries ? entries->size() : i, i);
        buffers.map[{static_cast<std::uint32_t>(i % 8), i * 32}] = &buffers.map;
    }
    auto entries = read_buffer_map(reader, address_of(buffers), false, 2000);
    ASSERT_TRUE(entries);
    std::sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) { return a.address < b.address; });
    for (std::uint64_t i = 0; i < 1000; ++i) {
        EXPECT_EQ((*entries)[i], (BufferMapEntry{address_of(buffers.map), i * 32}));
    }
    EXPECT_FALSE(read_buffer_map(reader, address_of(buffers), false, 999));
}

TEST(BufferMapTest, ReadsATreeOfLibcxx) {
    FakeMemory memory;
    memory.write(0x5000, {0, 0, 0, 0, 0});
    memory.write(0x5028, {0x6000, 0x6100, 3});
    memory.write(0x6100, {0x6000, 0x6200, 0, 1, 2, 0x40, 0xbb00});
    memory.write(0x6000, {0, 0, 0x6100, 1, 2, 0x20, 0xaa00});
    memory.write(0x6200, {0, 0, 0x6100, 1, 2, 0x60, 0xcc00});
    const TargetReader reader(memory, nullptr);
    const auto entries = read_buffer_map(reader, 0x5000, true, 100);
    ASSERT_TRUE(entries);
    EXPECT_THAT(*entries, testing::UnorderedElementsAre(BufferMapEntry{0xaa00, 0x20}, BufferMapEntry{0xbb00, 0x40}, BufferMapEntry{0xcc00, 0x60}));
}

TEST(BufferMapTest, ACyclicTreeEnds) {
    FakeMemory memory;
    memory.write(0x5000, {0, 0, 0, 0, 0, 0, 0x6000, 0x6000, 0x6000, 0x6000, 1'000'000});
    memory.write(0x5038, {0x6000, 0x6000, 0x6000, 1'000'000});
    memory.write(0x6000, {0, 0, 0x6000, 0x6000, 1, 2, 3});
    const TargetReader reader(memory, nullptr);
    EXPECT_FALSE(read_buffer_map(reader, 0x5000, false, 2'000'000));
}

}  // namespace
}  // namespace tt::alloc_trace::test
