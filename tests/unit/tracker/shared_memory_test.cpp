// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/shared_memory.hpp"

#include <gtest/gtest.h>

#include <random>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint32_t kBanks = 12;
constexpr std::uint64_t kMb = 1 << 20;

// A parent mesh of four chips, a submesh of two of them, and chip 1 by itself; each has an allocator of its own.
class Family {
public:
    struct Member {
        std::uint64_t owner;
        std::uint64_t allocator;
        OwnerKind kind;
        std::int32_t id;
        std::vector<std::int32_t> chips;
    };
    static inline const Member kParent{0x1000, 0x1100, OwnerKind::Mesh, 0, {0, 1, 2, 3}};
    static inline const Member kSubmesh{0x2000, 0x2100, OwnerKind::Mesh, 1, {0, 1}};
    static inline const Member kChip{0x3000, 0x3100, OwnerKind::Chip, 1, {1}};

    Family& open(const Member& member) {
        tracker.apply(OwnerSeen{next(), member.owner, member.kind, member.id, member.chips});
        return *this;
    }
    Family& regions(const Member& member) {
        tracker.apply(AllocatorSeen{next(), member.allocator, member.owner, {{BufferType::Dram, kBanks, 32, 0, 1024 * kMb, 32}}});
        return *this;
    }
    Family& know(const Member& member) { return open(member).regions(member); }
    Family& alloc(const Member& member, std::uint64_t begin, std::uint64_t end) {
        tracker.apply(Allocated{next(), fields(member, begin, end)});
        return *this;
    }
    Family& free(const Member& member, std::uint64_t begin, std::uint64_t end) {
        tracker.apply(Freed{next(), fields(member, begin, end)});
        return *this;
    }
    [[nodiscard]] const Usage& dram(std::int32_t chip) const {
        return tracker.view().processes.at(0)->places.at({OwnerKind::Chip, chip}).of(BufferType::Dram);
    }
    // Of one bank, in MB.
    [[nodiscard]] std::uint64_t held(std::int32_t chip) const { return dram(chip).footprint().value_or(0) / kBanks / kMb; }
    [[nodiscard]] std::uint64_t peak(std::int32_t chip) const { return dram(chip).peak_footprint().value_or(0) / kBanks / kMb; }

    Tracker tracker;

private:
    [[nodiscard]] EventHeader next() { return {t_ns_ += 1000, kPid, kTid}; }
    [[nodiscard]] static BufferFields fields(const Member& member, std::uint64_t begin, std::uint64_t end) {
        BufferFields fields;
        fields.buffer = begin * 8 + member.allocator;
        fields.owner = member.owner;
        fields.allocator = member.allocator;
        fields.address = begin * kMb;
        fields.size = (end - begin) * kMb * kBanks;
        fields.page_size = kMb;
        return fields;
    }
    std::uint64_t t_ns_ = 1000;
};

TEST(CoverageTest, AgreesWithCountingEachByte) {
    std::mt19937 random(5);
    std::vector<int> bytes(64);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> held;
    Coverage coverage;
    for (int step = 0; step < 4000; ++step) {
        const bool add = held.empty() || random() % 2 == 0;
        const std::size_t which = held.empty() ? 0 : random() % held.size();
        const std::uint64_t begin = add ? random() % 60 : held[which].first;
        const std::uint64_t end = add ? begin + random() % (64 - begin) : held[which].second;
        std::uint64_t twice = 0;
        for (std::uint64_t i = begin; i < end; ++i) {
            const int before = bytes[i];
            bytes[i] += add ? 1 : -1;
            twice += std::min(before, bytes[i]) > 0 ? 1 : 0;
        }
        std::vector<BankRange> parts;
        if (add) {
            coverage.append_held({begin, end}, parts);
            coverage.add({begin, end});
        } else {
            coverage.remove({begin, end});
            coverage.append_held({begin, end}, parts);
        }
        ASSERT_EQ(bytes_in_any(parts), twice);
        if (add) {
            held.emplace_back(begin, end);
        } else {
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
}

TEST(SharedMemoryTest, AChipWithBuffersOfItsOwnIsNotFullerThanItIs) {
    Family family;
    family.know(Family::kParent).know(Family::kChip);
    family.alloc(Family::kParent, 0, 320).alloc(Family::kChip, 0, 256).alloc(Family::kChip, 256, 896);
    EXPECT_EQ(family.held(0), 320U);
    EXPECT_EQ(family.held(1), 896U);
    EXPECT_EQ(family.peak(1), 896U);
    EXPECT_EQ(family.dram(1).double_bytes, 320 * kMb * kBanks);
    EXPECT_EQ(family.dram(1).bytes, (320 + 896) * kMb * kBanks) << "sizes are a sum";
}

TEST(SharedMemoryTest, ThreeHoldersCountOnce) {
    Family family;
    family.know(Family::kParent).know(Family::kSubmesh).know(Family::kChip);
    family.alloc(Family::kParent, 0, 100).alloc(Family::kSubmesh, 50, 150).alloc(Family::kChip, 75, 175);
    EXPECT_EQ(family.held(0), 150U);
    EXPECT_EQ(family.held(1), 175U);
    EXPECT_EQ(family.held(2), 100U);
    family.free(Family::kParent, 0, 100);
    EXPECT_EQ(family.held(0), 100U);
    EXPECT_EQ(family.held(1), 125U);
    family.free(Family::kSubmesh, 50, 150).free(Family::kChip, 75, 175);
    EXPECT_EQ(family.held(1), 0U);
    EXPECT_EQ(family.dram(1).double_bytes, 0U);
    EXPECT_EQ(family.peak(1), 175U);
}

TEST(SharedMemoryTest, RegionsThatComeLateMakeNoFalsePeak) {
    Family family;
    family.open(Family::kParent).open(Family::kChip);
    family.alloc(Family::kParent, 0, 320).alloc(Family::kChip, 0, 640);
    EXPECT_FALSE(family.dram(1).footprint().has_value());
    family.regions(Family::kChip).regions(Family::kParent);
    EXPECT_EQ(family.held(1), 640U);
    EXPECT_EQ(family.peak(1), 640U);
}

TEST(SharedMemoryTest, AnOwnerThatHeldNothingForAWhileStillShares) {
    Family family;
    family.know(Family::kParent).know(Family::kChip);
    family.alloc(Family::kParent, 0, 1).free(Family::kParent, 0, 1);
    family.alloc(Family::kChip, 0, 100).alloc(Family::kParent, 50, 200);
    EXPECT_EQ(family.held(1), 200U);
    EXPECT_EQ(family.held(0), 150U);
}

TEST(SharedMemoryTest, AMeshThatIsKnownLateMovesToItsChips) {
    Family family;
    family.know(Family::kChip).alloc(Family::kChip, 0, 100);
    family.regions(Family::kParent).alloc(Family::kParent, 0, 100).open(Family::kParent);
    EXPECT_EQ(family.held(1), 100U);
    EXPECT_EQ(family.peak(1), 100U);
    EXPECT_EQ(family.held(2), 100U);
}

TEST(SharedMemoryTest, WhatIsOpenedAgainSharesNothingWithItsPast) {
    Family family;
    family.know(Family::kParent).alloc(Family::kParent, 0, 100);
    family.tracker.apply(OwnerClosing{{5000, kPid, kTid}, Family::kParent.owner});
    family.tracker.apply(AllocatorReleased{{5001, kPid, kTid}, Family::kParent.allocator, AllocatorRelease::Destroyed});
    family.know(Family::kSubmesh).alloc(Family::kSubmesh, 0, 100).alloc(Family::kSubmesh, 100, 200);
    EXPECT_EQ(family.held(0), 200U);
    EXPECT_EQ(family.held(3), 0U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
