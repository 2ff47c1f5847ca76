// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which iterations are found, and what is told of them: jobs whose right answer is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <sstream>
#include <tuple>

#include "report/iteration_words.hpp"
#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

using Buffer = ViewJob::Buffer;
using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kLeak = 12'288;

void temporaries(ViewJob& job, int count, std::uint64_t size = 32 * kKiB) {
    for (int i = 0; i < count; ++i) {
        job.temporary(size, BufferType::L1);
    }
}

// `kinds` temporaries of different sizes.
void layer(ViewJob& job, int kinds) {
    for (int i = 0; i < kinds; ++i) {
        job.temporary(static_cast<std::uint64_t>(i + 1) * kKiB, BufferType::L1);
    }
}

// A step with a beginning and an end of its own.
void step(ViewJob& job, int layers) {
    job.temporary(128);
    for (int i = 0; i < layers; ++i) {
        layer(job, 5);
    }
    job.temporary(501 * kKiB);
}

Json iterations_of(const Json& json) {
    EXPECT_EQ(json["iterations"].size(), 1U) << json["iterations"].dump(1);
    return json["iterations"].empty() ? Json{{"count", 0}, {"parts", Json::array()}} : json["iterations"][0];
}

Json group_of(const Json& json) {
    EXPECT_EQ(json["growth"].size(), 1U) << json["growth"].dump(1);
    return json["growth"].empty() ? Json{{"count", 0}, {"buffers_per_period", 0}} : json["growth"][0];
}

TEST(GrowthCases, TestsThatEachLeaveSomething) {
    for (const auto& [rounds, kept, worked] : {std::tuple{10, 7, 8}, {3, 2, 12}, {6, 1, 40}, {25, 4, 3}}) {
        ViewJob job("growth");
        for (int round = 0; round < rounds; ++round) {
            for (int i = 0; i < kept; ++i) {
                job.alloc(4096);
            }
            temporaries(job, worked);
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], rounds);
        const Json group = group_of(job.json());
        EXPECT_EQ(group["buffers_per_period"], kept);
        EXPECT_EQ(group["count"], rounds * kept);
    }
}

TEST(GrowthCases, OnlyWhatIsKeptOfEachStepTellsStepsFromLayers) {
    for (const int layers : {32, 8, 2}) {
        ViewJob job("growth");
        for (int i = 0; i < 20; ++i) {
            for (int l = 0; l < layers; ++l) {
                layer(job, 6);
            }
            job.alloc(4096);
        }
        job.end();
        const Json found = iterations_of(job.json());
        EXPECT_EQ(found["count"], 20) << layers;
        ASSERT_GE(found["parts"].size(), 1U) << layers;
        EXPECT_EQ(found["parts"][0]["count"], layers);
        EXPECT_NEAR(found["parts"][0]["allocations"].get<double>(), 6, 0.5);
        EXPECT_EQ(group_of(job.json())["buffers_per_period"], 1);
    }
}

// Finding 8: layers keep something, and so do steps.
TEST(GrowthCases, LayersAreNoIterations) {
    for (const int layers : {8, 2}) {
        ViewJob job("growth");
        for (int i = 0; i < 60; ++i) {
            job.temporary(16 * kKiB);
            for (int l = 0; l < layers; ++l) {
                job.temporary(16 * kKiB);
                job.temporary(8 * kKiB, BufferType::L1);
                job.temporary(16 * kKiB);
                job.alloc(8 * kKiB);
            }
            job.alloc(30'720);
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], 60) << layers;
        const Json growth = job.json()["growth"];
        ASSERT_EQ(growth.size(), 2U) << growth.dump(1);
        std::map<std::uint64_t, double> rates;
        for (const Json& group : growth) {
            rates[group["size"].get<std::uint64_t>()] = group["buffers_per_period"].get<double>();
        }
        EXPECT_NEAR(rates[30'720], 1, 0.01);
        EXPECT_NEAR(rates[8 * kKiB], layers, 0.01 * layers);
    }
}

TEST(GrowthCases, LoopsNestedThreeDeep) {
    for (const auto& [tests, steps, layers] : {std::tuple{3, 10, 8}, {6, 5, 24}, {12, 20, 4}}) {
        ViewJob job("growth");
        for (int t = 0; t < tests; ++t) {
            job.temporary(999 * kKiB);
            job.temporary(998 * kKiB);
            for (int s = 0; s < steps; ++s) {
                step(job, layers);
            }
            job.alloc(kLeak);
        }
        job.end();
        const Json found = iterations_of(job.json());
        EXPECT_EQ(found["count"], tests);
        ASSERT_EQ(found["parts"].size(), 2U) << found.dump(1);
        EXPECT_EQ(found["parts"][0]["count"], steps);
        EXPECT_EQ(found["parts"][1]["count"], layers);
        EXPECT_EQ(group_of(job.json())["buffers_per_period"], 1);
    }
}

TEST(GrowthCases, SixOrTwelveRunsBehindALoad) {
    for (const int runs : {3, 6, 12}) {
        ViewJob job("growth");
        for (int i = 0; i < 60; ++i) {
            job.temporary(static_cast<std::uint64_t>(i % 7 + 1) * 64 * kKiB);
            job.alloc(static_cast<std::uint64_t>(i % 5 + 1) * 96 * kKiB);
        }
        for (int run = 0; run < runs; ++run) {
            for (int op = 0; op < 48; ++op) {
                if (run == 0 && op % 3 == 0) {
                    job.alloc(2 * kKiB + 32);  // prepared once
                }
                job.temporary(static_cast<std::uint64_t>(op * op % 23 + 40) * kKiB, BufferType::L1);
            }
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], runs);
        EXPECT_EQ(job.json()["growth"].size(), 0U);
        EXPECT_THAT(job.text(), HasSubstr("nothing grows"));
    }
}

TEST(GrowthCases, OlderBuffersOfTheSameSizeStandApart) {
    ViewJob job("growth");
    job.alloc(kLeak);
    job.alloc(kLeak);
    const std::uint64_t loaded = job.now();
    for (int i = 0; i < 20; ++i) {
        step(job, 8);
        job.alloc(kLeak);
    }
    job.end();
    const Json group = group_of(job.json());
    EXPECT_EQ(group["count"], 20);
    EXPECT_EQ(group["older"], 2);
    EXPECT_GT(group["first_t_ns"].get<std::uint64_t>(), loaded);
}

TEST(GrowthCases, ACacheThatALargerOneReplaces) {
    ViewJob job("growth");
    Buffer cache = job.alloc(2 * kKiB);
    for (int i = 0; i < 200; ++i) {
        job.temporary(16 * kKiB);
        job.temporary(16 * kKiB);
        const Buffer larger = job.alloc(cache.size + kKiB);
        job.free(cache);
        cache = larger;
    }
    job.end();
    const Json group = group_of(job.json());
    EXPECT_TRUE(group["size"].is_null());
    EXPECT_NEAR(group["bytes_per_period"].get<double>(), 1024, 16);
    ASSERT_GE(group["sizes"].size(), 3U);
    EXPECT_EQ(group["sizes"].back(), 202 * kKiB);
    EXPECT_THAT(job.text(), HasSubstr("follow each other"));
}

// Alike within a step, but not from one step to the next.
TEST(GrowthCases, ACacheOfEachLayer) {
    for (const auto& [layers, steps] : {std::pair{16, 100}, {4, 60}, {32, 40}}) {
        ViewJob job("growth");
        std::vector<Buffer> caches;
        for (int l = 0; l < layers; ++l) {
            caches.push_back(job.alloc(64 * kKiB));
        }
        for (int i = 0; i < steps; ++i) {
            job.temporary(128);
            for (Buffer& cache : caches) {
                layer(job, 5);
                const Buffer larger = job.alloc(cache.size + 2 * kKiB);
                job.free(cache);
                cache = larger;
            }
            job.temporary(501 * kKiB);
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], steps);
        const Json group = group_of(job.json());
        EXPECT_NEAR(group["bytes_per_period"].get<double>(), layers * 2.0 * kKiB, 0.05 * layers * 2.0 * kKiB);
        EXPECT_EQ(job.json()["risen"].size(), 0U) << job.json()["risen"].dump(1);
    }
}

TEST(GrowthCases, SizesThatTakeTurns) {
    for (const int sizes : {5, 7, 9}) {
        ViewJob job("growth");
        std::mt19937 random(static_cast<unsigned>(sizes));
        for (int i = 0; i < 80; ++i) {
            step(job, 8);
            job.alloc((random() % static_cast<unsigned>(sizes) + 100) * kKiB);
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], 80);
        double bytes = 0;  // one of the sizes may grow evenly by itself
        int in_turn = 0;
        const Json growth = job.json()["growth"];
        for (const Json& group : growth) {
            bytes += group["bytes_per_period"].get<double>();
            in_turn += group["in_turn"].get<bool>() ? 1 : 0;
        }
        EXPECT_NEAR(bytes, 103 * kKiB, 12 * kKiB);
        EXPECT_EQ(in_turn, 1);
        EXPECT_THAT(job.text(), HasSubstr("in turn, none in each iteration"));
        EXPECT_THAT(job.text(), Not(HasSubstr("also more than")));
    }
}

TEST(GrowthCases, SizesThatDriftAreToldOnce) {
    for (const char* mark : {"", "DRAM:128"}) {
        ViewOptions options;
        EXPECT_TRUE(*mark == 0 || parse_mark(mark, options.iterations));
        ViewJob job("growth", options);
        for (int i = 0; i < 100; ++i) {
            step(job, 8);
            job.alloc(4 * kKiB + 32 * static_cast<std::uint64_t>(i));
        }
        job.end();
        EXPECT_GT(group_of(job.json())["bytes_per_period"], 4 * kKiB) << mark;
        EXPECT_EQ(job.json()["risen"].size(), 0U) << job.json()["risen"].dump(1);
    }
}

// Speculative decoding, chunks of a prompt.
TEST(GrowthCases, StepsOfUnevenLength) {
    for (const auto& [least, most] : {std::pair{14, 18}, {7, 9}, {28, 34}}) {
        ViewJob job("growth");
        std::mt19937 random(2);
        for (int i = 0; i < 120; ++i) {
            step(job, least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1)));
            job.alloc(kLeak);
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], 120) << least;
        EXPECT_NEAR(group_of(job.json())["buffers_per_period"].get<double>(), 1, 0.05);
    }
}

TEST(GrowthCases, WhatFillsUpAndStopsIsSaid) {
    ViewJob job("growth");
    for (int i = 0; i < 100; ++i) {
        step(job, 8);
        if (i < 40) {
            job.alloc(kLeak);
        }
    }
    job.end();
    EXPECT_EQ(job.json()["growth"].size(), 0U);
    const Json risen = job.json()["risen"];
    ASSERT_EQ(risen.size(), 1U);
    EXPECT_EQ(risen[0]["how"], "stopped");
    EXPECT_EQ(risen[0]["to"], 40);
    EXPECT_THAT(job.text(), Not(HasSubstr("nothing grows:")));
}

TEST(GrowthCases, ALeakOfAnEarlierLoopIsSaid) {
    ViewJob job("growth");
    for (int user = 0; user < 16; ++user) {
        for (int op = 0; op < 30; ++op) {
            job.temporary(static_cast<std::uint64_t>(op % 11 + 300) * kKiB);
        }
        job.alloc(kLeak);
    }
    for (int i = 0; i < 40; ++i) {
        step(job, 8);
    }
    job.end();
    const Json json = job.json();
    EXPECT_EQ(json["iterations"][0]["count"], 40);
    ASSERT_EQ(json["risen"].size(), 1U) << json.dump(1);
    EXPECT_EQ(json["risen"][0]["how"], "in an earlier loop");
    EXPECT_NEAR(json["risen"][0]["buffers_per_period"].get<double>(), 1, 0.05);
}

TEST(GrowthCases, SomeLeakOfEachChip) {
    ViewJob job("growth");
    for (int i = 0; i < 40; ++i) {
        step(job, 4);
        job.alloc(kLeak, BufferType::L1, kChip3);
        job.alloc(2 * kLeak);
        if (i % 4 == 3) {
            job.alloc(3 * kLeak);
        }
    }
    job.end();
    EXPECT_EQ(iterations_of(job.json())["count"], 40);
    EXPECT_EQ(job.json()["growth"].size(), 3U);
}

TEST(GrowthCases, ThreadsSideBySide) {
    ViewJob job("growth");
    std::mt19937 random(5);
    std::vector<int> at(4);
    const auto turn = [&](std::uint32_t thread) {
        job.by(kPid + 1 + thread);
        int& op = at[thread];
        if (op++ % 21 == 20) {
            job.alloc(kLeak);
        } else {
            job.temporary(static_cast<std::uint64_t>(op % 21 + 1) * 8 * kKiB);
        }
    };
    while (*std::min_element(at.begin(), at.end()) < 16 * 21) {
        const std::uint32_t thread = random() % 4;
        if (at[thread] < 16 * 21) {
            turn(thread);
        }
    }
    job.end();
    const Json found = iterations_of(job.json());
    EXPECT_EQ(found["count"], 64);
    EXPECT_EQ(found["tids"].size(), 4U);
    EXPECT_NEAR(group_of(job.json())["buffers_per_period"].get<double>(), 1, 0.1);
    EXPECT_THAT(job.text(), HasSubstr("4 threads side by side (16 each)"));
}

TEST(GrowthCases, ManyThreadsSideBySide) {
    for (const std::uint32_t threads : {12U, 24U, 40U}) {
        ViewJob job("growth");
        std::mt19937 random(threads);
        std::vector<int> at(threads);
        for (std::uint32_t left = threads * 20 * 11; left > 0;) {
            const std::uint32_t thread = random() % threads;
            const int op = at[thread];
            if (op == 20 * 11) {
                continue;
            }
            ++at[thread];
            --left;
            job.by(kPid + 1 + thread).temporary(static_cast<std::uint64_t>(op % 11 + 1) * 8 * kKiB);
            if (op % 11 == 10) {
                job.alloc(kLeak);
            }
        }
        job.end();
        const Json found = iterations_of(job.json());
        EXPECT_EQ(found["count"], 20 * threads);
        EXPECT_NEAR(group_of(job.json())["buffers_per_period"].get<double>(), 1, 0.1);
    }
}

TEST(GrowthCases, AThreadThatLoadedDoesNotGrow) {
    for (const int threads : {1, 2, 5}) {
        ViewJob job("growth");
        for (int i = 0; i < 63; ++i) {
            job.by(kPid).alloc(static_cast<std::uint64_t>(i % 9 + 1) * 64 * kKiB);
        }
        for (int i = 0; i < 30; ++i) {
            for (int thread = 1; thread <= threads; ++thread) {
                layer(job.by(kPid + static_cast<std::uint32_t>(thread)), 20);
                job.alloc(kLeak);
            }
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["count"], 30 * threads);
        EXPECT_EQ(group_of(job.json())["size"], kLeak);
    }
}

TEST(GrowthCases, OneOfAKindIsSingular) {
    ViewJob job("growth");
    for (int i = 0; i < 40; ++i) {
        job.alloc(kLeak);
    }
    job.end();
    EXPECT_THAT(job.text(), HasSubstr("40 iterations of 1.0 us, 1 allocation each\n"));
}

// Finding 8: 480 iterations of 356 us were 0.79 s, without a word.
TEST(GrowthCases, AMedianOfUnevenTimesIsCalledSo) {
    for (const auto& [slow, longer] : {std::pair{0, 0U}, {1, 500'000U}, {3, 1'000'000U}, {12, 40'000U}}) {
        ViewJob job("growth");
        for (int i = 0; i < 40; ++i) {
            job.temporary(128);
            if (i < slow) {
                job.pass(longer);
            }
            layer(job, 4);
            job.alloc(kLeak);
        }
        job.end();
        EXPECT_THAT(job.text(), HasSubstr("40 iterations of "));
        EXPECT_EQ(job.text().find(" (median), ") != std::string::npos, slow > 0) << job.text();
    }
}

TEST(GrowthCases, SizesHaveTheirArticle) {
    for (const auto& [size, text] : {std::pair<std::uint64_t, const char*>{8192, "an 8.0 KiB"}, {11 << 10, "an 11.0 KiB"}, {18 << 20, "an 18.0 MiB"},
                                     {85 << 10, "an 85.0 KiB"}, {110 << 10, "a 110.0 KiB"}, {4096, "a 4.0 KiB"}}) {
        ViewJob job("growth");
        for (int i = 0; i < 40; ++i) {
            job.free(job.alloc(size));
        }
        job.end();
        EXPECT_THAT(job.text(0), HasSubstr(std::string("recognised by ") + text + " DRAM allocation of"));
    }
}

// Weights that the first iteration lays out on the device, and frees nothing of, are no part of an iteration.
TEST(GrowthCases, WhatTheFirstIterationPreparesIsInNone) {
    for (const int prepared : {1, 30, 500}) {
        ViewJob job("growth");
        for (int i = 0; i < 20; ++i) {
            for (int weight = 0; weight < (i == 0 ? prepared : 0); ++weight) {
                job.alloc(1 << 20);
            }
            for (std::uint64_t size = 1; size <= 12; ++size) {
                job.free(job.alloc(size * 2048, BufferType::L1));
            }
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["allocations_per_period"], 12) << prepared;
    }
}

TEST(GrowthCases, TellsWhatItTakesAndWhenItIsFull) {
    ViewJob job("growth");
    for (int i = 0; i < 40; ++i) {
        step(job, 4);
        job.alloc(kLeak);
    }
    job.end();
    const Json json = job.json();
    const Json group = group_of(json);
    ASSERT_FALSE(group["footprint_bytes_per_period"].is_null());
    EXPECT_GE(group["footprint_bytes_per_period"].get<std::uint64_t>(), kLeak);
    ASSERT_EQ(json["outlook"].size(), 1U);
    const Json outlook = json["outlook"][0];
    const double per_bank = group["footprint_bytes_per_period"].get<double>() / outlook["banks"].get<double>();
    EXPECT_NEAR(outlook["iterations_left"].get<double>(), outlook["free_per_bank"].get<double>() / per_bank, 2);
    EXPECT_THAT(job.text(0), HasSubstr("full after about"));
}

TEST(GrowthCases, MarksAsTheyArePrinted) {
    for (const auto& [mark, count] : {std::pair{"DRAM:500.7K", 20}, {"DRAM:512705", 0}, {"DRAM:499K", 0}, {"L1:500.7K", 0}}) {
        IterationHint hint;
        ASSERT_TRUE(parse_mark(mark, hint));
        ViewOptions options;
        options.iterations = hint;
        ViewJob job("growth", options);
        for (int i = 0; i < 20; ++i) {
            temporaries(job, 9);
            job.temporary(512'704);
        }
        job.end();
        const Json json = job.json();
        ASSERT_EQ(json["iterations"].size(), count > 0 ? 1U : 0U) << mark;
        if (count > 0) {
            EXPECT_NEAR(json["iterations"][0]["count"].get<double>(), count, 1);
        } else {
            EXPECT_THAT(job.text(), HasSubstr("the nearest are")) << mark;
            EXPECT_EQ(json["processes"][0]["nearest"][0]["type"], mark[0] == 'D' ? "DRAM" : "L1");
        }
    }
}

TEST(GrowthCases, CertaintyFallsWithWhatIsNotExplained) {
    ViewJob job("growth");
    std::mt19937 random(3);
    for (int i = 0; i < 40; ++i) {
        layer(job, 12);
        for (int k = 0; k < 12; ++k) {
            job.temporary((random() % 3000 + 1) * 32);
        }
    }
    job.end();
    const Json iterations = job.json()["iterations"];
    for (const Json& found : iterations) {
        EXPECT_NE(found["certainty"], "high") << found.dump(1);
    }
}

// What is kept of each iteration comes again in each as well.
TEST(GrowthCases, CertaintyDoesNotFallWithWhatLeaks) {
    for (const int kept : {1, 4, 9}) {
        ViewJob job("growth");
        for (int i = 0; i < 40; ++i) {
            layer(job, 5);
            for (int k = 0; k < kept; ++k) {
                job.alloc(kLeak + static_cast<std::uint64_t>(k) * kKiB);
            }
        }
        job.end();
        const Json found = iterations_of(job.json());
        EXPECT_EQ(found["certainty"], "high") << found.dump(1);
        EXPECT_GT(found["explained"].get<double>(), 0.95);
        EXPECT_THAT(job.text(), Not(HasSubstr("come again")));
    }
}

// Buffers of any size one behind the other: not much of a loop.
TEST(GrowthCases, OneBufferOfAnySizeIsNoSureIteration) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        ViewJob job("growth");
        std::mt19937 random(seed);
        for (int i = 0; i < 100; ++i) {
            job.temporary((random() % 30000 + 1) * 32);
        }
        job.end();
        EXPECT_EQ(iterations_of(job.json())["certainty"], "low");
    }
}

TEST(GrowthCases, AMillionSizesAreBounded) {
    ViewJob job("growth");
    for (int i = 0; i < 400'000; ++i) {
        job.temporary((static_cast<std::uint64_t>(i) + 1) * 32);
    }
    job.end();
    EXPECT_GT(job.json()["left_out_allocations"].get<std::uint64_t>(), 0U);
    EXPECT_EQ(job.json()["growth"].size(), 0U);
}

void named(ViewJob& job, const char* name) { job.apply(Marked{{job.next().t_ns, 0, 0}, name}); }

// Steps that have nothing in common but a mark in front of each.
TEST(GrowthCases, MarksBeginIterations) {
    for (const auto& [steps, kept, others] : {std::tuple{12, 1, false}, {20, 3, true}, {5, 2, true}, {100, 1, false}}) {
        ViewOptions options;
        ASSERT_TRUE(parse_mark("mark:step", options.iterations));
        ViewJob job("growth", options);
        std::mt19937 random(static_cast<unsigned>(steps));
        named(job, "load");
        for (int i = 0; i < 40; ++i) {
            job.alloc(kLeak);
        }
        for (int i = 0; i < steps; ++i) {
            named(job, "step");
            for (unsigned op = random() % 20 + 5; op > 0; --op) {
                job.temporary((random() % 3000 + 1) * 32);
            }
            if (others) {
                named(job, "write");  // what is left of the step is its own all the same
            }
            for (int k = 0; k < kept; ++k) {
                job.alloc(kLeak);
            }
        }
        named(job, "finish");
        const std::uint64_t finished = job.now();
        for (int i = 0; i < 300; ++i) {
            job.temporary(64 * kKiB);
        }
        job.end();
        const Json found = iterations_of(job.json());
        EXPECT_EQ(found["count"], steps);
        EXPECT_EQ(found["found_by"], "--mark");
        EXPECT_LT(found["last_t_ns"].get<std::uint64_t>(), finished + 50 * ViewJob::kTick) << "another mark ends the last one";
        const Json group = group_of(job.json());
        EXPECT_NEAR(group["buffers_per_period"].get<double>(), kept, 0.05 * kept);
        EXPECT_EQ(group["older"], 40);
        EXPECT_THAT(job.text(0), HasSubstr("as --mark says"));
    }
}

TEST(GrowthCases, AMarkThatIsNotThereIsSaid) {
    for (const char* view : {"growth", "leaks"}) {
        ViewOptions options;
        ASSERT_TRUE(parse_mark("mark:decode", options.iterations));
        const std::unique_ptr<View> made = find_view(view)->make(options);
        Tracker tracker;
        made->observer()->begin(tracker.view());
        for (const char* name : {"load", "step", "step"}) {
            const Event event = Marked{{1000, 0, 0}, name};
            made->observer()->observe(event, tracker.apply(event));
        }
        made->observer()->end(tracker.view());
        ASSERT_TRUE(made->problem()) << view;
        EXPECT_THAT(*made->problem(), testing::AllOf(HasSubstr("mark:decode: there is no such mark"), HasSubstr("load, step, step#2")));
    }
}

// Where no loop is found the marks that may tell it are named.
TEST(GrowthCases, MarksAreOfferedWhereNothingRepeats) {
    ViewJob job("growth");
    for (std::uint64_t epoch = 1; epoch < 4; ++epoch) {
        named(job, "epoch");
        job.temporary(epoch * 4096, epoch == 2 ? BufferType::L1 : BufferType::Dram);
    }
    job.end();
    EXPECT_EQ(job.json()["iterations"].size(), 0U);
    EXPECT_THAT(job.text(0), HasSubstr("--mark \"mark:epoch\" may tell what an iteration is"));
}

// The event streams of real models, byte for byte as the runtime's own lists had them.
struct Model {
    const char* name;
    int iterations;
    int allocations;  // of each
    int parts;  // 0: none are told
    int growing;
};

std::string model_rows(const std::string& name) {
    const char* shared = std::getenv("TAT_SHARED_DIR");
    if (shared == nullptr) {
        return {};
    }
    std::ifstream file(std::string(shared) + "/workloads/models/" + name + ".csv.zst", std::ios::binary);
    const std::string packed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::string plain(std::size_t{16} << 20U, '\0');
    const std::size_t size = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
    plain.resize(ZSTD_isError(size) != 0 ? 0 : size);
    return plain;
}

void replay(ViewJob& job, const std::string& csv) {
    std::istringstream rows(csv);
    std::string row;
    std::getline(rows, row);
    std::map<std::pair<unsigned, std::uint64_t>, Buffer> live;
    while (std::getline(rows, row)) {
        std::replace(row.begin(), row.end(), ',', ' ');
        std::istringstream fields(row);
        std::uint64_t op = 0;
        std::string event;
        unsigned device = 0;
        unsigned type = 0;
        std::uint64_t address = 0;
        std::uint64_t size = 0;
        fields >> op >> event >> device >> type >> address >> size;
        if (event == "alloc") {
            live[{type, address}] = job.alloc(size, static_cast<BufferType>(type));
        } else {
            job.free(live.at({type, address}));
        }
    }
    job.end();
}

class GrowthModels : public testing::TestWithParam<Model> {};

TEST_P(GrowthModels, AreReadAsTheirAuthorsMeanThem) {
    const Model& model = GetParam();
    const std::string csv = model_rows(model.name);
    if (csv.empty()) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    ViewJob job("growth");
    replay(job, csv);
    const Json json = job.json();
    const Json found = iterations_of(json);
    EXPECT_EQ(found["count"], model.iterations);
    EXPECT_EQ(found["allocations_per_period"], model.allocations);
    ASSERT_EQ(found["parts"].empty(), model.parts == 0) << found.dump(1);
    if (model.parts > 0) {
        EXPECT_EQ(found["parts"][0]["count"], model.parts);
    }
    EXPECT_EQ(json["growth"].size(), static_cast<std::size_t>(model.growing)) << json["growth"].dump(1);
    EXPECT_EQ(json["risen"].size(), 0U) << json["risen"].dump(1);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    GrowthModels,
    testing::Values(Model{"llama", 20, 357, 16, 0}, Model{"resnet", 20, 96, 0, 0}, Model{"resnet-outputs-kept", 20, 96, 0, 1}, Model{"bert", 10, 254, 24, 0})
);

}  // namespace
}  // namespace tt::alloc_trace::test
