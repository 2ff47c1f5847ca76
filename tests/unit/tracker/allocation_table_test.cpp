// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The bounded memory of keys that were live once.
#include "tracker/allocation_table.hpp"

#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using End = AllocationTable::End;

AllocationKey key(std::uint64_t i) { return {i * 32, 0, BufferType::Dram}; }

TEST(AllocationTableTest, PastOfAKeyIsItsLatestEnd) {
    AllocationTable table;
    EXPECT_EQ(table.past(key(1)).end, End::Unknown);
    table.remember(key(1), {End::Freed, 5});
    EXPECT_EQ(table.past(key(1)).end, End::Freed);
    table.remember(key(1), {End::Cleared, 6});
    EXPECT_EQ(table.past(key(1)).end, End::Cleared);
    EXPECT_EQ(table.past(key(1)).t_ns, 6U);
}

TEST(AllocationTableTest, ErasedAndReleasedKeysAreRemembered) {
    AllocationTable table;
    LiveBuffer none;
    EXPECT_FALSE(table.insert(key(1), {}, none));
    EXPECT_FALSE(table.insert(key(2), {}, none));
    table.erase(key(1), 7);
    EXPECT_EQ(table.find(key(1)), nullptr);
    EXPECT_EQ(table.past(key(1)).t_ns, 7U);
    table.release_if([](const AllocationKey&) { return true; }, {End::Cleared, 8}, [](const auto&, const auto&) {});
    EXPECT_TRUE(table.buffers().empty());
    EXPECT_EQ(table.past(key(2)).end, End::Cleared);
    EXPECT_EQ(table.past(key(1)).end, End::Freed);
}

TEST(AllocationTableTest, BeyondTheLimitTheOldestHalfIsForgotten) {
    constexpr std::uint64_t kMost = AllocationTable::kMaxPastKeys;
    AllocationTable table;
    for (std::uint64_t i = 0; i < kMost; ++i) {
        table.remember(key(i), {End::Freed, i + 1});
    }
    EXPECT_EQ(table.past(key(0)).end, End::Freed) << "all of them fit";
    EXPECT_EQ(table.past(key(kMost - 1)).end, End::Freed);

    table.remember(key(kMost), {End::Freed, kMost + 1});
    EXPECT_EQ(table.past(key(0)).end, End::Unknown);
    EXPECT_EQ(table.past(key(kMost / 2 - 1)).end, End::Unknown);
    EXPECT_EQ(table.past(key(kMost / 2)).end, End::Freed);
    EXPECT_EQ(table.past(key(kMost)).end, End::Freed);
}

TEST(AllocationTableTest, DoubleFreeOfAForgottenKeyCountsAsBeforeAttachAndLiveKeysAreNotForgotten) {
    Stream job = attached_job();
    const BufferFields live = of_type(buffer_at(kAddress), BufferType::L1);
    job.alloc(live);
    for (std::uint64_t i = 0; i <= AllocationTable::kMaxPastKeys; ++i) {
        job.free(buffer_at(kAddress + i * 32));
    }
    EXPECT_EQ(job.unknown(UnknownFree::BeforeAttach).count, AllocationTable::kMaxPastKeys + 1);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::BeforeAttach);
    EXPECT_EQ(job.free(buffer_at(kAddress)).unknown_free, UnknownFree::Double);
    EXPECT_EQ(job.free(buffer_at(kAddress + AllocationTable::kMaxPastKeys * 32)).unknown_free, UnknownFree::Double);
    EXPECT_FALSE(job.free(live).unknown_free);
}

}  // namespace
}  // namespace tt::alloc_trace::test
