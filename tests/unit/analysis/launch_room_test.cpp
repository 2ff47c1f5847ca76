// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/launch_room.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kL1Bytes = 14 * kPage;

Script l1_script() {
    Script script;
    script.regions(kL1Bytes, BufferType::L1);
    return script;
}

// The buffer lies at kBase + 2 pages, the program takes 5 from kBase on.
TEST(LaunchRoomTest, ALaunchOverALiveBufferIsFound) {
    Script script = l1_script();
    script.alloc(2 * kPage, kPage, BufferType::L1).launch(0x77).circular_buffer(0x77, kBase, 5 * kPage);
    const std::uint64_t launch = script.count();
    script.free(2 * kPage, kPage, BufferType::L1);
    LaunchRoom room;
    script.replay(room);
    ASSERT_EQ(room.overlaps().size(), 1U);
    const LaunchOverlap overlap = room.overlaps()[0];
    EXPECT_EQ(overlap.program, 0x77U);
    EXPECT_EQ(overlap.launches, 1U);
    EXPECT_EQ(overlap.first.event, launch);
    EXPECT_EQ(overlap.bytes, kPage);
    EXPECT_EQ(overlap.buffers, 1U);
    EXPECT_EQ(overlap.buffer.address, kBase + 2 * kPage);
    EXPECT_EQ(overlap.planned, (L1Range{kBase, kBase + 5 * kPage}));
    EXPECT_EQ(overlap.cores, 4U);
    EXPECT_EQ(overlap.places, (std::vector<Place>{kPlace0, kPlace1}));
    ASSERT_EQ(room.closest().size(), 1U);
    EXPECT_EQ(room.closest()[0].gap, -static_cast<std::int64_t>(3 * kPage));
}

// Allocated core by core: where it lies on other cores than one is not known.
TEST(LaunchRoomTest, BuffersOfSingleCoresAreLeftOut) {
    const auto single = [](std::uint64_t at) { return of_owner(on_cores(buffer_at(kBase + at, kPage), 7), kMesh); };
    Script script = l1_script();
    script.alloc(9 * kPage, kPage, BufferType::L1).add(Allocated{script.next(), single(2 * kPage)});
    script.add(Allocated{script.next(), single(9 * kPage)}).add(Freed{script.next(), single(9 * kPage)});
    script.launch(0x77).circular_buffer(0x77, kBase, 5 * kPage);
    LaunchRoom room;
    script.replay(room);
    EXPECT_TRUE(room.overlaps().empty());
    ASSERT_EQ(room.closest().size(), 1U);
    EXPECT_EQ(room.closest()[0].gap, static_cast<std::int64_t>(4 * kPage)) << "to the one that lies in every bank";
}

TEST(LaunchRoomTest, ARefusedLaunchRanOverNothing) {
    Script script = l1_script();
    script.alloc(2 * kPage, kPage, BufferType::L1).launch(0x77).circular_buffer(0x77, kBase, 5 * kPage).clash(0x77, "");
    LaunchRoom room;
    script.replay(room);
    EXPECT_TRUE(room.overlaps().empty());
    EXPECT_TRUE(room.closest().empty());
}

TEST(LaunchRoomTest, DataflowBuffersAndRepeatedLaunchesCount) {
    Script script = l1_script();
    script.launch(0x77).add(CircularBufferAllocated{
        script.next(), 0x77, kMesh, kBase, 5 * kPage, {{0, 0, 0, 0}}, true, false, PlanKind::DataflowBuffers});
    script.alloc(4 * kPage, kPage, BufferType::L1).launch(0x77).launch(0x77).alloc(3 * kPage, kPage, BufferType::L1).launch(0x77);
    LaunchRoom room;
    script.replay(room);
    ASSERT_EQ(room.overlaps().size(), 1U);
    EXPECT_EQ(room.overlaps()[0].launches, 3U) << "not the first, before there was a buffer";
    EXPECT_EQ(room.overlapping_launches(), 3U);
    EXPECT_EQ(room.overlaps()[0].bytes, 2 * kPage) << "of the last one";
    EXPECT_EQ(room.overlaps()[0].buffers, 2U);
    EXPECT_EQ(room.overlaps()[0].kind, PlanKind::DataflowBuffers);
}

TEST(LaunchRoomTest, WhatIsAllocatedAfterALaunchIsNotInItsWay) {
    Script script = l1_script();
    script.launch(1).circular_buffer(1, kBase, 5 * kPage).alloc(2 * kPage, kPage, BufferType::L1);
    script.launch(2).circular_buffer(2, kBase, kPage);
    LaunchRoom room;
    script.replay(room);
    EXPECT_TRUE(room.overlaps().empty());
    EXPECT_EQ(room.closest().at(0).gap, static_cast<std::int64_t>(kPage));
    EXPECT_EQ(room.closest()[0].program, 2U);
}

TEST(LaunchRoomTest, ABufferBetweenCircularBuffersIsNotTouched) {
    Script script = l1_script();
    script.alloc(2 * kPage, kPage, BufferType::L1).launch(1);
    script.circular_buffer(1, kBase, 2 * kPage).circular_buffer(1, kBase + 3 * kPage, kPage);
    LaunchRoom room;
    script.replay(room);
    EXPECT_TRUE(room.overlaps().empty());
}

// shared/real/findings.md 10: the runtime asks the chip's allocator, the tensor lies in the mesh's.
TEST(LaunchRoomTest, AProgramOfAChipRunsOverABufferOfItsMesh) {
    Script script = l1_script();
    script.add(OwnerSeen{script.next(), kChip1, OwnerKind::Chip, 1, {1}}).alloc(2 * kPage, kPage, BufferType::L1);
    script.add(ProgramLaunched{script.next(), 0x77, kChip1});
    script.add(CircularBufferAllocated{script.next(), 0x77, kChip1, kBase, 3 * kPage, {{0, 0, 1, 1}}, true, false});
    LaunchRoom room;
    script.replay(room);
    ASSERT_EQ(room.overlaps().size(), 1U);
    EXPECT_EQ(room.overlaps()[0].owner.kind, OwnerKind::Chip);
    EXPECT_EQ(room.overlaps()[0].buffer.owner.kind, OwnerKind::Mesh);
    EXPECT_EQ(room.overlaps()[0].places, (std::vector<Place>{kPlace1}));
}

// Which cores a sub-device has is not known.
TEST(LaunchRoomTest, BuffersOfSubDevicesAreLeftOut) {
    Script script = l1_script();
    script.add(AllocatorSeen{script.next(), kOtherAllocator, kMesh, {{BufferType::L1, kBanks / 2, 32, kBase, 2 * kPage, 32}}});
    script.add(Allocated{script.next(), under(Script::fields(0, kPage, BufferType::L1), kOtherAllocator)});
    script.launch(1).circular_buffer(1, kBase, 2 * kPage);
    LaunchRoom room;
    script.replay(room);
    EXPECT_TRUE(room.overlaps().empty());
}

TEST(LaunchRoomTest, WithoutABufferTheEndOfL1Counts) {
    Script script = l1_script();
    script.launch(1).circular_buffer(1, kBase, 9 * kPage).launch(2).circular_buffer(2, kBase, 12 * kPage);
    const std::uint64_t closest = script.count();
    script.launch(1);
    LaunchRoom room;
    script.replay(room);
    EXPECT_EQ(room.closest().at(0).gap, static_cast<std::int64_t>(2 * kPage));
    EXPECT_EQ(room.closest()[0].lowest, std::nullopt);
    EXPECT_EQ(room.closest()[0].place.event, closest);
    EXPECT_EQ(room.lowest_buffer().event, 0U);
}

// shared/cases: c06_disjoint, recorded before its regions were read
TEST(LaunchRoomTest, WithoutAnythingAboveTheHighestCounts) {
    Script script;
    script.launch(1).circular_buffer(1, kBase, 9 * kPage).launch(2).circular_buffer(2, kBase, 12 * kPage);
    const std::uint64_t highest = script.count();
    script.launch(1);
    LaunchRoom room;
    script.replay(room);
    ASSERT_EQ(room.closest().size(), 1U);
    EXPECT_EQ(room.closest()[0].gap, std::nullopt);
    EXPECT_EQ(room.closest()[0].circular_buffer_end, kBase + 12 * kPage);
    EXPECT_EQ(room.closest()[0].place.event, highest);
}

TEST(LaunchRoomTest, AgreesWithLookingAtEachLaunch) {
    std::mt19937 random(3);
    Script script = l1_script();
    std::set<std::uint64_t> live;
    std::int64_t closest = static_cast<std::int64_t>(kL1Bytes);
    for (int step = 0; step < 3000; ++step) {
        const std::uint64_t page = 5 + random() % 9;
        if (random() % 4 == 0) {
            const std::uint64_t program = 1 + random() % 5;
            script.launch(program).circular_buffer(program, kBase, program * kPage);
            const std::uint64_t above = live.empty() ? kL1Bytes : *live.begin();
            closest = std::min(closest, static_cast<std::int64_t>(above) - static_cast<std::int64_t>(program * kPage));
        } else if (live.insert(page * kPage).second) {
            script.alloc(page * kPage, kPage, BufferType::L1);
        } else {
            live.erase(page * kPage);
            script.free(page * kPage, kPage, BufferType::L1);
        }
    }
    LaunchRoom room;
    script.replay(room);
    EXPECT_EQ(room.closest().at(0).gap, closest);
    EXPECT_TRUE(room.overlaps().empty());
}

}  // namespace
}  // namespace tt::alloc_trace::test
