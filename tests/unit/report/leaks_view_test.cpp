// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

Json only_group(const ViewJob& job) {
    const Json json = job.json();
    EXPECT_EQ(json["leaks"].size(), 1U) << json["leaks"].dump(1);
    return json["leaks"].empty() ? Json::object() : json["leaks"][0];
}

TEST(LeaksView, WhatIsLiveInARunningProcessIsNotCalledALeak) {
    ViewJob job("leaks");
    const std::uint64_t first = job.now();
    job.alloc(4096);
    job.alloc(4096);
    job.temporary(4096);
    job.end();
    const Json group = only_group(job);
    EXPECT_EQ(group["end"], "still live");
    EXPECT_EQ(group["owner"], "mesh 0");
    EXPECT_EQ(group["count"], 2);
    EXPECT_EQ(group["bytes"], 8192);
    EXPECT_EQ(group["footprint_per_bank"], 2 * 2048);  // 2 pages of 2 KiB over 8 banks
    EXPECT_EQ(group["first_t_ns"], first + ViewJob::kTick);
    EXPECT_EQ(group["last_t_ns"], first + 2 * ViewJob::kTick);
    EXPECT_EQ(group["ended_t_ns"], nullptr);
    EXPECT_EQ(group["oldest_age_ns"], 3 * ViewJob::kTick);
    EXPECT_EQ(group["tid"], kPid + 1);
    EXPECT_THAT(job.text(), Not(HasSubstr("leak")));
}

TEST(LeaksView, CloseAndDestructionAreToldApart) {
    for (const bool close : {true, false}) {
        ViewJob job("leaks");
        job.alloc(4096);
        if (close) {
            job.apply(OwnerClosing{job.next(), kMesh});
        }
        job.apply(AllocatorReleased{job.next(), kMeshAllocator, AllocatorRelease::Destroyed});
        job.end();
        EXPECT_EQ(only_group(job)["end"], "released by close");
        EXPECT_EQ(only_group(job)["close_seen"], close);
        EXPECT_THAT(job.text(), HasSubstr(close ? "close() of the device took them" : "destroyed without close()"));
        EXPECT_THAT(job.text(), Not(HasSubstr("leak")));
    }
}

TEST(LeaksView, EachKindOfEndHasItsPart) {
    ViewJob job("leaks");
    job.alloc(4096);
    job.apply(AllocatorReleased{job.next(), kMeshAllocator, AllocatorRelease::Clear});
    job.alloc(4096);
    job.by(kPid + 2).alloc(4096);
    job.apply(ProcessExited{job.next()});
    job.apply(ProcessSeen{{job.now(), kPid + 9, 0}, 1, 5, true, "other"});
    job.apply(OwnerSeen{{job.now(), kPid + 9, kPid + 9}, kMesh, OwnerKind::Mesh, 0, {0, 1}});
    job.apply(Allocated{{job.now(), kPid + 9, kPid + 9}, mesh_buffer(0x100, 64)});
    job.end();
    const Json leaks = job.json()["leaks"];
    ASSERT_EQ(leaks.size(), 3U);
    EXPECT_EQ(leaks[0]["end"], "still live");
    EXPECT_EQ(leaks[0]["pid"], kPid + 9);
    EXPECT_EQ(leaks[1]["end"], "released by exit");
    EXPECT_EQ(leaks[1]["count"], 2);
    EXPECT_EQ(leaks[1]["tid"], nullptr);
    EXPECT_EQ(leaks[2]["end"], "cleared");
    EXPECT_EQ(job.json()["totals"][1]["bytes"], 8192);
    EXPECT_THAT(job.text(), HasSubstr("released by exit: 2 buffers"));
    EXPECT_THAT(job.text(), HasSubstr("cleared: 1 buffer"));
}

TEST(LeaksView, TheSameChipOpenedAnewIsTheSameOwner) {
    ViewJob job("leaks");
    for (int i = 0; i < 3; ++i) {
        job.alloc(4096);
        job.apply(OwnerClosing{job.next(), kMesh});
        job.apply(AllocatorReleased{job.next(), kMeshAllocator, AllocatorRelease::Destroyed});
        job.apply(OwnerSeen{job.next(), kMesh, OwnerKind::Mesh, 0, {0, 1}});
    }
    job.end();
    EXPECT_EQ(only_group(job)["count"], 3);
}

TEST(LeaksView, BlocksOfFailedAllocationsAreOrphans) {
    ViewJob job("leaks");
    for (int i = 0; i < 2; ++i) {
        job.apply(AllocationFailed{
            job.next(), mesh_buffer(0, 8192, BufferType::L1), "Out of Memory: Cannot allocate at an address below 7. Allocation at 5"
        });
        job.apply(AllocationFailed{job.next(), mesh_buffer(0, 8192, BufferType::L1), "Out of Memory: Not enough space"});
    }
    job.end();
    const Json orphans = job.json()["orphan_blocks"];
    ASSERT_EQ(orphans.size(), 1U);
    EXPECT_EQ(orphans[0]["count"], 2);
    EXPECT_EQ(orphans[0]["owner"], "mesh 0 (chips 0-1)");
    EXPECT_THAT(job.text(), HasSubstr("2 blocks of 8.0 KiB L1 stayed in use"));
}

TEST(LeaksView, NothingRemained) {
    ViewJob job("leaks");
    job.temporary(64);
    job.end();
    EXPECT_EQ(job.json()["leaks"].size(), 0U);
    EXPECT_THAT(job.text(), HasSubstr("no leaks: nothing remained"));
}

// 6 small pages of L1 reserve a page of every bank each: more than one large buffer.
TEST(LeaksView, OrderIsThatOfTheFigureShown) {
    ViewJob job("leaks");
    job.alloc(16'384);
    for (int i = 0; i < 6; ++i) {
        job.alloc(64, BufferType::L1);
    }
    job.end();
    const Json leaks = job.json()["leaks"];
    ASSERT_EQ(leaks.size(), 2U);
    EXPECT_EQ(leaks[0]["type"], "L1");
    EXPECT_GT(leaks[0]["footprint_bytes"], leaks[1]["footprint_bytes"]);
    EXPECT_LT(leaks[0]["bytes"], leaks[1]["bytes"]);
    EXPECT_THAT(job.text(), testing::AllOf(HasSubstr(" COUNT  FOOTPRINT "), HasSubstr("still live: 7 buffers, footprint ")));
}

// Of one size: allocated before the iterations, and kept of the first of them, one each.
struct Kept {
    int loaded = 0;
    int of_iterations = 0;
};

Json split_of(ViewJob& job, const Kept& what, int iterations, bool closed) {
    constexpr std::uint64_t kSize = 12'288;
    for (int i = 0; i < what.loaded; ++i) {
        job.alloc(kSize);
    }
    for (int i = 0; i < iterations; ++i) {
        for (std::uint64_t op = 1; op <= 10; ++op) {
            job.temporary(op * 2048, BufferType::L1);
        }
        if (i < what.of_iterations) {
            job.alloc(kSize);
        }
    }
    if (closed) {
        job.apply(OwnerClosing{job.next(), kMesh});
        job.apply(AllocatorReleased{job.next(), kMeshAllocator, AllocatorRelease::Destroyed});
    }
    job.end();
    const Json split = job.json()["iterations"];
    EXPECT_EQ(split.size(), 1U) << split.dump(1);
    return split.empty() ? Json::object() : split[0];
}

// models.md, llama: 181 buffers remain, the 181 that were there before the first token.
TEST(LeaksView, WhatWasThereBeforeTheFirstIterationIsTold) {
    for (const bool closed : {true, false}) {
        ViewJob job("leaks");
        const Json split = split_of(job, {181, 0}, 20, closed);
        EXPECT_EQ(split["count"], 20);
        EXPECT_EQ(split["buffers_before"], 181);
        EXPECT_EQ(split["buffers_newer"], 0);
        EXPECT_EQ(only_group(job)["newer"], 0);
        EXPECT_THAT(job.text(0), HasSubstr("all of 181 buffers were there before the first of 20 iterations"));
        EXPECT_THAT(job.text(0), Not(HasSubstr("NEWER")));
    }
    for (const Kept& what : {Kept{5, 20}, {3, 2}, {40, 1}}) {
        ViewJob job("leaks");
        const Json split = split_of(job, what, 20, true);
        EXPECT_EQ(split["buffers_before"], what.loaded);
        EXPECT_EQ(split["buffers_first"], 1) << "as a model that lays out its weights then";
        EXPECT_EQ(split["buffers_newer"], what.of_iterations - 1);
        EXPECT_EQ(only_group(job)["count"], what.loaded + what.of_iterations);
        EXPECT_EQ(only_group(job)["newer"], what.of_iterations - 1);
        EXPECT_THAT(job.text(0), testing::AllOf(HasSubstr("were there before the first of 20 iterations"), HasSubstr(", 1 came with it, ")));
        EXPECT_THAT(job.text(0), what.of_iterations > 1 ? testing::Matcher<std::string>(HasSubstr("NEWER")) : HasSubstr("nothing newer remained"));
    }
    ViewJob job("leaks");
    EXPECT_EQ(split_of(job, {0, 20}, 20, false)["buffers_before"], 0);
    EXPECT_THAT(job.text(0), testing::AllOf(HasSubstr("none of 20 buffers was there before"), HasSubstr("19 are newer")));
}

TEST(LeaksView, WithoutIterationsNothingIsSaidOfThem) {
    ViewJob job("leaks");
    for (std::uint64_t i = 1; i < 30; ++i) {
        job.alloc(i * i * 64);
    }
    job.end();
    EXPECT_EQ(job.json()["iterations"].size(), 0U);
    EXPECT_EQ(job.json()["leaks"][0]["newer"], nullptr);
    EXPECT_THAT(job.text(0), Not(HasSubstr("before the first of")));
}

TEST(LeaksView, FiltersAndTop) {
    ViewOptions options;
    options.filter.devices = {3};
    options.top = 2;
    ViewJob job("leaks", options);
    job.alloc(64);
    for (const std::uint64_t size : {64, 128, 256}) {
        job.alloc(size, BufferType::L1, kChip3);
    }
    job.end();
    EXPECT_EQ(job.json()["leaks"].size(), 3U);
    EXPECT_THAT(job.text(), HasSubstr("1 more group left out"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
