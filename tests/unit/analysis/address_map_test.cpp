// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/address_map.hpp"

#include <gtest/gtest.h>

#include "observed_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::size_t kDram = static_cast<std::size_t>(BufferType::Dram);
constexpr std::size_t kL1 = static_cast<std::size_t>(BufferType::L1);

TEST(AddressMapTest, ABufferIsARectangle) {
    AddressMap map;
    ObservedStream stream(map);
    stream.mesh(1).regions(1).alloc(2, 4096, 256).free(5, 4096, 256).alloc(6, 0, 64).exited(9);
    stream.close();
    const std::vector<MapRect> rects = map.rects();
    ASSERT_EQ(rects.size(), 2U);
    EXPECT_EQ(rects[0].start_t_ns, 2 * kSecond);
    EXPECT_EQ(rects[0].end_t_ns, 5 * kSecond);
    EXPECT_EQ(rects[0].address, 4096U);
    EXPECT_EQ(rects[0].bank_bytes, 64U);  // 8 pages of 32 on 4 banks
    EXPECT_EQ(rects[0].size, 256U);
    EXPECT_EQ(rects[0].end, FreeKind::Freed);
    EXPECT_EQ(rects[1].end, FreeKind::ReleasedByExit);
    const MapSpace& space = map.spaces().at(rects[0].space);
    EXPECT_EQ(space.owner, "mesh 0 (chips 0-1)");
    EXPECT_EQ(space.places.size(), 2U);
    ASSERT_TRUE(space.region);
    EXPECT_EQ(space.region->bytes, 1U << 20U);
}

TEST(AddressMapTest, WhatIsLiveAtTheEndOfTheWindowEndsThere) {
    AddressMap map(3 * kSecond);
    ObservedStream stream(map, false);
    stream.mesh(1).alloc(2, 4096, 256);
    stream.open();
    stream.alloc(7, 0, 64);
    stream.close();
    const std::vector<MapRect> rects = map.rects();
    ASSERT_EQ(rects.size(), 2U);
    EXPECT_EQ(rects[0].start_t_ns, 3 * kSecond);
    EXPECT_EQ(rects[0].end_t_ns, 7 * kSecond);
    EXPECT_EQ(rects[0].bank_bytes, 0U);
    EXPECT_FALSE(rects[0].end);
}

TEST(AddressMapTest, CircularBuffersLieWhereTheirProgramIsResident) {
    AddressMap map;
    ObservedStream stream(map);
    // Two programs with as much of them at other addresses: the sums do not change.
    stream.mesh(1, {3}).plan(2, 7, 0x100, 64).launch(2, 7).plan(4, 8, 0x200, 64).launch(4, 8).launch(6, 7).exited(9);
    stream.close();
    const std::vector<MapRect> rects = map.rects();
    ASSERT_EQ(rects.size(), 3U);
    EXPECT_EQ(rects[0].address, 0x100U);
    EXPECT_EQ(rects[0].start_t_ns, 2 * kSecond);
    EXPECT_EQ(rects[0].end_t_ns, 4 * kSecond);
    EXPECT_EQ(rects[1].address, 0x200U);
    EXPECT_EQ(rects[1].end_t_ns, 6 * kSecond);
    EXPECT_EQ(rects[2].object, 7U);
    EXPECT_EQ(rects[2].end_t_ns, 9 * kSecond);
    EXPECT_TRUE(map.spaces().at(rects[0].space).circular_buffers);
    EXPECT_EQ(map.spaces().at(rects[0].space).owner, "chip 3");
}

TEST(AddressMapTest, TheLargestAreKeptAndTheRestIsCounted) {
    AddressMap map;
    ObservedStream stream(map);
    stream.mesh(0);
    constexpr std::uint64_t kEach = 60'000;
    for (std::uint64_t i = 0; i < kEach; ++i) {
        const double t = 1 + static_cast<double>(i);
        stream.alloc(t, 0, 32 + i).free(t + 0.5, 0, 32 + i).alloc(t, 0, 32, BufferType::L1).free(t + 0.5, 0, 32, BufferType::L1);
    }
    stream.alloc(kEach + 2, 64, 32, BufferType::L1Small);
    stream.close();
    const std::vector<MapRect> rects = map.rects();
    EXPECT_EQ(rects.size(), AddressMap::kMostRects);
    std::array<std::uint64_t, 3> kept{};  // DRAM, L1, L1_SMALL
    std::uint64_t smallest = ~std::uint64_t{0};
    for (const MapRect& rect : rects) {
        const BufferType type = map.spaces().at(rect.space).type;
        ++kept[type == BufferType::Dram ? 0 : type == BufferType::L1 ? 1 : 2];
        smallest = type == BufferType::Dram ? std::min(smallest, rect.size) : smallest;
    }
    EXPECT_EQ(kept[0] + map.left_out(kDram), kEach);
    EXPECT_EQ(kept[1] + map.left_out(kL1), kEach);
    EXPECT_EQ(kept[2], 1U);
    EXPECT_NEAR(static_cast<double>(kept[0]), static_cast<double>(kept[1]), 1);
    EXPECT_EQ(smallest, 32 + map.left_out(kDram));
}

TEST(AddressMapTest, MoreAllocatorsThanAreKeptAreCounted) {
    AddressMap map;
    ObservedStream stream(map);
    stream.mesh(0);
    for (std::uint64_t i = 0; i < 300; ++i) {
        BufferFields buffer = ObservedStream::buffer(0, 64, BufferType::Dram);
        buffer.allocator = kAllocator + 64 * i;
        stream.apply(Allocated{stream.at(1), buffer}).apply(Freed{stream.at(2), buffer});
    }
    stream.close();
    EXPECT_EQ(map.spaces().size(), AddressMap::kMostSpaces);
    EXPECT_EQ(map.left_out(kDram), 300 - AddressMap::kMostSpaces);
}

}  // namespace
}  // namespace tt::alloc_trace::test
