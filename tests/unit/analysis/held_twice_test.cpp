// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/held_twice.hpp"

#include <gtest/gtest.h>

#include "analysis/anomalies.hpp"
#include "script.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kSubmesh = 0x9000;
constexpr std::uint64_t kSubmeshAllocator = 0xC000;

// A submesh of chip 1 beside the mesh of chips 0 and 1, each with an allocator of its own.
class Family : public Script {
public:
    Family& submesh(std::uint32_t banks = kBanks) {
        add(OwnerSeen{next(), kSubmesh, OwnerKind::Mesh, 1, {1}});
        return submesh_regions(banks);
    }
    Family& submesh_regions(std::uint32_t banks = kBanks) {
        add(AllocatorSeen{next(), kSubmeshAllocator, kSubmesh, {{BufferType::Dram, banks, 32, kBase, 1000 * kMb, 32}}});
        return *this;
    }
    Family& alloc_below(std::uint64_t at, std::uint64_t bank_bytes) {
        add(Allocated{next(), of_submesh(at, bank_bytes)});
        return *this;
    }
    Family& free_below(std::uint64_t at, std::uint64_t bank_bytes) {
        add(Freed{next(), of_submesh(at, bank_bytes)});
        return *this;
    }

private:
    static BufferFields of_submesh(std::uint64_t at, std::uint64_t bank_bytes) {
        BufferFields buffer = under(of_owner(fields(at, bank_bytes, BufferType::Dram), kSubmesh), kSubmeshAllocator);
        buffer.buffer += 1;
        return buffer;
    }
};

std::vector<HeldTwicePair> pairs_of(const Script& script) {
    HeldTwice observer;
    script.replay(observer);
    return observer.pairs();
}

// shared/cases: c30b_submesh
TEST(HeldTwiceTest, AMeshAndItsSubmeshHoldTheSameBytes) {
    Family script;
    script.submesh().alloc(0, 256 * kMb);
    script.alloc_below(0, 512 * kMb);
    const std::uint64_t most = script.count();
    const std::vector<HeldTwicePair> pairs = pairs_of(script);
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0].most_bytes, 256 * kMb);
    EXPECT_EQ(pairs[0].most_place.event, most);
    EXPECT_EQ(pairs[0].type, BufferType::Dram);
    EXPECT_EQ(pairs[0].owner.chips, (std::vector<std::int32_t>{0, 1}));
    EXPECT_EQ(pairs[0].other.chips, (std::vector<std::int32_t>{1}));
    EXPECT_EQ(pairs[0].places, (std::vector<Place>{kPlace1}));
    EXPECT_EQ(pairs[0].buffers, 1U);
}

TEST(HeldTwiceTest, ManyBuffersAddUpAndGoAgain) {
    Family script;
    script.submesh().alloc(0, 10 * kMb).alloc(10 * kMb, 10 * kMb).alloc(40 * kMb, 10 * kMb);
    script.alloc_below(5 * kMb, 10 * kMb).alloc_below(15 * kMb, 30 * kMb).free_below(5 * kMb, 10 * kMb);
    script.alloc(60 * kMb, 10 * kMb);
    const std::vector<HeldTwicePair> pairs = pairs_of(script);
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0].most_bytes, 20 * kMb);  // 5 to 20 and 40 to 45
    EXPECT_EQ(pairs[0].now_bytes, 10 * kMb);
    EXPECT_EQ(pairs[0].buffers, 2U);
}

TEST(HeldTwiceTest, RegionsThatComeLateAreAppliedToWhatIsLive) {
    Family script;
    script.add(OwnerSeen{script.next(), kSubmesh, OwnerKind::Mesh, 1, {1}}).alloc(0, 10 * kMb);
    script.alloc_below(5 * kMb, 10 * kMb);
    EXPECT_TRUE(pairs_of(script).empty());
    script.submesh_regions();
    ASSERT_EQ(pairs_of(script).size(), 1U);
    EXPECT_EQ(pairs_of(script)[0].most_bytes, 5 * kMb);
}

TEST(HeldTwiceTest, DisjointAddressesChipsAndCoresAreFine) {
    Family beside;
    beside.submesh().alloc(0, 10 * kMb);
    beside.alloc_below(10 * kMb, 10 * kMb);
    EXPECT_TRUE(pairs_of(beside).empty());
    Family another_chip;
    another_chip.submesh().add(OwnerSeen{another_chip.next(), kChip0, OwnerKind::Chip, 7, {7}}).alloc(0, 10 * kMb);
    another_chip.add(Allocated{another_chip.next(), of_owner(under(Script::fields(0, 10 * kMb, BufferType::Dram), 0xD000), kChip0)});
    EXPECT_TRUE(pairs_of(another_chip).empty());
    Family some_cores;
    some_cores.submesh(kBanks / 2).alloc(0, 10 * kMb);
    some_cores.alloc_below(0, 10 * kMb);
    EXPECT_TRUE(pairs_of(some_cores).empty());
}

TEST(HeldTwiceTest, IsAnAnomalyOfItsOwn) {
    Family script;
    script.submesh().alloc(0, 10 * kMb);
    script.alloc_below(0, 10 * kMb).exited();
    AnomalyObserver observer;
    script.replay(observer);
    const Anomaly twice = observer.result(AnomalyKind::HeldTwice);
    EXPECT_EQ(twice.count, 1U);
    ASSERT_EQ(twice.places.size(), 1U);
    EXPECT_EQ(twice.places[0].size, 10 * kMb);
    EXPECT_EQ(observer.result(AnomalyKind::Overlap).count, 0U);
    AnomalyObserver of_l1([](const std::vector<Place>&, std::optional<BufferType> type) { return type == BufferType::L1; });
    script.replay(of_l1);
    EXPECT_EQ(of_l1.result(AnomalyKind::HeldTwice).count, 0U);
}

TEST(HeldTwiceTest, ALaunchOverABufferIsAnAnomalyToo) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(2 * kPage, kPage, BufferType::L1).launch(7).circular_buffer(7, kBase, 5 * kPage);
    AnomalyObserver observer;
    script.replay(observer);
    const Anomaly overlap = observer.result(AnomalyKind::LaunchOverlap);
    EXPECT_EQ(overlap.count, 1U);
    ASSERT_EQ(overlap.places.size(), 1U);
    EXPECT_EQ(overlap.places[0].other_size, kPage);
    EXPECT_EQ(overlap.places[0].address, kBase + 2 * kPage);
    EXPECT_EQ(overlap.places[0].other_address, kBase);
}

}  // namespace
}  // namespace tt::alloc_trace::test
