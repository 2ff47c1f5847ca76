// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// After how many more iterations memory is full: an iteration fails where its peak does not fit any more. Each job is told by the bytes
// of a bank that an iteration holds at its peak, and is held against what that is in iterations to come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kDramBanks = 8;  // of 1 GiB, as dram_region() has it
constexpr std::uint64_t kL1Banks = 64;   // of 1400 KiB from 100 KiB on, as l1_region()
constexpr int kIterations = 40;

ViewJob::Buffer dram(ViewJob& job, std::uint64_t mib_of_bank) { return job.alloc(kDramBanks * mib_of_bank * kMiB); }

// The first iteration that does not fit, less those there were.
int truth(std::uint64_t capacity, const std::function<std::uint64_t(std::uint64_t)>& peak) {
    int iteration = kIterations;
    while (peak(static_cast<std::uint64_t>(iteration)) <= capacity) {
        ++iteration;
    }
    return iteration - kIterations;
}

void expect_left(const ViewJob& job, int left) {
    const Json outlook = job.json()["outlook"];
    ASSERT_EQ(outlook.size(), 1U) << outlook.dump(1);
    EXPECT_NEAR(outlook[0]["iterations_left"].get<double>(), left, 1) << outlook.dump(1);
}

TEST(GrowthOutlook, WhatAnIterationNeedsForAWhileMustFitToo) {
    struct Job {
        std::uint64_t weights, before, leak, behind;  // MiB of a bank; `before` and `behind` are freed again
    };
    for (const Job& sizes : {Job{0, 512, 8, 0}, {0, 0, 4, 600}, {300, 100, 4, 200}, {600, 128, 2, 64}}) {
        ViewJob job("growth");
        if (sizes.weights > 0) {
            dram(job, sizes.weights);
        }
        for (int i = 0; i < kIterations; ++i) {
            job.temporary(128);
            const ViewJob::Buffer large = sizes.before > 0 ? dram(job, sizes.before) : job.alloc(64);
            dram(job, sizes.leak);
            job.free(large);
            if (sizes.behind > 0) {
                job.free(dram(job, sizes.behind));
            }
        }
        job.end();
        expect_left(job, truth(1024, [&sizes](std::uint64_t i) {
            return sizes.weights + sizes.leak * (i + 1) + std::max(sizes.before, sizes.behind);
        }));
        EXPECT_THAT(job.text(0), HasSubstr("left at the peak of an iteration: full after about"));
    }
}

// The one of the latest ones that needs most counts, also if it is not the last.
TEST(GrowthOutlook, SomeNeedMore) {
    for (const std::set<int>& larger : {std::set<int>{22}, {3, 11, 18, 31}, {5, 6, 17, 38}, {39}}) {
        ViewJob job("growth");
        for (int i = 0; i < kIterations; ++i) {
            for (std::uint64_t op = 1; op <= 12; ++op) {
                job.temporary(op * 128);
            }
            job.free(dram(job, 100));
            if (larger.contains(i)) {
                job.free(dram(job, 400));
            }
            dram(job, 8);
        }
        job.end();
        expect_left(job, truth(1024, [](std::uint64_t i) { return 8 * i + 400; }));
    }
}

// What was freed after the last iteration, and what was prepared for the first one, are of no iteration's peak.
TEST(GrowthOutlook, OtherPeaksDoNotCount) {
    ViewJob job("growth");
    job.free(dram(job, 1000));
    for (int i = 0; i < kIterations; ++i) {
        job.temporary(128);
        job.free(dram(job, 100));
        dram(job, 4);
    }
    job.end();
    expect_left(job, truth(1024, [](std::uint64_t i) { return 4 * i + 100; }));
}

// Old and new are there at once: the peak rises twice as fast.
TEST(GrowthOutlook, ACacheThatALargerOneReplacesIsThereTwice) {
    for (const auto& [first, more] : {std::pair<std::uint64_t, std::uint64_t>{4, 4}, {40, 2}, {1, 3}}) {
        ViewJob job("growth");
        ViewJob::Buffer cache = dram(job, first);
        for (std::uint64_t i = 0; i < kIterations; ++i) {
            job.temporary(128);
            job.temporary(256);
            const ViewJob::Buffer larger = dram(job, first + more * (i + 1));
            job.free(cache);
            cache = larger;
        }
        job.end();
        const Json outlook = job.json()["outlook"];
        ASSERT_EQ(outlook.size(), 1U);
        EXPECT_NEAR(outlook[0]["footprint_per_bank_per_period"].get<double>(), static_cast<double>(more * kMiB), 0.1 * static_cast<double>(more * kMiB));
        const int left = truth(1024, [&](std::uint64_t i) { return 2 * first + more * (2 * i + 1); });
        EXPECT_NEAR(outlook[0]["iterations_left"].get<double>(), left, 1 + 0.05 * left) << outlook.dump(1);
        EXPECT_THAT(job.text(0), HasSubstr("at its peak, with old and new at once"));
    }
}

// A mesh and its chip take of the same banks, from both ends: each is told when these are full, not when its own share would fill them.
// What both hold at the same addresses takes no more than one of them.
TEST(GrowthOutlook, OwnersOfTheSameChipFillItTogether) {
    struct Job {
        std::uint64_t of_mesh, of_chip;  // MiB of a bank
        bool same_bytes;
    };
    for (const auto& [of_mesh, of_chip, same_bytes] : {Job{4, 4, false}, {1, 6, false}, {12, 2, false}, {4, 4, true}, {2, 5, true}}) {
        ViewJob job("growth");
        job.apply(OwnerSeen{job.next(), kMesh, OwnerKind::Mesh, 0, {2, 3}});
        job.apply(AllocatorSeen{job.next(), kChipAllocator, kChip3, {dram_region(), l1_region()}});
        for (std::uint64_t i = 0; i < kIterations; ++i) {
            job.temporary(128);
            job.apply(Allocated{job.next(), mesh_buffer(i * of_mesh * kMiB, kDramBanks * of_mesh * kMiB)});
            const std::uint64_t place = same_bytes ? i : 1024 / of_chip - 1 - i;
            job.apply(Allocated{job.next(), chip_buffer(place * of_chip * kMiB, kDramBanks * of_chip * kMiB, BufferType::Dram)});
        }
        job.end();
        const Json outlook = job.json()["outlook"];
        ASSERT_EQ(outlook.size(), 2U) << outlook.dump(1);
        const std::uint64_t both = same_bytes ? std::max(of_mesh, of_chip) : of_mesh + of_chip;
        const int left = truth(1024, [both](std::uint64_t i) { return both * (i + 1); });
        for (const Json& one : outlook) {
            EXPECT_NEAR(one["iterations_left"].get<double>(), left, 1) << one.dump(1);
        }
        EXPECT_THAT(job.text(0), HasSubstr("full after about"));
        EXPECT_EQ(job.text(0).find("with what other owners take of the same chip") != std::string::npos, !same_bytes || of_mesh < of_chip);
    }
}

TEST(GrowthOutlook, CircularBuffersNeedTheirPlaceInL1) {
    for (const std::uint64_t kib : {100U, 700U, 1000U}) {
        ViewJob job("growth");
        job.apply(CircularBufferAllocated{job.next(), 0x77, kMesh, 100 * kKiB, kib * kKiB, {{0, 0, 7, 7}}, true, false});
        for (int i = 0; i < kIterations; ++i) {
            job.temporary(128);
            job.alloc(kL1Banks * 4 * kKiB, BufferType::L1);
            job.launch(0x77);
        }
        job.end();
        expect_left(job, truth(1400, [kib](std::uint64_t i) { return kib + 4 * (i + 1); }));
    }
}

// A launch that was refused needs nothing of what comes.
TEST(GrowthOutlook, RefusedLaunchesDoNotCount) {
    ViewJob job("growth");
    job.apply(CircularBufferAllocated{job.next(), 0x88, kMesh, 100 * kKiB, 1390 * kKiB, {{0, 0, 7, 7}}, true, false});
    for (int i = 0; i < kIterations; ++i) {
        job.temporary(128);
        job.alloc(kL1Banks * 4 * kKiB, BufferType::L1);
        job.launch(0x88);
        job.apply(CircularBufferClash{job.next(), 0x88, kMesh, "clash"});
    }
    job.end();
    expect_left(job, truth(1400, [](std::uint64_t i) { return 4 * (i + 1); }));
}

TEST(GrowthOutlook, FullInTheNextIterationIsSaid) {
    ViewJob job("growth");
    dram(job, 700);
    for (int i = 0; i < kIterations; ++i) {
        job.temporary(128);
        job.free(dram(job, 4));
        dram(job, 8);
    }
    job.end();
    expect_left(job, 0);
    EXPECT_THAT(job.text(0), HasSubstr("full in the next iteration"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
