// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/known_buffers.hpp"

#include <gtest/gtest.h>

#include "walk_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kA = 0x1000;
constexpr PlaceInAllocator kPlace{64, BufferType::Dram};

bool is_live(const KnownBuffers& known, std::uint64_t allocator, const PlaceInAllocator& place) {
    const KnownBuffersOfAllocator* found = known.find(allocator);
    return found != nullptr && found->live.contains(place);
}

bool is_touched(const KnownBuffers& known) { return known.touched(*known.find(kA), kPlace); }

TEST(KnownBuffers, AllocationAndFreeAreALife) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    EXPECT_TRUE(is_live(known, kA, kPlace));
    known.apply(Freed{{}, buffer_at(kA, 64)});
    EXPECT_FALSE(is_live(known, kA, kPlace));
}

TEST(KnownBuffers, AnotherObjectFreesOnlyWhenAllocationsWereLost) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    BufferFields other = buffer_at(kA, 64);
    other.buffer += 8;
    known.apply(Freed{{}, other});
    EXPECT_TRUE(is_live(known, kA, kPlace));
    known.apply(Lost{{}, 1, 0, 0, 0});
    known.apply(Freed{{}, other});
    EXPECT_FALSE(is_live(known, kA, kPlace));
}

TEST(KnownBuffers, HookedOnesHaveNoMemory) {
    KnownBuffers known;
    BufferFields hooked = buffer_at(kA, 64);
    hooked.hooked = true;
    known.apply(Allocated{{}, hooked});
    EXPECT_FALSE(is_live(known, kA, kPlace));
}

TEST(KnownBuffers, OnlyEventsInTheWindowTouch) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    EXPECT_FALSE(is_touched(known));
    known.open_window();
    EXPECT_FALSE(is_touched(known));
    known.apply(Freed{{}, buffer_at(kA, 64)});
    EXPECT_TRUE(is_touched(known));
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    known.open_window();
    EXPECT_FALSE(is_touched(known));
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    EXPECT_TRUE(is_touched(known));
    known.close_window();
    EXPECT_FALSE(is_touched(known));
}

TEST(KnownBuffers, AReleaseTouchesTheWholeAllocator) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    known.apply(Allocated{{}, buffer_at(kA, 128)});
    known.open_window();
    known.apply(AllocatorReleased{{}, kA, AllocatorRelease::Clear});
    EXPECT_TRUE(is_touched(known));
    EXPECT_TRUE(known.find(kA)->live.empty());
    EXPECT_TRUE(known.find(kA)->cleared);
    known.close_window();
    known.apply(AllocatorReleased{{}, kA, AllocatorRelease::Destroyed});
    EXPECT_EQ(known.find(kA), nullptr);
}

TEST(KnownBuffers, StaleFreesLeaveNothingBehind) {
    KnownBuffers known;
    known.apply(Freed{{}, buffer_at(kA, 64)});
    EXPECT_TRUE(known.allocators().empty());
    known.open_window();
    known.apply(Freed{{}, buffer_at(kA, 64)});
    EXPECT_TRUE(is_touched(known));
    known.close_window();
    EXPECT_TRUE(known.allocators().empty());
}

TEST(KnownBuffers, AnotherOwnerMeansAnotherAllocator) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    BufferFields other = buffer_at(kA, 128);
    other.owner += 8;
    known.apply(Allocated{{}, other});
    EXPECT_FALSE(is_live(known, kA, kPlace));
    EXPECT_TRUE(is_live(known, kA, {128, BufferType::Dram}));
}

TEST(KnownBuffers, AnExecutedProgramHoldsNothing) {
    KnownBuffers known;
    known.apply(Allocated{{}, buffer_at(kA, 64)});
    known.apply(ProcessExec{});
    EXPECT_EQ(known.find(kA), nullptr);
}

}  // namespace
}  // namespace tt::alloc_trace::test
