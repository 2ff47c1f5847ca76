// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walk_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t kA = 0x1000;

std::vector<std::uint64_t> found_in(const Reconciliation& result) {
    std::vector<std::uint64_t> addresses;
    for (const WalkedBuffer& buffer : result.found) {
        addresses.push_back(buffer.fields.address);
    }
    return addresses;
}

std::vector<std::uint64_t> gone_in(const Reconciliation& result) {
    std::vector<std::uint64_t> addresses;
    for (const BufferFields& buffer : result.gone) {
        addresses.push_back(buffer.address);
    }
    return addresses;
}

Reconciliation reconcile_one(
    const std::vector<std::uint64_t>& first, const std::vector<std::uint64_t>& second, const KnownBuffers& known
) {
    return reconcile(walk_of({allocator_with(kA, first)}), walk_of({allocator_with(kA, second)}), known);
}

TEST(Reconcile, WhatBothWalksSawAndNoEventToldIsFound) {
    KnownBuffers known;
    known.open_window();
    const Reconciliation result = reconcile_one({32, 64}, {64, 32}, known);
    EXPECT_THAT(found_in(result), UnorderedElementsAre(32, 64));
    EXPECT_THAT(gone_in(result), IsEmpty());
    EXPECT_EQ(result.open, 0);
}

// Two Buffers that were allocated core by core, at one address on different cores.
TEST(Reconcile, EqualAddressesOnDifferentCoresStayApart) {
    BufferFields left = buffer_at(kA, 64);
    left.type = BufferType::L1;
    left.per_core = true;
    left.core = core_number(0, 0);
    BufferFields right = left;
    right.buffer += 8;
    right.core = core_number(5, 5);
    WalkedAllocator both = allocator_with(kA, {});
    both.buffers = {{left}, {right}};
    WalkedAllocator one = allocator_with(kA, {});
    one.buffers = {{right}};

    KnownBuffers known;
    known.apply(Allocated{{}, left});
    known.apply(Allocated{{}, right});
    known.open_window();
    const Reconciliation same = reconcile(walk_of({both}), walk_of({both}), known);
    EXPECT_THAT(found_in(same), IsEmpty());
    EXPECT_THAT(gone_in(same), IsEmpty());

    const Reconciliation less = reconcile(walk_of({one}), walk_of({one}), known);
    ASSERT_EQ(less.gone.size(), 1U);
    EXPECT_EQ(less.gone.front().core, left.core);

    known.apply(Freed{{}, left});
    EXPECT_THAT(gone_in(reconcile(walk_of({one}), walk_of({one}), known)), IsEmpty());
    EXPECT_THAT(found_in(reconcile(walk_of({one}), walk_of({one}), known)), IsEmpty());
}

// A block that stays in use without a Buffer: whoever has it was not found.
TEST(Reconcile, BlocksOfNoBufferInBothWalksAreStrangers) {
    const auto with_blocks = [](const std::vector<Block>& blocks) {
        WalkedAllocator walked = allocator_with(kA, {32});
        walked.regions.push_back({});
        walked.regions.back().orphans = blocks;
        return walked;
    };
    KnownBuffers known;
    known.open_window();
    const Walk first = walk_of({with_blocks({{64, 32}, {96, 32}, {128, 32}, {160, 32}})});
    known.apply(Allocated{{}, buffer_at(kA, 96)});  // its thread was about to tell
    const Walk second = walk_of({with_blocks({{64, 32}, {96, 32}, {128, 64}, {160, 32}}), allocator_with(2 * kA, {160})});
    EXPECT_EQ(reconcile(first, second, known).strangers, 1U) << "64: 128 is another block, and 160 another allocator's";
}

TEST(Reconcile, TheFirstEventOfAnAllocatorSettlesOneBufferOnly) {
    KnownBuffers known;
    known.open_window();
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    EXPECT_THAT(found_in(reconcile_one({32}, {32, 64}, known)), ElementsAre(32));
}

TEST(Reconcile, WhatEventsToldIsNoNews) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 32)});
    known.open_window();
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    const Reconciliation result = reconcile_one({32}, {32, 64}, known);
    EXPECT_THAT(found_in(result), IsEmpty());
    EXPECT_THAT(gone_in(result), IsEmpty());
    EXPECT_EQ(result.open, 0);
}

TEST(Reconcile, AFreeInTheWindowBeatsTheWalks) {
    KnownBuffers known;
    known.open_window();
    known.apply(Freed{{}, buffer_at(kA, 32)});
    EXPECT_THAT(found_in(reconcile_one({32}, {32}, known)), IsEmpty());
}

TEST(Reconcile, WhatOnlyTheFirstWalkSawWasOnItsWayOut) {
    KnownBuffers known;
    known.open_window();
    const Reconciliation result = reconcile_one({32}, {}, known);
    EXPECT_THAT(found_in(result), IsEmpty());
    EXPECT_EQ(result.open, 0);
}

TEST(Reconcile, WhatOnlyTheSecondWalkSawIsOpen) {
    KnownBuffers known;
    known.open_window();
    const Reconciliation result = reconcile_one({}, {32}, known);
    EXPECT_THAT(found_in(result), IsEmpty());
    EXPECT_EQ(result.open, 1);
}

TEST(Reconcile, WhatNeitherWalkSawIsGone) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 32)});
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    known.apply(Allocated{{}, buffer_at(kA, 96)});
    known.open_window();
    EXPECT_THAT(gone_in(reconcile_one({64}, {96}, known)), ElementsAre(32));
}

TEST(Reconcile, AnAllocationInTheWindowIsNotGone) {
    KnownBuffers known;
    known.open_window();
    known.apply(Allocated{{}, buffer_at(kA, 32)});
    EXPECT_THAT(gone_in(reconcile_one({}, {}, known)), IsEmpty());
}

TEST(Reconcile, AnIncompleteReadingProvesNoEnd) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 32)});
    known.open_window();
    Walk torn = walk_of({allocator_with(kA, {})});
    torn.allocators[0].complete = false;
    EXPECT_THAT(gone_in(reconcile(torn, walk_of({allocator_with(kA, {})}), known)), IsEmpty());
    EXPECT_THAT(gone_in(reconcile(walk_of({allocator_with(kA, {})}), torn, known)), IsEmpty());
}

TEST(Reconcile, AnotherObjectInTheSamePlaceIsFound) {
    KnownBuffers known;
    BufferFields former = buffer_at(kA, 32);
    former.size = 4096;
    known.apply(Allocated{{}, former});
    known.open_window();
    EXPECT_THAT(found_in(reconcile_one({32}, {32}, known)), ElementsAre(32));
}

TEST(Reconcile, TwoObjectsInTheSamePlaceOneAfterTheOtherAreOpen) {
    KnownBuffers known;
    known.open_window();
    Walk second = walk_of({allocator_with(kA, {32})});
    second.allocators[0].buffers[0].fields.buffer += 8;
    const Reconciliation result = reconcile(walk_of({allocator_with(kA, {32})}), second, known);
    EXPECT_THAT(found_in(result), IsEmpty());
    EXPECT_EQ(result.open, 1);
}

TEST(Reconcile, ABufferWithoutABlockHoldsNoMemory) {
    KnownBuffers known;
    known.open_window();
    Walk walk = walk_of({allocator_with(kA, {32, 64})});
    walk.allocators[0].regions.push_back({{}, true, 0, 0, 0, {}});
    walk.allocators[0].buffers[1].block_bytes = 32;
    EXPECT_THAT(found_in(reconcile(walk, walk, known)), ElementsAre(64));
}

TEST(Reconcile, AClearedAllocatorsSetIsNotBelievedWithoutItsFreeList) {
    KnownBuffers known;
    known.apply(AllocatorReleased{{}, kA, AllocatorRelease::Clear});
    known.open_window();
    EXPECT_THAT(found_in(reconcile_one({32}, {32}, known)), IsEmpty());
}

TEST(Reconcile, AnAllocatorThatEndsInTheWindowIsLeftOut) {
    KnownBuffers known;
    known.open_window();
    known.apply(AllocatorReleased{{}, kA, AllocatorRelease::Destroyed});
    EXPECT_THAT(found_in(reconcile_one({32}, {32}, known)), IsEmpty());
}

TEST(Reconcile, AnAllocatorNobodyLeadsToIsGone) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 32)});
    known.open_window();
    EXPECT_THAT(reconcile(walk_of({}), walk_of({}), known).gone_allocators, ElementsAre(kA));
    Walk by_pointer_only = walk_of({allocator_with(kA, {})});
    by_pointer_only.allocators[0].from_globals = false;
    EXPECT_THAT(reconcile(by_pointer_only, by_pointer_only, known).gone_allocators, ElementsAre(kA));
    Walk without_globals = walk_of({});
    without_globals.complete = false;
    EXPECT_THAT(reconcile(without_globals, without_globals, known).gone_allocators, IsEmpty());
}

}  // namespace
}  // namespace tt::alloc_trace::test
