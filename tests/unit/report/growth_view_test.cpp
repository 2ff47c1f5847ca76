// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Jobs of which it is known what grows in them, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <random>

#include "report/iteration_words.hpp"
#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

using Buffer = ViewJob::Buffer;
using Json = nlohmann::ordered_json;
using testing::HasSubstr;

constexpr std::uint64_t kLeak = 12'288;

// Weights and KV cache of a model, prefill of some users: none of it comes again.
std::vector<Buffer> load(ViewJob& job, int layers = 32) {
    std::vector<Buffer> model;
    for (int layer = 0; layer < layers; ++layer) {
        for (const std::uint64_t size : {48U, 32U, 112U, 112U}) {
            job.temporary(size * kKiB + 64);  // before its conversion
            model.push_back(job.alloc(size * kKiB));
        }
        model.push_back(job.alloc(256 * kKiB));
        model.push_back(job.alloc(256 * kKiB));
    }
    return model;
}

void prefill(ViewJob& job, int users = 8) {
    for (int user = 0; user < users; ++user) {
        for (int op = 0; op < 50; ++op) {
            const Buffer in = job.alloc(512 * kKiB);
            job.temporary((op % 4 + 1) * 96 * kKiB, BufferType::L1);
            job.free(in);
        }
    }
}

// Layers within a step, and a head and a tail that come once per step.
void decode_step(ViewJob& job, int layers = 8) {
    const Buffer tokens = job.alloc(128);
    const Buffer embedded = job.alloc(8 * kKiB, BufferType::L1);
    for (int layer = 0; layer < layers; ++layer) {
        const Buffer q = job.alloc(16 * kKiB, BufferType::L1);
        job.launch(0x100);
        job.temporary(24 * kKiB, BufferType::L1);
        job.temporary(24 * kKiB, BufferType::L1);
        const Buffer up = job.alloc(56 * kKiB);
        job.launch(0x200);
        job.free(q);
        job.free(up);
    }
    job.free(embedded);
    const Buffer logits = job.alloc(501 * kKiB);
    job.launch(0x300);
    job.free(tokens);
    job.free(logits);
}

Json only_group(const Json& json) {
    EXPECT_EQ(json["growth"].size(), 1U) << json["growth"].dump(1);
    return json["growth"].empty() ? Json::object() : json["growth"][0];
}

void expect_nothing(ViewJob& job) {
    job.end();
    EXPECT_EQ(job.json()["growth"].size(), 0U) << job.json()["growth"].dump(1);
}

TEST(GrowthView, OneBufferEveryThirdIterationAmongMillionsOfEvents) {
    ViewJob job("growth");
    std::vector<Buffer> model = load(job);
    prefill(job);
    constexpr int kSteps = 30'000;
    int leaked = 0;
    const std::uint64_t before = job.now();
    for (int step = 0; step < kSteps; ++step) {
        decode_step(job);
        if (step % 3 == 2) {
            job.alloc(kLeak);
            ++leaked;
        }
    }
    const auto period = static_cast<double>(job.now() - before) / kSteps;
    EXPECT_GT(job.events(), 2'500'000U);
    job.free_all(model);  // on the way out
    job.end();
    const Json json = job.json();
    const Json group = only_group(json);
    EXPECT_EQ(group["owner"], "mesh 0");
    EXPECT_EQ(group["type"], "DRAM");
    EXPECT_EQ(group["size"], kLeak);
    EXPECT_EQ(group["count"], leaked);
    EXPECT_EQ(group["bytes"], leaked * kLeak);
    EXPECT_NEAR(group["bytes_per_period"].get<double>(), kLeak / 3.0, 0.01 * kLeak);
    EXPECT_NEAR(group["buffers_per_period"].get<double>(), 1 / 3.0, 0.01);
    EXPECT_NEAR(group["period_ns"].get<double>(), period, 0.03 * period);
    EXPECT_NEAR(group["iterations"].get<double>(), kSteps, 0.02 * kSteps);
    EXPECT_EQ(group["certainty"], "high");
    EXPECT_EQ(json["iterations"].size(), 1U);
    EXPECT_THAT(job.text(), HasSubstr("0.33"));
}

TEST(GrowthView, AFewDozenIterationsAreEnough) {
    for (const int every : {1, 2, 3, 5}) {
        ViewJob job("growth");
        load(job);
        for (int step = 0; step < 48; ++step) {
            decode_step(job);
            if (step % every == 0) {
                job.alloc(kLeak);
            }
        }
        job.end();
        const Json group = only_group(job.json());
        EXPECT_EQ(group["size"], kLeak) << every;
        EXPECT_NEAR(group["bytes_per_period"].get<double>(), static_cast<double>(kLeak) / every, 0.1 * kLeak / every) << every;
    }
}

TEST(GrowthView, NothingGrowsInAJobThatOnlyWorks) {
    for (const int steps : {10, 48, 500, 5000}) {
        ViewJob job("growth");
        load(job);
        prefill(job);
        for (int step = 0; step < steps; ++step) {
            decode_step(job);
        }
        job.end();
        EXPECT_EQ(job.json()["growth"].size(), 0U) << steps << job.json()["growth"].dump(1);
        EXPECT_EQ(job.json()["iterations"].size(), 1U) << steps;
        EXPECT_THAT(job.text(), HasSubstr("nothing grows"));
    }
}

TEST(GrowthView, ACacheThatFillsInTheFirstThirdDoesNotGrow) {
    ViewJob job("growth");
    load(job);
    for (int step = 0; step < 3000; ++step) {
        decode_step(job);
        if (step < 1000) {
            job.alloc(64 * kKiB);  // a page of the KV cache
        }
    }
    expect_nothing(job);
}

TEST(GrowthView, ACacheThatFillsEverSlowerDoesNotGrow) {
    ViewJob job("growth");
    for (int step = 0; step < 4000; ++step) {
        decode_step(job);
        const double filled = 400 * (1 - std::exp(-step / 600.0));
        const double next = 400 * (1 - std::exp(-(step + 1) / 600.0));
        if (static_cast<int>(next) > static_cast<int>(filled)) {
            job.alloc(64 * kKiB);
        }
    }
    expect_nothing(job);
}

TEST(GrowthView, ASawtoothDoesNotGrow) {
    for (const int tooth : {7, 100, 900}) {
        ViewJob job("growth");
        std::vector<Buffer> kept;
        for (int step = 0; step < 3000; ++step) {
            decode_step(job);
            kept.push_back(job.alloc(kLeak));
            if (step % tooth == tooth - 1) {
                job.free_all(kept);
            }
        }
        job.end();
        EXPECT_EQ(job.json()["growth"].size(), 0U) << tooth << job.json()["growth"].dump(1);
    }
}

TEST(GrowthView, AQueueOfFixedLengthDoesNotGrow) {
    ViewJob job("growth");
    std::deque<Buffer> queue;
    for (int step = 0; step < 2000; ++step) {
        decode_step(job);
        queue.push_back(job.alloc(kLeak));
        if (queue.size() > 40) {
            job.free(queue.front());
            queue.pop_front();
        }
    }
    expect_nothing(job);
}

TEST(GrowthView, AQueueThatIsEmptiedTooSlowlyGrows) {
    ViewJob job("growth");
    std::deque<Buffer> queue;
    for (int step = 0; step < 2000; ++step) {
        decode_step(job);
        queue.push_back(job.alloc(kLeak));
        if (step % 2 == 0) {
            job.free(queue.front());
            queue.pop_front();
        }
    }
    job.end();
    EXPECT_NEAR(only_group(job.json())["buffers_per_period"].get<double>(), 0.5, 0.01);
}

// Other threads allocate at random meanwhile, of many sizes and some of the loop's own.
void noise(ViewJob& job, std::mt19937& random, std::vector<Buffer>& held) {
    job.by(kPid + 7);
    for (int i = 0; i < 6; ++i) {
        if (held.size() > 200 || (!held.empty() && random() % 2 == 0)) {
            std::swap(held[random() % held.size()], held.back());
            job.free(held.back());
            held.pop_back();
        } else {
            held.push_back(job.alloc(random() % 8 == 0 ? kLeak : (random() % 2000 + 1) * 32));
        }
    }
    job.by(kPid + 1);
}

TEST(GrowthView, ALeakIsFoundAmongTheNoiseOfOtherThreads) {
    ViewJob job("growth");
    std::mt19937 random(7);
    std::vector<Buffer> held;
    for (int step = 0; step < 3000; ++step) {
        decode_step(job);
        noise(job, random, held);
        if (step % 3 == 0) {
            job.alloc(kLeak);
        }
    }
    job.end();
    const Json group = only_group(job.json());
    EXPECT_EQ(group["size"], kLeak);
    EXPECT_NEAR(group["bytes_per_period"].get<double>(), kLeak / 3.0, 0.05 * kLeak);
}

TEST(GrowthView, NoiseOfOtherThreadsDoesNotGrow) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        ViewJob job("growth");
        std::mt19937 random(seed);
        std::vector<Buffer> held;
        for (int step = 0; step < 1000; ++step) {
            decode_step(job);
            noise(job, random, held);
        }
        job.end();
        EXPECT_EQ(job.json()["growth"].size(), 0U) << seed << job.json()["growth"].dump(1);
    }
}

TEST(GrowthView, RandomAllocationsHaveNoIterations) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        ViewJob job("growth");
        std::mt19937 random(seed);
        std::vector<Buffer> held;
        for (int i = 0; i < 3000; ++i) {
            noise(job, random, held);
        }
        job.end();
        EXPECT_EQ(job.json()["growth"].size(), 0U) << seed;
        EXPECT_EQ(job.json()["iterations"].size(), 0U) << seed << job.json()["iterations"].dump(1);
        EXPECT_THAT(job.text(), HasSubstr("no iterations"));
    }
}

// Load, work, and clear up, but for `kept` of each run.
void whole_run(ViewJob& job, int kept, int steps = 40) {
    std::vector<Buffer> model = load(job, 8);
    prefill(job, 4);
    for (int step = 0; step < steps; ++step) {
        decode_step(job);
    }
    for (int i = 0; i < kept; ++i) {
        job.alloc(kLeak);
    }
    job.free_all(model);
}

TEST(GrowthView, ThreeRunsThatKeepSomethingOfEach) {
    for (const int kept : {1, 5}) {
        ViewJob job("growth");
        for (int run = 0; run < 3; ++run) {
            whole_run(job, kept);
        }
        job.end();
        const Json group = only_group(job.json());
        EXPECT_EQ(group["size"], kLeak);
        EXPECT_EQ(group["count"], 3 * kept);
        EXPECT_EQ(group["bytes_per_period"], kept * kLeak);
        EXPECT_EQ(group["certainty"], "low");
        EXPECT_EQ(group["found_by"], "recurring allocations");
        EXPECT_THAT(job.text(), HasSubstr("3 iterations"));
    }
}

TEST(GrowthView, ThreeRunsThatKeepNothingOrTheFirstModelOnly) {
    ViewJob job("growth");
    for (int run = 0; run < 3; ++run) {
        whole_run(job, run == 0 ? 5 : 0);
    }
    expect_nothing(job);
}

IterationHint period(std::string_view text) {
    IterationHint hint;
    EXPECT_TRUE(parse_period(text, hint)) << text;
    return hint;
}

TEST(GrowthView, TheUserSaysWhatAnIterationIs) {
    IterationHint mark;
    ASSERT_TRUE(parse_mark("l1:8K", mark));
    for (const IterationHint& hint : {mark, period("40.02ms"), period("30")}) {
        ViewOptions options;
        options.iterations = hint;
        ViewJob job("growth", options);
        std::mt19937 random(3);
        std::vector<Buffer> held;
        for (int step = 0; step < 400; ++step) {
            job.temporary(8 * kKiB, BufferType::L1);
            job.alloc(kLeak);
            for (int i = 0; i < 19; ++i) {
                job.temporary((random() % 5000 + 1) * 32);
            }
            job.pass(40'000'000);
        }
        job.end();
        const Json group = only_group(job.json());
        const double factor = hint.period_marks != 0 ? 30 / 21.0 : 1;
        EXPECT_NEAR(group["bytes_per_period"].get<double>(), factor * kLeak, 0.03 * kLeak);
    }
}

TEST(GrowthView, HintsThatAreNone) {
    IterationHint hint;
    for (const char* text : {"", "x", "-3", "0", "2.5q", "s", "1e99", "1 s"}) {
        EXPECT_FALSE(parse_period(text, hint)) << text;
    }
    for (const char* text : {"", "DRAM", "DRAM:", "DRAM:0", "CB:4096", "DRAM:4096x", "4096", "DRAM:-1", "DRAM:99999999T", "mark:"}) {
        EXPECT_FALSE(parse_mark(text, hint)) << text;
    }
}

TEST(GrowthView, AnEmptyRecordingSaysSo) {
    ViewJob job("growth");
    job.end();
    EXPECT_EQ(job.json()["growth"].size(), 0U);
    EXPECT_THAT(job.text(), HasSubstr("nothing was allocated"));
}

TEST(GrowthView, FiltersAndTop) {
    ViewOptions options;
    options.filter.kinds = {MemoryKind::L1};
    options.top = 1;
    ViewJob job("growth", options);
    for (int step = 0; step < 100; ++step) {
        decode_step(job);
        job.alloc(kLeak);
        job.alloc(kLeak, BufferType::L1);
        job.alloc(2 * kLeak, BufferType::L1);
    }
    job.end();
    EXPECT_EQ(job.json()["growth"].size(), 2U);
    EXPECT_THAT(job.text(), HasSubstr("1 more group left out"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
