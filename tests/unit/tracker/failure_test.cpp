// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Failed allocations and clashes, with the state of that moment.
#include "tracker/failure.hpp"

#include <gtest/gtest.h>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kBase = 0x10000;
const char* const kMessage2026 =
    "TT_FATAL @ bank_manager.cpp:1: false\ninfo:\nOut of Memory: Not enough space to allocate 1073741824 B DRAM buffer across "
    "12 banks, where each bank needs to store 89478485 B, but bank size is 1070773184 B (allocated: 1000000000 B, free: "
    "70773184 B, largest free block: 60000000 B)";

BufferFields taking(std::uint64_t address, std::uint64_t bytes) {
    BufferFields buffer = buffer_at(address, 4 * bytes);
    buffer.page_size = 64;
    return buffer;
}

// 64 KiB a bank, of which 3 x 16 KiB are free, each in one piece.
Stream half_full_job() {
    Stream job = started_job();
    job.allocator_seen(kAllocator, kChip0, {small_region()});
    job.alloc(taking(kBase + 0x3000, 0x1000));
    job.alloc(taking(kBase + 0x8000, 0x1000));
    return job;
}

TEST(FailureMessageTest, NumbersOfEveryPeriod) {
    const OutOfMemoryNumbers newest = parse_out_of_memory(kMessage2026);
    EXPECT_EQ(newest, (OutOfMemoryNumbers{1073741824, 12, 89478485, 1070773184, 1000000000, 70773184, 60000000}));
    const OutOfMemoryNumbers older = parse_out_of_memory(
        "Out of Memory: Not enough space to allocate 100 B L1 buffer across 64 banks, where each bank needs to store 2048 B, "
        "but bank size is only 1024 B"
    );
    EXPECT_EQ(older.needed, 2048U);
    EXPECT_EQ(older.bank_size, 1024U);
    EXPECT_EQ(older.free, std::nullopt);
    const OutOfMemoryNumbers oldest = parse_out_of_memory(
        "Out of Memory: Not enough space after considering dependencies to allocate 100 B L1 buffer across 64 banks, where "
        "each bank needs to store 2048 B"
    );
    EXPECT_EQ(oldest.requested, 100U);
    EXPECT_EQ(oldest.bank_size, std::nullopt);
}

TEST(FailureMessageTest, OtherTextsAndCutOnesGiveWhatTheyHave) {
    EXPECT_EQ(parse_out_of_memory("Unsupported buffer type!"), OutOfMemoryNumbers{});
    EXPECT_EQ(parse_out_of_memory(""), OutOfMemoryNumbers{});
    EXPECT_EQ(parse_out_of_memory("Out of Memory: space to allocate 99999999999999999999999 B").requested, std::nullopt);
    EXPECT_EQ(parse_out_of_memory("Out of Memory: Not enough space to allocate ").requested, std::nullopt);
    EXPECT_EQ(parse_out_of_memory("Out of Memory: Not enough space to allocate -5 B").requested, std::nullopt);
}

TEST(FailureMessageTest, BothClashes) {
    const ClashNumbers clash = parse_clash(
        "TT_THROW: Statically allocated circular buffers in program 12 clash with L1 buffers on core range [(x=0,y=0) - "
        "(x=7,y=6)]. L1 buffer allocated at 475136 and static circular buffer region ends at 1331936"
    );
    EXPECT_EQ(clash, (ClashNumbers{475136, 1331936, std::nullopt, CoreRange{0, 0, 7, 6}, ClashCause::L1Buffers, false}));
    const ClashNumbers large = parse_clash(
        "Statically allocated circular buffers on core range [(x=1,y=2) - (x=3,y=4)] grow to 1600000 B which is beyond max L1 "
        "size of 1499136 B"
    );
    EXPECT_EQ(large, (ClashNumbers{std::nullopt, 1600000, 1499136, CoreRange{1, 2, 3, 4}, ClashCause::L1Size, false}));
    EXPECT_EQ(parse_clash("something else on core range 5"), ClashNumbers{});
    EXPECT_EQ(parse_clash("Statically allocated circular buffers on core range [(x=1").cores, std::nullopt);
}

TEST(TrackerFailureTest, MoreThanThereIsIsExhausted) {
    Stream job = half_full_job();
    job.failed(taking(0, 0xf000));
    ASSERT_EQ(job.state().failures.latest.size(), 1U);
    const AllocationFailure& failure = job.state().failures.latest.front();
    EXPECT_EQ(failure.verdict, FailureVerdict::Exhausted);
    EXPECT_EQ(failure.needed, 0xf000U);
    EXPECT_EQ(failure.tracked.use, (BankUse{0x2000, 0xe000, 0x7000}));
    EXPECT_EQ(failure.owner, "chip 0");
    EXPECT_EQ(failure.places, std::vector<Place>{kPlace0});
    EXPECT_EQ(job.state().failure_verdicts[static_cast<std::size_t>(FailureVerdict::Exhausted)], 1U);
    EXPECT_EQ(job.dram().allocs, 2U) << "it took nothing";
}

TEST(TrackerFailureTest, EnoughButNotInOnePieceIsFragmented) {
    Stream job = half_full_job();
    job.failed(taking(0, 0x8000));
    EXPECT_EQ(job.state().failures.latest.front().verdict, FailureVerdict::Fragmented);
    job.failed(taking(0, 0x7000));
    EXPECT_EQ(job.state().failures.latest.back().verdict, FailureVerdict::Unknown) << "it would have fit";
}

TEST(TrackerFailureTest, OtherAllocatorsOverTheSameMemoryDoNotMatter) {
    Stream job = half_full_job();
    job.mesh(kMesh, 0, {0});
    job.alloc(under(of_owner(taking(kBase, 0x10000), kMesh), kOtherAllocator));
    job.failed(taking(0, 0x8000));
    EXPECT_EQ(job.state().failures.latest.front().tracked.use, (BankUse{0x2000, 0xe000, 0x7000}));
}

TEST(TrackerFailureTest, MessageOfTheRuntimeDecidesAndIsKept) {
    Stream job = half_full_job();
    job.failed(taking(0, 0x100), kMessage2026);
    const AllocationFailure& failure = job.state().failures.latest.front();
    EXPECT_EQ(failure.reported.largest_free, 60000000U);
    EXPECT_EQ(failure.needed, 0x100U) << "by our own count";
    EXPECT_EQ(failure.verdict, FailureVerdict::Unknown);
    Stream nothing_known = attached_job();
    nothing_known.failed(under(of_owner(buffer_at(0), 0), 0), kMessage2026);
    const AllocationFailure& foreign = nothing_known.state().failures.latest.front();
    EXPECT_EQ(foreign.needed, 89478485U);
    EXPECT_EQ(foreign.verdict, FailureVerdict::Exhausted);
    EXPECT_TRUE(foreign.owner.empty());
    EXPECT_FALSE(foreign.tracked.known());
}

TEST(TrackerFailureTest, OnlyAllocatorOfTheOwnerIsTakenIfTheBufferNamesNone) {
    Stream job = half_full_job();
    job.failed(under(taking(0, 0xf000), 0));
    EXPECT_EQ(job.state().failures.latest.front().verdict, FailureVerdict::Exhausted);
    job.alloc(under(buffer_at(kBase), kOtherAllocator));
    job.failed(under(taking(0, 0xf000), 0));
    EXPECT_EQ(job.state().failures.latest.back().verdict, FailureVerdict::Unknown) << "which of two?";
}

TEST(TrackerFailureTest, WhyALaunchWasRefusedIsRead) {
    const ClashNumbers dataflow = parse_clash(
        "Statically allocated dataflow buffers in program 3 clash with L1 buffers on core range [0-0 - 7-3]. L1 buffer allocated at "
        "126976 and static dataflow buffer region ends at 506944"
    );
    EXPECT_EQ(dataflow.cause, ClashCause::L1Buffers);
    EXPECT_TRUE(dataflow.dataflow);
    EXPECT_EQ(dataflow.l1_buffer_address, 126976U);
    EXPECT_EQ(dataflow.region_end, 506944U);
    EXPECT_EQ(dataflow.cores, (CoreRange{0, 0, 7, 3}));
    const ClashNumbers size =
        parse_clash("Statically allocated circular buffers on core range [0-0 - 7-3] grow to 2724096 B which is beyond max L1 size of 1499136 B");
    EXPECT_EQ(size.cause, ClashCause::L1Size);
    EXPECT_FALSE(size.dataflow);
    const ClashNumbers grid = parse_clash("Circular buffer core range [0-0 - 12-9] in program 5 exceeds device compute grid (8x8)");
    EXPECT_EQ(grid.cause, ClashCause::ComputeGrid);
    EXPECT_EQ(grid.cores, (CoreRange{0, 0, 12, 9}));
    const ClashNumbers service = parse_clash(
        "Circular buffers on service-core range [1-2 - 1-2] in program 5 clash with ServiceCoreManager-allocated L1 (lowest service "
        "allocation at 4096, CB region ends at 8192)"
    );
    EXPECT_EQ(service.cause, ClashCause::ServiceCores);
    EXPECT_EQ(service.region_end, 8192U);
    EXPECT_EQ(parse_clash("Statically allocated").cause, ClashCause::Unknown);
}

TEST(TrackerFailureTest, CircularBuffersLargerThanL1AreNobodyElsesFault) {
    Stream job = started_job();
    job.alloc(of_type(buffer_at(0x9000), BufferType::L1));
    job.clash(kChip0, "Statically allocated circular buffers on core range [0-0 - 0-0] grow to 2 B which is beyond max L1 size of 1 B");
    EXPECT_FALSE(job.state().clashes.latest.front().lowest);
}

TEST(TrackerFailureTest, LatestAreKeptAndAllAreCounted) {
    Stream job = half_full_job();
    for (std::uint64_t i = 0; i < kFailuresKept + 10; ++i) {
        job.failed(taking(i, 0xf000), std::string(5000, 'x'));
    }
    EXPECT_EQ(job.state().failures.count, kFailuresKept + 10);
    ASSERT_EQ(job.state().failures.latest.size(), kFailuresKept);
    EXPECT_EQ(job.state().failures.latest.front().event.buffer.address, 10U);
    EXPECT_EQ(job.state().failures.latest.front().event.message.size(), kMaxMessageBytes);
}

TEST(TrackerFailureTest, ClashTellsTheLowestLiveBuffer) {
    Stream job = started_job();
    job.mesh(kMesh, 0, {0, 1});
    job.chip(kChip1, 1);
    job.alloc(of_type(buffer_at(0x9000), BufferType::L1));
    job.alloc(of_type(under(of_owner(buffer_at(0x8000, 64), kMesh), kOtherAllocator), BufferType::L1));
    job.alloc(of_type(under(of_owner(buffer_at(0x1000), kChip1), 0xC000), BufferType::L1));
    job.alloc(buffer_at(0x10));
    job.clash(kChip0, "Statically allocated circular buffers in program 1 clash with L1 buffers");
    ASSERT_EQ(job.state().clashes.count, 1U);
    const ClashFailure& clash = job.state().clashes.latest.front();
    ASSERT_TRUE(clash.lowest);
    EXPECT_EQ(clash.lowest->address, 0x8000U) << "the mesh's is on chip 0, too; chip 1's and DRAM are not";
    EXPECT_EQ(clash.lowest->size, 64U);
    EXPECT_EQ(clash.lowest->owner, "mesh 0 (chips 0-1)");
    job.clash(0, "Statically allocated circular buffers on core range [(x=0,y=0) - (x=0,y=0)] grow to 1 B");
    EXPECT_FALSE(job.state().clashes.latest.back().lowest) << "nobody knows where";
}

}  // namespace
}  // namespace tt::alloc_trace::test
