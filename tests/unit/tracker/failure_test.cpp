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
    ASSERT_EQ(job.state().failures.kinds.size(), 1U);
    const AllocationFailure& failure = job.state().failures.kinds.front().first;
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
    EXPECT_EQ(job.state().failures.kinds.front().first.verdict, FailureVerdict::Fragmented);
    job.failed(taking(0, 0x7000));
    EXPECT_EQ(job.state().failures.latest->verdict, FailureVerdict::Unknown) << "it would have fit";
}

TEST(TrackerFailureTest, OtherAllocatorsOverTheSameMemoryDoNotMatter) {
    Stream job = half_full_job();
    job.mesh(kMesh, 0, {0});
    job.alloc(under(of_owner(taking(kBase, 0x10000), kMesh), kOtherAllocator));
    job.failed(taking(0, 0x8000));
    EXPECT_EQ(job.state().failures.kinds.front().first.tracked.use, (BankUse{0x2000, 0xe000, 0x7000}));
}

TEST(TrackerFailureTest, MessageOfTheRuntimeDecidesAndIsKept) {
    Stream job = half_full_job();
    job.failed(taking(0, 0x100), kMessage2026);
    const AllocationFailure& failure = job.state().failures.kinds.front().first;
    EXPECT_EQ(failure.reported.largest_free, 60000000U);
    EXPECT_EQ(failure.needed, 0x100U) << "by our own count";
    EXPECT_EQ(failure.verdict, FailureVerdict::Unknown);
    Stream nothing_known = attached_job();
    nothing_known.failed(under(of_owner(buffer_at(0), 0), 0), kMessage2026);
    const AllocationFailure& foreign = nothing_known.state().failures.kinds.front().first;
    EXPECT_EQ(foreign.needed, 89478485U);
    EXPECT_EQ(foreign.verdict, FailureVerdict::Exhausted);
    EXPECT_TRUE(foreign.owner.empty());
    EXPECT_FALSE(foreign.tracked.known());
}

TEST(TrackerFailureTest, OnlyAllocatorOfTheOwnerIsTakenIfTheBufferNamesNone) {
    Stream job = half_full_job();
    job.failed(under(taking(0, 0xf000), 0));
    EXPECT_EQ(job.state().failures.kinds.front().first.verdict, FailureVerdict::Exhausted);
    job.alloc(under(buffer_at(kBase), kOtherAllocator));
    job.failed(under(taking(0, 0xf000), 0));
    EXPECT_EQ(job.state().failures.latest->verdict, FailureVerdict::Unknown) << "which of two?";
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
    EXPECT_FALSE(job.state().clashes.kinds.front().first.lowest);
}

TEST(TrackerFailureTest, FirstKindsAreKeptAndAllAreCounted) {
    Stream job = half_full_job();
    for (std::uint64_t i = 0; i < kFailureKindsKept + 10; ++i) {
        job.failed(taking(0, 0xf000 + 64 * i), "Out of Memory " + std::string(5000, 'x'));
    }
    const auto& failures = job.state().failures;
    EXPECT_EQ(failures.count, kFailureKindsKept + 10);
    ASSERT_EQ(failures.kinds.size(), kFailureKindsKept);
    EXPECT_EQ(failures.others(), 10U);
    EXPECT_EQ(failures.kinds.front().first.event.buffer.size, 4U * 0xf000);
    EXPECT_EQ(failures.kinds.front().first.event.message.size(), kMaxMessageBytes);
}

// A caller that halves its request until it fits, again and again.
TEST(TrackerFailureTest, EqualFailuresAreOneKindWithFirstLastAndCount) {
    Stream job = half_full_job();
    std::uint64_t last_t_ns = 0;
    for (int i = 0; i < 200; ++i) {
        job.failed(taking(0, 0xf000));
        job.failed(taking(0, 0x8000));
        last_t_ns = job.state().last_t_ns;
        job.alloc(taking(kBase, 0x1000));
        job.free(taking(kBase, 0x1000));
    }
    const auto& kinds = job.state().failures.kinds;
    ASSERT_EQ(kinds.size(), 2U);
    EXPECT_EQ(kinds[0].count, 200U);
    EXPECT_EQ(kinds[1].count, 200U);
    EXPECT_EQ(kinds[0].first.verdict, FailureVerdict::Exhausted);
    EXPECT_EQ(kinds[1].first.verdict, FailureVerdict::Fragmented);
    EXPECT_LT(kinds[0].first.event.header.t_ns, kinds[1].first.event.header.t_ns);
    EXPECT_EQ(kinds[1].last_t_ns, last_t_ns);
}

TEST(TrackerFailureTest, OtherTypesSizesAndReasonsAreOtherKinds) {
    Stream job = half_full_job();
    job.failed(taking(0, 0xf000));
    job.failed(taking(0, 0xe800));
    job.failed(of_type(taking(0, 0xf000), BufferType::L1));
    job.failed(taking(0, 0xf000), "TT_FATAL @ a.cpp:1: x info: no such core");
    job.failed(taking(0, 0xf000), "TT_FATAL @ a.cpp:2: y info: no such core");
    job.failed(taking(0, 0xf000), "TT_FATAL @ a.cpp:3: z info: another reason");
    EXPECT_EQ(job.state().failures.kinds.size(), 5U) << "the same reason at another line is the same";
}

TEST(TrackerFailureTest, AnotherReasonThanRoomIsRefused) {
    Stream job = half_full_job();
    job.failed(taking(0, 0x8000), "TT_FATAL @ allocator.cpp:7: false info: Unsupported buffer type!");
    EXPECT_EQ(job.state().failures.latest->verdict, FailureVerdict::Refused) << "that it would not fit either is not the reason";
    EXPECT_EQ(job.state().failure_verdicts[static_cast<std::size_t>(FailureVerdict::Refused)], 1U);
}

TEST(TrackerFailureTest, ARegionOfSizeZeroIsExhausted) {
    Stream job = started_job();
    job.failed(under(of_owner(of_type(buffer_at(0, 27776), BufferType::L1Small), 0), 0),
               "Out of Memory: Not enough space to allocate 27776 B L1_SMALL buffer across 64 banks, where each bank needs to store 448 B, but "
               "bank size is only 0 B");
    EXPECT_EQ(job.state().failures.latest->verdict, FailureVerdict::Exhausted);
    EXPECT_EQ(job.state().failures.latest->reported.bank_size, 0U);
}

// The text names type, banks and size: enough where a process has one allocator they fit.
TEST(TrackerFailureTest, AnUnknownOwnerIsFoundByWhatTheTextTells) {
    const auto failed_by_text = [](Stream& job, const std::string& text) {
        job.failed(under(of_owner(taking(0, 0xf000), 0), 0), text);
        return job.state().failures.latest->owner;
    };
    const std::string asked = "Out of Memory: Not enough space to allocate 245760 B DRAM buffer across 4 banks, where each bank needs to store 61440 B, ";
    Stream job = half_full_job();
    EXPECT_EQ(failed_by_text(job, asked + "but bank size is only 65536 B"), "chip 0");
    EXPECT_EQ(job.state().failures.latest->tracked.use, (BankUse{0x2000, 0xe000, 0x7000}));
    EXPECT_EQ(failed_by_text(job, asked + "but bank size is only 65537 B"), "");
    EXPECT_EQ(failed_by_text(job, "Out of Memory: Not enough space to allocate 245760 B DRAM buffer across 5 banks"), "");
    job.mesh(kMesh, 0, {0, 1});
    job.allocator_seen(kOtherAllocator, kMesh, {small_region()});
    EXPECT_EQ(failed_by_text(job, asked + "but bank size is only 65536 B"), "chip 0") << "the mesh's is empty: it would have had room";
    job.alloc(under(of_owner(taking(kBase, 0x2000), kMesh), kOtherAllocator));
    EXPECT_EQ(failed_by_text(job, asked + "but bank size is only 65536 B"), "") << "which of two?";
    const std::string state = asked + "but bank size is 65536 B (allocated: 8192 B, free: 57344 B, largest free block: 57344 B)";
    EXPECT_EQ(failed_by_text(job, state), "") << "both have as much in use";
    job.alloc(under(of_owner(taking(kBase + 0x2000, 0x2000), kMesh), kOtherAllocator));
    EXPECT_EQ(failed_by_text(job, state), "chip 0") << "the mesh's has more in use than the text tells";
}

TEST(TrackerFailureTest, WhatDependenciesLeaveDecides) {
    Stream job = started_job();
    job.failed(under(of_owner(of_type(buffer_at(0), BufferType::L1), 0), 0),
               "Out of Memory: Not enough space after considering dependencies to allocate 131072 B L1 across 64 banks (2048 B per bank), bank size "
               "is 1395424 B (allocated: 100000 B, free: 1295424 B, largest free block: 1295424 B). After subtracting 3 dependency range(s) and 1 "
               "additional occupied range(s), 4096 B remained placeable across 4 window(s), largest 1024 B");
    const AllocationFailure& failure = *job.state().failures.latest;
    EXPECT_EQ(failure.needed, 2048U);
    EXPECT_EQ(failure.reported.banks, 64U);
    EXPECT_EQ(failure.reported.largest_free, 1295424U);
    EXPECT_EQ(failure.reported.placeable, 4096U);
    EXPECT_EQ(failure.reported.largest_placeable, 1024U);
    EXPECT_EQ(failure.verdict, FailureVerdict::Fragmented);
}

// As the runtime tells it: pieces that are too small are left out of what is placeable.
TEST(TrackerFailureTest, NothingPlaceableIsNotNothingFree) {
    const std::string left = " B). After subtracting 1 dependency range(s) and 0 additional occupied range(s), 0 B remained placeable across 0 "
                             "window(s), largest 0 B.";
    const auto verdict = [](const char* needed, const char* free, const std::string& rest) {
        Stream job = started_job();
        job.failed(under(of_owner(of_type(buffer_at(0), BufferType::L1), 0), 0),
                   std::string("Out of Memory: Not enough space after considering dependencies to allocate 819200 B L1 across 1 banks (") + needed +
                       " B per bank), bank size is 1368736 B (allocated: 819200 B, free: " + free + " B, largest free block: " + free + rest);
        return job.state().failures.latest->verdict;
    };
    EXPECT_EQ(verdict("819200", "549536", left), FailureVerdict::Exhausted);
    EXPECT_EQ(verdict("409600", "549536", left), FailureVerdict::Fragmented) << "enough is free, but what others hold cuts it up";
    EXPECT_EQ(verdict("409600", "549536", " B)"), FailureVerdict::Fragmented) << "up to 0.75";
    EXPECT_EQ(verdict("819200", "549536", " B)"), FailureVerdict::Exhausted);
}

TEST(RefusalMessageTest, FiguresOfEachKind) {
    EXPECT_EQ(
        parse_refusal("TT_FATAL @ mesh_trace.cpp:78: a <= b info: Creating trace buffers of size 53616640B on MeshDevice 3, but only 50000000B is "
                      "allocated for trace region."),
        (RefusalNumbers{RefusalKind::TraceRegion, 53616640, 50000000, 3})
    );
    EXPECT_EQ(
        parse_refusal("Program size (79760) too large for kernel config buffer (70656) on TENSIX"),
        (RefusalNumbers{RefusalKind::KernelConfig, 79760, 70656, std::nullopt})
    );
    EXPECT_EQ(
        parse_refusal("Cannot set to globally allocated buffer. Circular buffer size 28672 B exceeds allocated L1 buffer size of 4096 B"),
        (RefusalNumbers{RefusalKind::GlobalCircularBuffer, 28672, 4096, std::nullopt})
    );
    EXPECT_EQ(parse_refusal("Command-list buffers exceed the configured trace-region capacity").kind, RefusalKind::TraceRegion);
}

TEST(RefusalMessageTest, NoFigureOfAnotherText) {
    for (const char* text :
         {"", "Program size (79760) is odd", "but only 7B are left", "Circular buffer size 28672 B exceeds nothing", "Creating trace buffers of size ",
          "Trace buffer at address 4096 overlaps with L1 buffer size of 4096 B"}) {
        const RefusalNumbers numbers = parse_refusal(text);
        EXPECT_EQ(numbers.asked, std::nullopt) << text;
        EXPECT_EQ(numbers.limit, std::nullopt) << text;
    }
    EXPECT_EQ(parse_out_of_memory("Out of Memory: Cannot allocate at an address below 4096, free: 7 B, needs to store 9 B"), OutOfMemoryNumbers{});
    EXPECT_EQ(parse_out_of_memory("Invalid shard grid across 8 banks, where each bank needs to store 7 B"), OutOfMemoryNumbers{});
}

TEST(RefusalMessageTest, TheReasonIsWhatStandsBehindThePlace) {
    EXPECT_EQ(reason_of("TT_FATAL @ a.cpp:1: x == y info: Too many cores: 72"), "Too many cores: 72");
    EXPECT_EQ(reason_of("TT_FATAL @ a.cpp:1: x == y"), "TT_FATAL @ a.cpp:1: x == y");
    EXPECT_EQ(reason_of("Out of Memory: no"), "Out of Memory: no");
}

TEST(TrackerRefusalTest, ATraceRegionTellsTheTracesInIt) {
    Stream job = started_job();
    job.mesh(kMesh, 5, {0, 1});
    job.alloc(under(of_owner(of_type(buffer_at(0x4000, 40'001'536), BufferType::Trace), kMesh), kOtherAllocator));
    job.alloc(of_type(buffer_at(0x9000), BufferType::L1));
    job.request_refused("Creating trace buffers of size 53616640B on MeshDevice 5, but only 50000000B is allocated for trace region.");
    job.request_refused("Creating trace buffers of size 53616640B on MeshDevice 5, but only 50000000B is allocated for trace region.");
    ASSERT_EQ(job.state().refusals.kinds.size(), 1U);
    EXPECT_EQ(job.state().refusals.kinds[0].count, 2U);
    const RequestRefusal& refusal = job.state().refusals.kinds[0].first;
    EXPECT_EQ(refusal.owner, "mesh 5 (chips 0-1)");
    EXPECT_EQ(refusal.held, (RequestRefusal::Traces{1, 40'001'536}));
    job.request_refused("Creating trace buffers of size 1000B on MeshDevice 6, but only 1B is allocated for trace region.");
    EXPECT_EQ(job.state().refusals.latest->owner, "");
}

TEST(TrackerRefusalTest, AProgramTooLargeOccupiesNothing) {
    Stream job = started_job();
    job.launch(0x77);
    job.circular_buffer(0x77, 1024, {{0, 0, 1, 1}});
    EXPECT_EQ(job.state().places.at(kPlace0).circular_buffers.bytes, 4096U);
    job.request_refused("Program size (79760) too large for kernel config buffer (70656) on TENSIX", 0x77);
    EXPECT_EQ(job.state().places.at(kPlace0).circular_buffers.bytes, 0U);
    EXPECT_EQ(job.state().places.at(kPlace0).circular_buffers.peak_bytes, 0U);
    EXPECT_EQ(job.state().refusals.latest->owner, "chip 0");
}

TEST(TrackerRefusalTest, WhatIsNoLaunchLeavesTheLastOneInPlace) {
    Stream job = started_job();
    job.launch(0x77);
    job.circular_buffer(0x77, 1024, {{0, 0, 1, 1}});
    job.request_refused("Cannot set to globally allocated buffer. Circular buffer size 28672 B exceeds allocated L1 buffer size of 4096 B", 0x77);
    job.request_refused("TT_FATAL @ x.cpp:1: false info: Tensors must be on device", 0x77);
    EXPECT_EQ(job.state().places.at(kPlace0).circular_buffers.bytes, 4096U);
    EXPECT_EQ(job.state().refusals.kinds.size(), 2U);
    EXPECT_EQ(job.state().failures.count + job.state().clashes.count, 0U);
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
    const ClashFailure& clash = job.state().clashes.kinds.front().first;
    ASSERT_TRUE(clash.lowest);
    EXPECT_EQ(clash.lowest->address, 0x8000U) << "the mesh's is on chip 0, too; chip 1's and DRAM are not";
    EXPECT_EQ(clash.lowest->size, 64U);
    EXPECT_EQ(clash.lowest->owner, "mesh 0 (chips 0-1)");
    job.clash(0, "Statically allocated circular buffers on core range [(x=0,y=0) - (x=0,y=0)] grow to 1 B");
    EXPECT_FALSE(job.state().clashes.latest->lowest) << "nobody knows where";
}

}  // namespace
}  // namespace tt::alloc_trace::test
