// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/space_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

// One allocator with `blocks` {begin, bytes} in a region of `bytes` from 0x10000 on.
SpaceMap map_with(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& blocks, std::uint64_t bytes) {
    Stream stream = started_job();
    stream.allocator_seen(kAllocator, kChip0, {{BufferType::Dram, 1, 1, 0x10000, bytes, 1}});
    for (const auto& [begin, size] : blocks) {
        BufferFields fields = buffer_at(0x10000 + begin, size);
        fields.page_size = 1;
        stream.alloc(fields);
    }
    return *space_map(stream.state(), 0, BufferType::Dram);
}

TEST(SpaceMapTest, HolesKnowTheirNeighbours) {
    const SpaceMap map = map_with({{100, 50}, {150, 10}, {200, 800}}, 1000);
    ASSERT_EQ(map.holes.size(), 2U);
    EXPECT_EQ(map.holes[0].bytes(), 100U);
    EXPECT_EQ(map.holes[0].below, std::nullopt);
    EXPECT_EQ(map.holes[0].above, 0U);
    EXPECT_EQ(map.holes[1].bytes(), 40U);
    EXPECT_EQ(map.holes[1].below, 1U);
    EXPECT_EQ(map.holes[1].above, 2U);
    EXPECT_EQ(map.free, 140U);
    EXPECT_EQ(map.largest, 100U);
}

TEST(SpaceMapTest, BlocksMayOverlapAndReachOutOfTheRegion) {
    const SpaceMap map = map_with({{0, 300}, {100, 50}, {900, 500}, {5000, 10}}, 1000);
    ASSERT_EQ(map.holes.size(), 1U);
    EXPECT_EQ(map.holes[0].begin, 0x10000U + 300);
    EXPECT_EQ(map.holes[0].end, 0x10000U + 900);
    EXPECT_EQ(map.holes[0].below, 0U);
}

TEST(SpaceMapTest, ABufferWithoutFootprintIsCountedNotPlaced) {
    Stream stream = started_job();
    stream.allocator_seen(kAllocator, kChip0, {small_region()});
    BufferFields sharded = buffer_at(0x10000);
    sharded.sharded = true;
    stream.alloc(sharded);
    const auto maps = space_maps(stream.state());
    EXPECT_EQ(maps.at({0, BufferType::Dram}).not_placed, 1U);
    EXPECT_EQ(maps.at({0, BufferType::Dram}).largest, 0x10000U);
    EXPECT_EQ(space_map(stream.state(), 0, BufferType::L1), std::nullopt);
}

TEST(SmallestEvictionTest, NothingHasToGoIfItFits) {
    const SpaceMap map = map_with({{100, 50}}, 1000);
    EXPECT_EQ(smallest_eviction(map, 850)->count, 0U);
    EXPECT_EQ(smallest_eviction(map, 851)->count, 1U);
    EXPECT_EQ(smallest_eviction(map, 1000)->bytes, 50U);
    EXPECT_EQ(smallest_eviction(map, 1001), std::nullopt);
}

TEST(SmallestEvictionTest, IsTheSmallestOfAll) {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks;
        std::uint64_t at = 0;
        while (true) {
            at += random() % 40;
            const std::uint64_t bytes = 1 + random() % 60;
            if (at + bytes > 1000) {
                break;
            }
            blocks.emplace_back(at, bytes);
            at += bytes;
        }
        const SpaceMap map = map_with(blocks, 1000);
        const std::uint64_t need = 1 + random() % 1000;
        std::pair<std::uint64_t, std::size_t> best{~std::uint64_t{0}, 0};  // bytes, blocks
        for (std::size_t first = 0; first <= blocks.size(); ++first) {
            std::uint64_t bytes = 0;
            for (std::size_t behind = first; behind <= blocks.size(); ++behind) {
                const std::uint64_t from = first == 0 ? 0 : blocks[first - 1].first + blocks[first - 1].second;
                const std::uint64_t to = behind == blocks.size() ? 1000 : blocks[behind].first;
                if (to >= from && to - from >= need) {
                    best = std::min(best, {bytes, behind - first});
                }
                bytes += behind == blocks.size() ? 0 : blocks[behind].second;
            }
        }
        const auto found = smallest_eviction(map, need);
        ASSERT_TRUE(found) << round;
        EXPECT_EQ(std::pair(found->bytes, found->count), best) << round;
        EXPECT_GE(found->end - found->begin, need);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
