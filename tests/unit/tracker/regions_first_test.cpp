// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an allocator has to hand out stands in front of its first buffer, however late it was read.
#include "event/regions_first.hpp"

#include <gmock/gmock.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::ElementsAre;

class RegionsFirstTest : public testing::Test {
protected:
    EventHeader next() { return {1'000 * ++events_, kPid, kTid}; }

    void send(Event event) {
        if (order_.pass(event)) {
            out_.push_back(std::move(event));
            return;
        }
        order_.put(std::move(event));
        drain();
    }
    void drain() {
        for (Event ready; order_.take(ready);) {
            out_.push_back(std::move(ready));
        }
    }
    void alloc(std::uint64_t address, std::uint64_t allocator = kAllocator, std::uint64_t owner = kChip0) {
        send(Allocated{next(), of_owner(under(buffer_at(address), allocator), owner)});
    }
    void seen(std::uint64_t allocator = kAllocator, std::uint64_t owner = kChip0) {
        send(AllocatorSeen{next(), allocator, owner, {small_region()}});
    }
    // A letter each: Allocated, Freed, Regions, others.
    std::string order() const {
        std::string letters;
        for (const Event& event : out_) {
            letters += std::holds_alternative<Allocated>(event)       ? 'A'
                       : std::holds_alternative<Freed>(event)         ? 'F'
                       : std::holds_alternative<AllocatorSeen>(event) ? 'R'
                                                                      : '.';
        }
        return letters;
    }
    std::vector<std::uint64_t> times() const {
        std::vector<std::uint64_t> all;
        for (const Event& event : out_) {
            all.push_back(header_of(event).t_ns);
        }
        return all;
    }
    Tracker tracked() const {
        Tracker tracker;
        for (const Event& event : out_) {
            tracker.apply(event);
        }
        return tracker;
    }

    std::uint64_t events_ = 0;
    RegionsFirst order_;
    std::vector<Event> out_;
};

TEST_F(RegionsFirstTest, StreamInOrderPassesUnheld) {
    seen();
    alloc(kAddress);
    alloc(kAddress + 0x1000);
    EXPECT_EQ(order(), "RAA");
    EXPECT_FALSE(order_.holds());
}

// The peak of a short-lived buffer is known as a footprint though the regions came after its end.
TEST_F(RegionsFirstTest, LateRegionsComeFirstAtTheMomentOfTheFirstBuffer) {
    send(OwnerSeen{next(), kChip0, OwnerKind::Chip, 0, {0}});
    alloc(kAddress);
    send(Freed{next(), buffer_at(kAddress)});
    EXPECT_EQ(order(), ".");
    seen();
    EXPECT_EQ(order(), ".RAF");
    EXPECT_THAT(times(), ElementsAre(1'000, 2'000, 2'000, 3'000));
    const Usage usage = tracked().view().processes[0]->places.at(kPlace0).of(BufferType::Dram);
    EXPECT_EQ(usage.peak_footprint(), 4096U);
}

TEST_F(RegionsFirstTest, EachAllocatorWaitsForItsOwn) {
    alloc(kAddress);
    alloc(kAddress, kOtherAllocator, kMesh);
    seen(kOtherAllocator, kMesh);
    EXPECT_EQ(order(), "");
    seen();
    EXPECT_EQ(order(), "RARA");
    EXPECT_EQ(std::get<AllocatorSeen>(out_[0]).allocator, kAllocator);
    EXPECT_EQ(std::get<AllocatorSeen>(out_[2]).allocator, kOtherAllocator);
}

TEST_F(RegionsFirstTest, FailedAllocationWaitsToo) {
    send(AllocationFailed{next(), buffer_at(0), "Out of Memory"});
    seen();
    EXPECT_EQ(order(), "R.");
}

TEST_F(RegionsFirstTest, EndInVainReleasesWhatWasHeld) {
    alloc(kAddress);
    send(ProcessExited{next()});
    EXPECT_EQ(order(), "A.");
    alloc(kAddress);
    send(AllocatorReleased{next(), kAllocator, AllocatorRelease::Destroyed});
    EXPECT_EQ(order(), "A.A.");
    alloc(kAddress);
    send(AllocatorChanged{next(), kAllocator, AllocatorChange::Shrunk});
    seen();
    EXPECT_EQ(order(), "A.A.A.R") << "regions of after the change are not those of before it";
}

TEST_F(RegionsFirstTest, NewOwnerIsANewAllocator) {
    seen();
    alloc(kAddress);
    alloc(kAddress, kAllocator, kMesh);
    seen(kAllocator, kMesh);
    EXPECT_EQ(order(), "RARA");
}

TEST_F(RegionsFirstTest, HoldsNoMoreThanItSays) {
    for (std::size_t i = 0; i + 1 < RegionsFirst::kMaxHeld; ++i) {
        alloc(kAddress + 0x1000 * i);
    }
    EXPECT_EQ(out_.size(), 0U);
    alloc(0x10);
    EXPECT_EQ(out_.size(), RegionsFirst::kMaxHeld);
    seen();
    EXPECT_EQ(order().back(), 'R');
}

TEST_F(RegionsFirstTest, EndOfTheStreamReleasesTheRest) {
    alloc(kAddress);
    order_.give_up();
    drain();
    EXPECT_EQ(order(), "A");
}

TEST_F(RegionsFirstTest, WhatACheckpointKnewIsNotAwaited) {
    order_.know(kPid, kAllocator, kChip0);
    alloc(kAddress);
    EXPECT_EQ(order(), "A");
}

}  // namespace
}  // namespace tt::alloc_trace::test
