// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/mirrors.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kBase = 0x10000;

WalkedAllocator allocator_of(std::uint64_t owner) {
    WalkedAllocator allocator;
    allocator.owner = owner;
    allocator.regions.resize(1);
    allocator.regions[0].region.type = BufferType::L1;
    allocator.regions[0].free_list_known = true;
    allocator.regions[0].used_bytes = 64;
    return allocator;
}

void hold(WalkedAllocator& mesh, std::uint64_t address, BufferType type = BufferType::L1) {
    BufferFields fields;
    fields.address = address;
    fields.type = type;
    mesh.buffers.push_back({fields});
}

// Chips 0 and 1, each with a block at kBase that no Buffer of its own has; mesh 0 covers chip 0.
class MirrorsTest : public testing::Test {
protected:
    MirrorsTest() {
        walk_.owners = {{0x1000, OwnerKind::Chip, 0, {0}}, {0x2000, OwnerKind::Chip, 1, {1}}, {0x3000, OwnerKind::Mesh, 0, {0}}};
        walk_.allocators = {allocator_of(0x1000), allocator_of(0x2000), allocator_of(0x3000)};
        region(0).orphans = region(1).orphans = {{kBase, 64}};
    }
    WalkedRegion& region(std::size_t allocator) { return walk_.allocators[allocator].regions[0]; }

    Walk walk_;
};

TEST_F(MirrorsTest, AMarkOfItsMeshIsNotHeldByAChip) {
    hold(walk_.allocators[2], kBase);
    forget_mirrors(walk_);
    EXPECT_TRUE(region(0).orphans.empty());
    EXPECT_FALSE(region(0).free_list_known) << "the list has the mark";
    EXPECT_EQ(region(0).used_bytes, 0U);
    EXPECT_TRUE(region(2).free_list_known);
}

TEST_F(MirrorsTest, WhatAMeshOverOtherChipsHoldsIsNoMark) {
    hold(walk_.allocators[2], kBase);
    forget_mirrors(walk_);
    EXPECT_EQ(region(1).orphans.size(), 1U);
    EXPECT_TRUE(region(1).free_list_known);
}

TEST_F(MirrorsTest, AMeshWhoseChipsAreNotKnownMayMarkAny) {
    hold(walk_.allocators[2], kBase);
    walk_.owners[2].chips.clear();
    forget_mirrors(walk_);
    EXPECT_TRUE(region(0).orphans.empty() && region(1).orphans.empty());
}

TEST_F(MirrorsTest, AnotherAddressOrTypeIsNoMark) {
    hold(walk_.allocators[2], kBase + 64);
    hold(walk_.allocators[2], kBase, BufferType::L1Small);
    forget_mirrors(walk_);
    EXPECT_EQ(region(0).orphans.size(), 1U);
    EXPECT_TRUE(region(0).free_list_known);
}

}  // namespace
}  // namespace tt::alloc_trace
