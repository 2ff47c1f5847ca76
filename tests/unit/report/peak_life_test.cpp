// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The DRAM of a peak, split by life: what was loaded, in equal groups or not, and what is the iteration's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../analysis/script.hpp"
#include "analysis/equal_groups.hpp"
#include "view_run.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::ordered_json;

// Buffers of whole pages per bank, each in a place of its own.
class Job {
public:
    struct Buffer {
        std::uint64_t at = 0;
        std::uint64_t pages = 0;
    };
    Buffer alloc(std::uint64_t pages) {
        const Buffer buffer{next_, pages};
        next_ += pages * kPage;
        script_.alloc(buffer.at, pages * kPage);
        return buffer;
    }
    void free(const Buffer& buffer) { script_.free(buffer.at, buffer.pages * kPage); }
    void temporary(std::uint64_t pages) { free(alloc(pages)); }

    // Two weights of a layer, and a cache of two parts.
    void load(int layers) {
        alloc(50);
        for (int i = 0; i < layers; ++i) {
            temporary(1);  // of the host's transfer
            alloc(2);
            alloc(3);
            alloc(20);
            alloc(20);
        }
    }
    // An iteration of layers; `peak`: the largest of all.
    void iteration(int layers, std::uint64_t peak) {
        temporary(7);
        for (int i = 0; i < layers; ++i) {
            const Buffer activations = alloc(4);
            temporary(5);
            temporary(6);
            free(activations);
        }
        const Buffer logits = alloc(peak);
        temporary(1);
        free(logits);
    }
    Script& script() { return script_; }
    [[nodiscard]] Json dram() const {
        const Json peaks = ViewRun("peak", {}, script_.events()).json()["peak"];
        return *std::find_if(peaks.begin(), peaks.end(), [](const Json& peak) { return peak["type"] == "DRAM"; });
    }
    [[nodiscard]] std::string text() const { return ViewRun("peak", {}, script_.events()).text(); }

private:
    Script script_;
    std::uint64_t next_ = 0;
};

const Json& part(const Json& peak, const std::string& life) {
    static const Json none{{"buffers", 0}, {"footprint_bytes", 0}};
    const Json& parts = peak["life"]["parts"];
    const auto found = std::find_if(parts.begin(), parts.end(), [&life](const Json& one) { return one["life"] == life; });
    return found == parts.end() ? none : *found;
}

TEST(PeakLife, LoadedAndCacheAndIteration) {
    for (const int layers : {16, 5, 3}) {
        Job job;
        job.load(layers);
        for (int i = 0; i < 12; ++i) {
            job.iteration(layers, i == 4 ? 40 : 30);
        }
        job.script().exited();
        const Json peak = job.dram();
        EXPECT_EQ(peak["life"]["iterations"], 12);
        EXPECT_EQ(peak["life"]["iteration"], 5);
        EXPECT_EQ(part(peak, "loaded")["buffers"], 1);
        const Json& groups = part(peak, "loaded in equal groups");
        EXPECT_EQ(groups["groups"], layers);
        EXPECT_EQ(groups["buffers"], 4 * layers);
        ASSERT_EQ(groups["in_each_group"].size(), 3U) << groups.dump(1);
        EXPECT_EQ(groups["in_each_group"][0]["count"], 2);
        EXPECT_EQ(groups["in_each_group"][0]["footprint_bytes"], 40 * layers * kPage * kBanks);
        const Json& own = part(peak, "this iteration");
        EXPECT_EQ(own["freed"], own["buffers"]);
        EXPECT_EQ(own["footprint_bytes"], 41 * kPage * kBanks);
        std::uint64_t sum = 0;
        for (const Json& one : peak["life"]["parts"]) {
            sum += one["footprint_bytes"].get<std::uint64_t>();
        }
        EXPECT_EQ(sum, peak["bytes"]);
        EXPECT_THAT(
            job.text(),
            AllOf(
                HasSubstr("loaded is what came before the first of 12 iterations"),
                HasSubstr("loaded and kept, in " + std::to_string(layers) + " equal groups"),
                HasSubstr("x 2 in each"),
                HasSubstr("of iteration 5 of 12")
            )
        );
    }
}

TEST(PeakLife, WhatTheFirstIterationPreparesStandsApart) {
    Job job;
    job.load(3);
    for (int i = 0; i < 10; ++i) {
        job.iteration(4, 30);
        if (i == 0) {
            job.alloc(9);
        }
        if (i % 2 == 1) {
            job.alloc(1);  // leaks
        }
    }
    const Json peak = job.dram();  // in the last iteration
    EXPECT_EQ(part(peak, "first iteration, kept")["footprint_bytes"], 9 * kPage * kBanks);
    EXPECT_EQ(part(peak, "later iterations, kept")["buffers"], 4);
    EXPECT_GT(part(peak, "this iteration")["buffers"], 0);
}

TEST(PeakLife, APeakWhileLoading) {
    Job job;
    const Job::Buffer staging = job.alloc(500);
    job.load(4);
    job.free(staging);
    for (int i = 0; i < 10; ++i) {
        job.iteration(4, 30);
    }
    const Json peak = job.dram();
    EXPECT_EQ(part(peak, "before iterations, freed")["buffers"], 1);
    EXPECT_EQ(part(peak, "loaded in equal groups")["groups"], 4);
    EXPECT_TRUE(peak["life"]["iteration"].is_null());
    EXPECT_THAT(job.text(), HasSubstr("before the iterations, freed"));
}

TEST(PeakLife, WithoutIterationsOnlyWhatWasFreedIsTold) {
    Job job;
    job.alloc(10);
    const Job::Buffer freed = job.alloc(20);
    job.alloc(10);
    job.free(freed);
    job.script().exited();
    const Json peak = job.dram();
    EXPECT_TRUE(peak["life"]["iterations"].is_null());
    EXPECT_EQ(part(peak, "kept")["buffers"], 2);
    EXPECT_EQ(part(peak, "freed")["buffers"], 1);
    EXPECT_THAT(job.text(), AllOf(HasSubstr("no iterations were found"), Not(HasSubstr("loaded")), Not(HasSubstr("of the first"))));
}

// What repeats frees nothing: a cache, or layers, not iterations.
TEST(PeakLife, AJobThatOnlyLoadsHasEqualGroups) {
    for (const bool given_back : {false, true}) {
        Job job;
        std::vector<Job::Buffer> cache;
        for (int i = 0; i < 40; ++i) {
            cache.push_back(job.alloc(96));
        }
        for (const Job::Buffer& buffer : cache) {
            given_back ? job.free(buffer) : void();
        }
        const Json peak = job.dram();
        EXPECT_EQ(peak["life"]["loading"], true);
        EXPECT_TRUE(peak["life"]["iterations"].is_null());
        EXPECT_EQ(part(peak, "loaded in equal groups")["groups"], 40) << peak["life"].dump(1);
        EXPECT_THAT(job.text(), AllOf(HasSubstr("loaded, in 40 equal groups"), HasSubstr("all of it is loading")));
    }
}

TEST(PeakLife, LayersOfALoadThatStagesNothing) {
    Job job;
    job.alloc(500);
    for (int layer = 0; layer < 24; ++layer) {
        job.alloc(7);
        job.alloc(9);
        job.alloc(20);
    }
    const Json groups = part(job.dram(), "loaded in equal groups");
    EXPECT_EQ(groups["groups"], 24);
    EXPECT_EQ(groups["in_each_group"].size(), 3U);
    EXPECT_EQ(part(job.dram(), "loaded")["buffers"], 1);
}

TEST(PeakLife, TwoThreadsHaveIterationsOfTheirOwn) {
    Script script;
    std::uint64_t next = 0;
    const auto event = [&](std::uint32_t tid, bool alloc, std::uint64_t at, std::uint64_t pages) {
        EventHeader header = script.next();
        header.tid = tid;
        const BufferFields fields = Script::fields(at, pages * kPage, BufferType::Dram);
        alloc ? script.add(Allocated{header, fields}) : script.add(Freed{header, fields});
    };
    for (int step = 0; step < 12; ++step) {
        for (int op = 0; op < 9; ++op) {
            for (const std::uint32_t tid : {kTid, kTid + 1}) {
                event(tid, true, next, op + 1 + (tid == kTid ? 0 : 20));
                event(tid, false, next, op + 1 + (tid == kTid ? 0 : 20));
                next += 40 * kPage;
            }
        }
    }
    const Json peaks = ViewRun("peak", {}, script.events()).json()["peak"];
    EXPECT_EQ(part(peaks[0], "this iteration")["buffers"], 1) << peaks[0]["life"].dump(1);
}

TEST(PeakLife, AllChipsOfAMeshAreOneTable) {
    Job job;
    job.load(4);
    for (int i = 0; i < 10; ++i) {
        job.iteration(4, 30);
    }
    const std::string text = job.text();
    EXPECT_THAT(text, HasSubstr("chips 0-1 DRAM"));
    EXPECT_EQ(text.find("by life"), text.rfind("by life"));
}

TEST(EqualGroups, LongestStretchByBytes) {
    const std::vector<std::uint64_t> layers{9, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 7};
    EXPECT_THAT(find_equal_groups(layers), ElementsAre(EqualGroups{1, 3, 3}));
    const std::vector<std::uint64_t> two{1, 2, 1, 2, 1, 2, 5, 5, 5, 5};
    EXPECT_THAT(find_equal_groups(two), ElementsAre(EqualGroups{0, 2, 3}, EqualGroups{6, 1, 4}));
    EXPECT_THAT(find_equal_groups(std::vector<std::uint64_t>{5, 5, 5, 1, 2, 1, 2}), ElementsAre());
    EXPECT_THAT(find_equal_groups({}), ElementsAre());
}

TEST(EqualGroups, VeryManyPlacesTakeBoundedTime) {
    std::vector<std::uint64_t> sizes;
    for (std::uint64_t i = 0; i < 300'000; ++i) {
        sizes.push_back(i % 11 + 1);
    }
    EXPECT_THAT(find_equal_groups(sizes), ElementsAre(EqualGroups{0, 11, 300'000 / 11}));
}

}  // namespace
}  // namespace tt::alloc_trace::test
