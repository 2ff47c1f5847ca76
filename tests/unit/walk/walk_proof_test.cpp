// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/walk_proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walk_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Buffers of one page of 32 bytes in two banks, each with its block.
WalkedAllocator proven(std::size_t buffers) {
    WalkedAllocator walked;
    WalkedRegion region;
    region.region = {BufferType::Dram, 2, 32, 0, 1 << 20, 32};
    region.free_list_known = true;
    region.buffers = buffers;
    walked.regions.push_back(region);
    for (std::size_t i = 0; i < buffers; ++i) {
        walked.buffers.push_back({buffer_at(0x100, 64 * (i + 1)), 32});
    }
    return walked;
}

TEST(WalkProofTest, BlocksOfTheRightSizeContradictNothing) {
    EXPECT_THAT(contradiction_in(proven(3)), IsEmpty());
    EXPECT_THAT(contradiction_in(proven(0)), IsEmpty());
}

TEST(WalkProofTest, AddressesWithoutBlocksNameTheAddress) {
    WalkedAllocator walked = proven(0);
    walked.regions[0].buffers = walked.regions[0].unmatched = 3;
    EXPECT_THAT(contradiction_in(walked), HasSubstr("3 of 3 DRAM buffers have an address at which"));
    walked.regions[0].buffers = 4;
    EXPECT_THAT(contradiction_in(walked), IsEmpty()) << "some are cleared, one has its block";
    walked.regions[0].buffers = walked.regions[0].unmatched = 1;
    EXPECT_THAT(contradiction_in(walked), IsEmpty()) << "a thread in the middle";
}

TEST(WalkProofTest, BlocksOfAnotherSizeNameSizeAndPages) {
    WalkedAllocator walked = proven(4);
    walked.buffers[0].block_bytes = walked.buffers[1].block_bytes = 64;
    EXPECT_THAT(contradiction_in(walked), IsEmpty()) << "half of them";
    walked.buffers[2].block_bytes = 64;
    EXPECT_THAT(contradiction_in(walked), HasSubstr("3 of 4 DRAM buffers have a block of another size"));
    for (WalkedBuffer& buffer : walked.buffers) {
        buffer.fields.sharded = true;
    }
    EXPECT_THAT(contradiction_in(walked), IsEmpty()) << "how shards are dealt out is not known here";
}

TEST(WalkProofTest, BlocksOfTheRightSizeProveTheLayout) {
    EXPECT_TRUE(proves_layout(proven(1)));
    EXPECT_FALSE(proves_layout(proven(0)));
    WalkedAllocator walked = proven(1);
    walked.buffers[0].block_bytes = 64;
    EXPECT_FALSE(proves_layout(walked));
    walked = proven(4);
    walked.buffers[0].block_bytes = 64;
    EXPECT_TRUE(proves_layout(walked));
    walked.buffers[1].block_bytes = 64;
    EXPECT_FALSE(proves_layout(walked)) << "chance makes some right";
}

TEST(WalkProofTest, ChipsOfAMeshAreDifferent) {
    WalkedOwner mesh;
    mesh.chips = {4, 0, 2};
    EXPECT_FALSE(has_equal_chips(mesh));
    mesh.chips.push_back(0);
    EXPECT_TRUE(has_equal_chips(mesh));
}

}  // namespace
}  // namespace tt::alloc_trace::test
