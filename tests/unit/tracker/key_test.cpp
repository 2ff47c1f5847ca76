// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which events mean the same buffer, and where a buffer counts.
#include <gtest/gtest.h>

#include <set>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr BufferType kAllTypes[] = {
    BufferType::Dram, BufferType::L1, BufferType::SystemMemory, BufferType::L1Small, BufferType::Trace};

TEST(TrackerKeyTest, EqualAddressesUnderDifferentAllocatorsAreDifferentBuffers) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    const Applied second = job.alloc(under(buffer_at(kAddress), kOtherAllocator));
    EXPECT_FALSE(second.replaced_live);
    EXPECT_EQ(job.dram().buffers, 2U);

    job.free(under(buffer_at(kAddress), kOtherAllocator));
    EXPECT_EQ(job.dram().buffers, 1U);
    EXPECT_FALSE(job.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(job.live(), 0U);
}

TEST(TrackerKeyTest, EqualAddressesOfDifferentTypesAreDifferentBuffers) {
    Stream job = started_job();
    for (const BufferType type : kAllTypes) {
        EXPECT_FALSE(job.alloc(of_type(buffer_at(kAddress), type)).replaced_live);
    }
    EXPECT_EQ(job.live(), kBufferTypeCount);
    for (const BufferType type : kAllTypes) {
        EXPECT_EQ(job.usage(kPlace0).of(type).bytes, kSize) << to_string(type);
        EXPECT_FALSE(job.free(of_type(buffer_at(kAddress), type)).unknown_free);
        EXPECT_EQ(job.usage(kPlace0).of(type).buffers, 0U) << to_string(type);
    }
}

TEST(TrackerKeyTest, EqualAddressesOfDifferentOwnersAreDifferentBuffers) {
    Stream job = started_job();
    job.chip(kChip1, 1);
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(under(of_owner(buffer_at(kAddress, 7), kChip1), kOtherAllocator));
    EXPECT_EQ(job.dram(kPlace0).bytes, 100U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 7U);
    job.free(buffer_at(kAddress, 100));
    EXPECT_EQ(job.dram(kPlace0).bytes, 0U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 7U);
}

TEST(TrackerKeyTest, EqualAddressesOnDifferentCoresAreDifferentBuffers) {
    Stream job = started_job();
    const BufferFields left = on_cores(buffer_at(kAddress), 0);
    const BufferFields right = on_cores(buffer_at(kAddress), 5);
    EXPECT_FALSE(job.alloc(left).replaced_live);
    EXPECT_FALSE(job.alloc(right).replaced_live);
    EXPECT_FALSE(job.alloc(of_type(buffer_at(kAddress), BufferType::L1)).replaced_live) << "one of some cores' range beside them";
    EXPECT_EQ(job.live(), 3U);

    EXPECT_FALSE(job.free(left).unknown_free);
    EXPECT_EQ(job.live(), 2U);
    EXPECT_EQ(job.free(left).unknown_free, UnknownFree::Double) << "the other one is not touched";
    EXPECT_FALSE(job.free(right).unknown_free);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_EQ(job.state().contradictions.replaced, 0U);
}

TEST(TrackerKeyTest, WalksKnowTheCores) {
    Stream job = started_job();
    const BufferFields left = on_cores(buffer_at(kAddress), 0);
    const BufferFields right = on_cores(buffer_at(kAddress), 5);
    job.alloc(left);
    EXPECT_FALSE(job.found(left, 0).found_as) << "known already";
    EXPECT_TRUE(job.found(right, 0).found_as);
    EXPECT_EQ(job.live(), 2U);
    job.gone(right);
    EXPECT_EQ(job.live(), 1U);
    EXPECT_FALSE(job.free(left).unknown_free);
}

TEST(TrackerKeyTest, CoresBeyondTheNumberedOnesAreNotKnown) {
    EXPECT_EQ(core_number(0, 0), 1);
    EXPECT_EQ(core_coordinates(core_number(13, 9)).x, 13U);
    EXPECT_EQ(core_coordinates(core_number(13, 9)).y, 9U);
    EXPECT_EQ(core_number(15, 14), 240);
    EXPECT_EQ(core_number(16, 0), 0);
    EXPECT_EQ(core_number(0, 15), 0);
}

TEST(TrackerKeyTest, EqualPointersInDifferentProcessesAreDifferentBuffers) {
    Stream jobs = started_job();
    jobs.alloc(buffer_at(kAddress));
    jobs.as(77).process(true);
    jobs.chip(kChip0, 5);
    EXPECT_FALSE(jobs.alloc(buffer_at(kAddress)).replaced_live);
    EXPECT_EQ(jobs.dram({OwnerKind::Chip, 5}).buffers, 1U);
    EXPECT_FALSE(jobs.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(jobs.as(kPid).live(), 1U);
}

TEST(TrackerKeyTest, MeshBufferCountsOnceOnEachChipOfTheMesh) {
    Stream job;
    job.mesh(kMesh, 0, {4, 5, 6});
    job.alloc(of_owner(buffer_at(kAddress), kMesh));
    EXPECT_EQ(job.live(), 1U);
    for (const std::int32_t chip : {4, 5, 6}) {
        EXPECT_EQ(job.dram({OwnerKind::Chip, chip}).buffers, 1U);
        EXPECT_EQ(job.dram({OwnerKind::Chip, chip}).bytes, kSize);
        EXPECT_EQ(job.dram({OwnerKind::Chip, chip}).allocs, 1U);
    }
    EXPECT_EQ(job.state().places.size(), 3U) << "not on the mesh as well";

    job.free(of_owner(buffer_at(kAddress), kMesh));
    for (const std::int32_t chip : {4, 5, 6}) {
        EXPECT_EQ(job.dram({OwnerKind::Chip, chip}).bytes, 0U);
        EXPECT_EQ(job.dram({OwnerKind::Chip, chip}).frees, 1U);
    }
}

// Seed of history: a MeshBuffer has a backing Buffer and one object per chip, all with one address. Only the backing one
// fires; should more of them fire, the address must not count twice.
TEST(TrackerKeyTest, OneAddressWithNineBufferObjectsCountsOncePerChip) {
    Stream job;
    job.mesh(kMesh, 0, {0, 1, 2, 3, 4, 5, 6, 7});
    for (std::uint64_t object = 1; object <= 9; ++object) {
        job.alloc(by_object(of_owner(buffer_at(kAddress), kMesh), object));
    }
    EXPECT_EQ(job.live(), 1U);
    for (std::int32_t chip = 0; chip < 8; ++chip) {
        EXPECT_EQ(job.dram({OwnerKind::Chip, chip}).bytes, kSize);
    }
}

TEST(TrackerKeyTest, ChipAndMeshBuffersAddUpOnTheChip) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(under(of_owner(buffer_at(kAddress, 10), kMesh), kOtherAllocator));
    EXPECT_EQ(job.dram(kPlace0).bytes, 110U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 10U);
}

TEST(TrackerKeyTest, MeshWithUnknownChipsCountsOnTheMesh) {
    Stream job;
    job.mesh(kMesh, 3, {});
    job.alloc(of_owner(buffer_at(kAddress), kMesh));
    EXPECT_EQ(job.dram({OwnerKind::Mesh, 3}).bytes, kSize);
    EXPECT_EQ(job.state().places.size(), 1U);
    EXPECT_EQ(to_string(job.state().owners.front()), "mesh 3 (chips unknown)");
}

TEST(TrackerKeyTest, ChipAndMeshWithTheSameIdAreDifferentPlaces) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {});
    job.alloc(buffer_at(kAddress, 100));
    job.alloc(under(of_owner(buffer_at(kAddress, 10), kMesh), kOtherAllocator));
    EXPECT_EQ(job.dram(kPlace0).bytes, 100U);
    EXPECT_EQ(job.dram({OwnerKind::Mesh, 0}).bytes, 10U);
}

TEST(TrackerKeyTest, OwnerNobodyIdentifiedCountsAsUnknownOwner) {
    Stream job;
    job.alloc(of_owner(buffer_at(kAddress), 0xdead));
    EXPECT_EQ(job.dram(kUnknownPlace).bytes, kSize);
    EXPECT_EQ(to_string(job.state().owners.front()), "unknown owner");
    EXPECT_FALSE(job.free(of_owner(buffer_at(kAddress), 0xdead)).unknown_free);
    EXPECT_EQ(job.dram(kUnknownPlace).bytes, 0U);
}

TEST(TrackerKeyTest, OwnerSeenAgainWithTheSameIdentityChangesNothing) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.chip(kChip0, 0);
    EXPECT_EQ(job.state().owners.size(), 1U);
    EXPECT_FALSE(job.free(buffer_at(kAddress)).unknown_free);
    EXPECT_EQ(job.dram().bytes, 0U);
}

TEST(TrackerKeyTest, ReshapedMeshTakesItsBuffersAlong) {
    Stream job;
    job.mesh(kMesh, 0, {0});
    job.alloc(of_owner(buffer_at(kAddress, 100), kMesh));
    job.mesh(kMesh, 0, {1});
    job.alloc(of_owner(buffer_at(2 * kAddress, 10), kMesh));
    EXPECT_EQ(job.dram(kPlace0).bytes, 0U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 110U);
    EXPECT_EQ(job.live(), 2U);
}

TEST(TrackerKeyTest, OwnerOfWhichLessCouldBeReadStaysWhatItWas) {
    Stream job;
    job.mesh(kMesh, 0, {0, 1});
    job.alloc(of_owner(buffer_at(kAddress, 100), kMesh));
    job.mesh(kMesh, 0, {});
    job.mesh(kMesh, -1, {});
    job.apply(OwnerSeen{{}, kMesh, OwnerKind::Unknown, -1, {}});
    EXPECT_EQ(job.state().owners.size(), 1U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 100U);
    EXPECT_FALSE(job.free(of_owner(buffer_at(kAddress, 100), kMesh)).unknown_free);
}

TEST(TrackerKeyTest, OwnerIdentifiedLateTakesItsBuffersAlong) {
    Stream job;
    job.alloc(buffer_at(kAddress, 100));
    EXPECT_EQ(job.dram(kUnknownPlace).bytes, 100U);
    job.chip(kChip0, 0);
    EXPECT_EQ(job.dram(kUnknownPlace).bytes, 0U);
    EXPECT_EQ(job.dram(kPlace0).bytes, 100U);
    EXPECT_FALSE(job.free(buffer_at(kAddress, 100)).unknown_free);
}

TEST(TrackerKeyTest, OwnerPointerThatMeansAnotherObjectCountsElsewhereFromThenOn) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    job.chip(kChip0, 1);
    EXPECT_FALSE(job.alloc(buffer_at(kAddress, 10)).replaced_live);
    EXPECT_EQ(job.dram(kPlace0).bytes, 0U) << "its allocator belongs to another owner now";
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 1U);
    EXPECT_EQ(job.dram(kPlace1).bytes, 10U);
    EXPECT_FALSE(job.free(buffer_at(kAddress, 10)).unknown_free);
    EXPECT_EQ(job.dram(kPlace1).bytes, 0U);
}

TEST(TrackerKeyTest, AllocatorPointerReusedAfterItsDestructionIsAnotherAllocator) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress));
    job.released(kAllocator, AllocatorRelease::Destroyed);
    EXPECT_FALSE(job.alloc(buffer_at(kAddress)).replaced_live);
    EXPECT_EQ(job.state().allocators.size(), 2U);
    EXPECT_EQ(job.ends(FreeKind::ReleasedByClose), 1U);
    EXPECT_EQ(job.live(), 1U);
}

TEST(TrackerKeyTest, AllocatorPointerReusedWithoutADestroyEventInfersTheOldBuffersFree) {
    Stream job = started_job();
    job.alloc(buffer_at(kAddress, 100));
    EXPECT_TRUE(job.alloc(by_object(buffer_at(kAddress, 10), 1)).replaced_live);
    EXPECT_EQ(job.ends(FreeKind::Inferred), 1U);
    EXPECT_EQ(job.dram().bytes, 10U);
}

TEST(TrackerKeyTest, AllocatorPointerOfAnotherOwnerIsAnotherAllocator) {
    Stream job = started_job();
    job.chip(kChip1, 1);
    job.alloc(buffer_at(kAddress, 100));
    EXPECT_FALSE(job.alloc(of_owner(buffer_at(kAddress, 10), kChip1)).replaced_live);
    EXPECT_EQ(job.state().allocators.size(), 2U);
    EXPECT_EQ(job.dram(kPlace0).bytes, 0U) << "the first one's end was missed";
    EXPECT_EQ(job.dram(kPlace1).bytes, 10U);
}

// Whatever steps an allocator makes, under whichever number: the table uses the low bits only.
TEST(TrackerKeyTest, AddressesInStepsAreSpreadOverTheTable) {
    constexpr std::uint64_t kPlaces = std::uint64_t{1} << 14U;
    for (const std::uint64_t step : {16, 32, 64, 2048, 4096, 1 << 20}) {
        for (std::uint32_t allocator = 0; allocator < 3; ++allocator) {
            std::set<std::uint64_t> places;
            for (std::uint64_t i = 0; i < kPlaces; ++i) {
                AllocationKey key;
                key.address = step * i;
                key.allocator = allocator;
                places.insert(AllocationKeyHash{}(key) % kPlaces);
            }
            EXPECT_GT(places.size(), kPlaces / 2) << "steps of " << step << ", allocator " << allocator;  // chance: 63 %
        }
    }
}

// An allocator that changes hands with each allocation, beside many live buffers, is no job's: who replays it may stop there.
TEST(TrackerKeyTest, StreamThatMakesMoreWorkThanAJobIsTold) {
    Tracker tracker;
    const auto apply = [&](std::uint64_t owner, std::uint64_t allocator, std::uint64_t address) {
        BufferFields buffer = under(of_owner(buffer_at(address), owner), allocator);
        (void)tracker.apply(Allocated{{1, 1, 1}, buffer});
    };
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        apply(kChip0, kAllocator, 32 * i);
    }
    EXPECT_TRUE(tracker.is_plausible());
    std::uint64_t changes = 0;
    for (; tracker.is_plausible() && changes < 10'000; ++changes) {
        apply(changes % 2 == 0 ? kChip0 : kChip1, kOtherAllocator, 32);
    }
    EXPECT_GT(changes, 100U) << "a few are a job's";
    EXPECT_LT(changes, 10'000U);
}

TEST(TrackerKeyTest, OwnersAreNamedWithTheirChipsInRuns) {
    Owner owner;
    owner.kind = OwnerKind::Mesh;
    owner.id = 2;
    owner.chips = {6, 1, 0, 2};
    EXPECT_EQ(to_string(owner), "mesh 2 (chips 0-2,6)");
    owner.chips = {7};
    EXPECT_EQ(to_string(owner), "mesh 2 (chip 7)");
    owner.kind = OwnerKind::Chip;
    owner.id = 7;
    EXPECT_EQ(to_string(owner), "chip 7");
}

}  // namespace
}  // namespace tt::alloc_trace::test
