// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/held_at_end.hpp"

#include <gtest/gtest.h>

#include "watched_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

const OwnerIdentity kChip{OwnerKind::Chip, 0, {0}};
const OwnerIdentity kWholeMesh{OwnerKind::Mesh, 0, {0, 1}};

std::map<HeldKey, std::uint64_t> counts(const HeldGroups& groups) {
    std::map<HeldKey, std::uint64_t> all;
    for (const auto& [key, sum] : groups) {
        all[key] = sum.count;
    }
    return all;
}

using Counts = std::map<HeldKey, std::uint64_t>;

TEST(HeldAtEnd, WhatIsLiveGrouped) {
    HeldAtEnd held;
    WatchedStream stream(held);
    stream.alloc(buffer_at(0x1000)).alloc(buffer_at(0x2000)).alloc(buffer_at(0x3000, 7)).alloc(mesh_buffer_at(0x1000)).free(buffer_at(0x3000, 7));
    stream.close();
    EXPECT_EQ(counts(held.groups()), (Counts{{{kChip, BufferType::Dram, kSize}, 2}, {{kWholeMesh, BufferType::Dram, kSize}, 1}}));
    EXPECT_EQ(held.groups().begin()->second.bytes, 2 * kSize);
    EXPECT_EQ(held.groups().begin()->second.footprint_unknown, 2U);
}

TEST(HeldAtEnd, AProcessThatEndedHeldWhatItsLastCloseReleased) {
    HeldAtEnd held;
    WatchedStream stream(held);
    stream.alloc(buffer_at(0x1000, 1)).closing(kChip0).released(kAllocator, AllocatorRelease::Destroyed);
    stream.alloc(under(buffer_at(0x1000, 2), 0xC000)).alloc(mesh_buffer_at(0x1000, 3));
    stream.closing(kMesh).released(kOtherAllocator, AllocatorRelease::Destroyed).exited().close();
    EXPECT_EQ(counts(held.groups()), (Counts{{{kChip, BufferType::Dram, 2}, 1}, {{kWholeMesh, BufferType::Dram, 3}, 1}}))
        << "the first close was not the last: there was an allocation after it";
    EXPECT_EQ(held.ended_processes(), 1U);
}

TEST(HeldAtEnd, AClosedDeviceOfALivingProcessHoldsNothing) {
    HeldAtEnd held;
    WatchedStream stream(held);
    stream.alloc(buffer_at(0x1000, 1)).closing(kChip0).released(kAllocator, AllocatorRelease::Destroyed).close();
    EXPECT_EQ(counts(held.groups()), Counts{});
    EXPECT_EQ(held.ended_processes(), 0U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
