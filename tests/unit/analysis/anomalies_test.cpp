// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/anomalies.hpp"

#include <gtest/gtest.h>

#include "script.hpp"
#include "watched_stream.hpp"

namespace tt::alloc_trace::test {
namespace {

// Every kind that was seen, by name and count.
std::map<std::string, std::uint64_t> seen(const AnomalyObserver& observer) {
    std::map<std::string, std::uint64_t> all;
    for (std::size_t i = 0; i < kAnomalyKindCount; ++i) {
        const auto kind = static_cast<AnomalyKind>(i);
        if (const Anomaly anomaly = observer.result(kind); anomaly.count > 0) {
            all[std::string(to_string(kind))] = anomaly.count;
        }
    }
    return all;
}

using Seen = std::map<std::string, std::uint64_t>;

TEST(Anomalies, OrdinaryLivesAreNone) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    stream.regions().alloc(buffer_at(0x10000)).alloc(buffer_at(0x10400)).free(buffer_at(0x10000)).alloc(buffer_at(0x10000));
    stream.free(buffer_at(0x10400)).free(buffer_at(0x10000)).exited();
    EXPECT_EQ(seen(observer), Seen{});
    EXPECT_EQ(observer.not_placed(), 0U);
}

TEST(Anomalies, OneAddressFreedOverAThousandTimesMoreThanAllocated) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    stream.alloc(buffer_at(0x40000, 512)).alloc(buffer_at(kAddress)).free(buffer_at(kAddress));
    const std::uint64_t before = stream.t_ns();
    for (int i = 0; i < 1062; ++i) {
        stream.free(buffer_at(kAddress));
    }
    EXPECT_EQ(seen(observer), (Seen{{"excess_frees", 1062}, {"double_free", 1062}}));
    const Anomaly excess = observer.result(AnomalyKind::ExcessFrees);
    ASSERT_EQ(excess.places.size(), 1U);
    const AnomalyPlace& place = excess.places[0];
    EXPECT_EQ(place.address, kAddress);
    EXPECT_EQ(place.count, 1062U);
    EXPECT_EQ(place.size, kSize);
    EXPECT_EQ(place.pid, kPid);
    EXPECT_EQ(place.tid, kTid);
    EXPECT_EQ(place.allocator, kAllocator);
    EXPECT_EQ(place.type, BufferType::Dram);
    EXPECT_EQ(place.owner, (OwnerIdentity{OwnerKind::Chip, 0, {0}}));
    EXPECT_EQ(place.first_t_ns, before + 1000);
    EXPECT_EQ(place.last_t_ns, stream.t_ns());
    EXPECT_EQ(excess.bytes, 1062 * kSize);
    EXPECT_TRUE(excess.exact);
}

// The first free may be of a buffer older than the trace; what comes then is too many.
TEST(Anomalies, OneFreeTooManyMayBeOlderThanTheTrace) {
    AnomalyObserver observer;
    WatchedStream stream(observer, false);
    stream.free(buffer_at(0x1000)).free(buffer_at(0x2000));
    EXPECT_EQ(seen(observer), Seen{});
    stream.free(buffer_at(0x2000));
    EXPECT_EQ(seen(observer), (Seen{{"excess_frees", 2}, {"double_free", 1}}));
}

TEST(Anomalies, OverlapsWithinOneAllocatorAndType) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    stream.regions().regions(kOtherAllocator, kMesh);
    stream.alloc(buffer_at(0x10000));  // 4 pages of 1 KiB over 4 banks: 0x400 each
    stream.alloc(buffer_at(0x10400)).alloc(mesh_buffer_at(0x10200)).alloc(of_type(buffer_at(0x10200), BufferType::L1));
    EXPECT_EQ(seen(observer), (Seen{{"held_twice", 1}})) << "touching, another owner's allocator, another type";
    EXPECT_EQ(observer.not_placed(), 1U) << "the L1 region is not known";
    stream.alloc(buffer_at(0x107c0, 2 * kSize));
    const Anomaly overlap = observer.result(AnomalyKind::Overlap);
    ASSERT_EQ(overlap.count, 1U);
    EXPECT_EQ(overlap.places[0].address, 0x107c0U);
    EXPECT_EQ(overlap.places[0].other_address, 0x10400U);
    EXPECT_EQ(overlap.places[0].other_size, kSize);
    stream.free(buffer_at(0x10000)).alloc(buffer_at(0xFC20));
    EXPECT_EQ(observer.result(AnomalyKind::Overlap).count, 1U) << "its neighbour is gone";
    stream.alloc(buffer_at(0xFB00));
    EXPECT_EQ(observer.result(AnomalyKind::Overlap).count, 2U) << "into the one above";
}

TEST(Anomalies, BuffersOfSingleCoresOverlapNobody) {
    const auto single = [](std::uint32_t core) { return of_owner(on_cores(buffer_at(kBase, kPage), core), kMesh); };
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(0, 2 * kPage, BufferType::L1);
    script.add(Allocated{script.next(), single(0)}).add(Allocated{script.next(), single(5)}).add(Freed{script.next(), single(0)});
    AnomalyObserver clean;
    script.replay(clean);
    EXPECT_EQ(seen(clean), Seen{});
    EXPECT_EQ(clean.not_placed(), 2U);

    script.alloc(kPage, kPage, BufferType::L1);  // over the first one, which has not ended
    AnomalyObserver observer;
    script.replay(observer);
    EXPECT_EQ(seen(observer), (Seen{{"overlap", 1}}));
}

TEST(Anomalies, OverlapsAreToldWhenTheRegionComesToBeKnown) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    stream.alloc(buffer_at(0x10000)).alloc(buffer_at(0x10200)).alloc(buffer_at(0x20000));
    EXPECT_EQ(observer.not_placed(), 3U);
    EXPECT_EQ(seen(observer), Seen{});
    stream.regions().regions();
    EXPECT_EQ(observer.not_placed(), 0U);
    EXPECT_EQ(seen(observer), (Seen{{"overlap", 1}}));
}

TEST(Anomalies, AddressesThatComeAgainWithAnotherSize) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    for (const std::uint64_t size : {64, 64, 128, 64}) {
        stream.alloc(buffer_at(kAddress, size)).free(buffer_at(kAddress, size));
    }
    const Anomaly reuse = observer.result(AnomalyKind::AddressReuse);
    EXPECT_EQ(seen(observer), (Seen{{"address_reuse", 2}}));
    EXPECT_EQ(reuse.places.at(0).size, 64U);
    EXPECT_EQ(reuse.places.at(0).other_size, 128U);
}

TEST(Anomalies, WhatHappensToAllocators) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    stream.alloc(buffer_at(0x1000)).alloc(buffer_at(0x2000)).released(kAllocator, AllocatorRelease::Clear);
    stream.free(buffer_at(0x1000)).released(kAllocator, AllocatorRelease::Clear);
    for (const auto how : {AllocatorChange::StateOverridden, AllocatorChange::Shrunk, AllocatorChange::Shrunk, AllocatorChange::Reset}) {
        stream.apply(AllocatorChanged{stream.next(), kAllocator, how});
    }
    stream.alloc(buffer_at(0x3000)).closing(kChip0).released(kAllocator, AllocatorRelease::Destroyed).free(buffer_at(0x3000));
    EXPECT_EQ(
        seen(observer),
        (Seen{{"allocator_cleared", 1}, {"free_after_clear", 1}, {"allocator_overridden", 1}, {"allocator_shrunk", 2},
              {"allocator_reset", 1}, {"free_after_close", 1}})
    );
    const Anomaly cleared = observer.result(AnomalyKind::Cleared);
    EXPECT_EQ(cleared.places.at(0).size, 2 * kSize) << "what was released";
    EXPECT_EQ(cleared.places.at(0).type, std::nullopt);
    EXPECT_EQ(cleared.places.at(0).owner.kind, OwnerKind::Chip);
}

TEST(Anomalies, HookedInferredAndUnexplained) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    BufferFields hooked = buffer_at(0);
    hooked.hooked = true;
    stream.alloc(hooked).alloc(hooked).free(hooked);
    stream.alloc(buffer_at(kAddress)).alloc(buffer_at(kAddress));
    stream.free(buffer_at(0x99000));
    stream.found(buffer_at(0x5000)).found(buffer_at(0x6000)).walked(WalkReason::Audit, true, 2).walked(WalkReason::Audit);
    EXPECT_EQ(
        seen(observer), (Seen{{"hooked", 2}, {"inferred_end", 1}, {"unexplained_free", 1}, {"unexplained_difference", 2}})
    );
    EXPECT_EQ(observer.result(AnomalyKind::UnexplainedDifference).places.at(0).address, 0x6000U);
}

TEST(Anomalies, FilterCountsOnlyWhatPasses) {
    AnomalyObserver observer([](const std::vector<Place>& places, std::optional<BufferType> type) {
        return places.front() == kPlace0 && places.size() == 1 && (!type || *type == BufferType::Dram);
    });
    WatchedStream stream(observer);
    for (const BufferFields& buffer : {buffer_at(0x1000), of_type(buffer_at(0x2000), BufferType::L1), mesh_buffer_at(0x3000)}) {
        stream.alloc(buffer).free(buffer).free(buffer);
    }
    EXPECT_EQ(seen(observer), (Seen{{"double_free", 1}}));
}

TEST(Anomalies, OfVeryManyPlacesTheWorstRemain) {
    AnomalyObserver observer;
    WatchedStream stream(observer);
    constexpr std::uint64_t kPlaces = 3 * AnomalyObserver::kMaxPlaces;
    for (std::uint64_t i = 0; i < kPlaces; ++i) {
        stream.alloc(buffer_at(i * 32)).free(buffer_at(i * 32)).free(buffer_at(i * 32)).free(buffer_at(64));
    }
    const Anomaly doubles = observer.result(AnomalyKind::DoubleFree);
    EXPECT_EQ(doubles.count, 2 * kPlaces - 1) << "the very first free of all was of a buffer never seen";
    EXPECT_FALSE(doubles.exact);
    EXPECT_LE(doubles.places.size(), AnomalyObserver::kMaxPlaces);
    EXPECT_EQ(doubles.places.at(0).address, 64U);
    EXPECT_EQ(doubles.places.at(0).count, kPlaces);
}

}  // namespace
}  // namespace tt::alloc_trace::test
