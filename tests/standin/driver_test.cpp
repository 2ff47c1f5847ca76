// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Proves the driver's ground truth against what the runtime itself tells a graph processor.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "driver/event_log.hpp"
#include "driver/replay.hpp"
#include "driver/runner.hpp"
#include "driver/scenarios.hpp"
#include "driver/storm.hpp"
#include "driver/truth.hpp"
#include "test_support.hpp"

namespace standin_test {
namespace {

class DriverTest : public StandinTest {
protected:
    // Runs the workload once and compares the driver's log with what the runtime itself told a graph processor.
    void run(standin::Workload& workload, standin::World& world, standin::EventBook& book) {
        if (!world.is_open()) {
            world.open();
        }
        standin::Runner runner(workload, book);
        runner.start();
        runner.join();
        const standin::EventCounts total = book.total();
        EXPECT_EQ(total.allocs, seen_->allocs);
        EXPECT_EQ(total.frees, seen_->frees);
        EXPECT_EQ(total.hooked_allocs, seen_->hooked_allocs);
        EXPECT_EQ(total.hooked_frees, seen_->hooked_frees);
        EXPECT_EQ(total.cbs, seen_->cbs);
    }

    nlohmann::json truth_of(const standin::World& world, const standin::EventBook& book) {
        const auto path = std::filesystem::temp_directory_path() / ("standin_truth." + std::to_string(::getpid()));
        standin::write_truth(path, world, book);
        std::ifstream file(path);
        auto truth = nlohmann::json::parse(file);
        std::filesystem::remove(path);
        return truth;
    }

    void finish(standin::Workload& workload, standin::World& world, standin::EventBook& book) {
        workload.free_all(book.make_log());
        world.close();
        world.drop_closed();
        EXPECT_EQ(book.total().frees, seen_->frees);
    }

    void storm(const standin::Options& options) {
        standin::EventBook book("");
        standin::World world(options);
        standin::Storm storm(options, world);
        run(storm, world, book);
        const auto truth = truth_of(world, book);
        EXPECT_GE(truth["events"].get<std::uint64_t>(), options.ops);
        EXPECT_EQ(
            truth["allocs"].get<std::uint64_t>() - truth["frees"].get<std::uint64_t>(),
            truth["live_buffers"].get<std::uint64_t>());
        finish(storm, world, book);
    }
};

TEST_F(DriverTest, StormOfSixteenThreadsConservesTheLiveSet) {
    auto storm_options = options();
    storm_options.threads = 16;
    storm(storm_options);
}

TEST_F(DriverTest, SharedStormWithEverythingConservesTheLiveSet) {
    auto storm_options = options();
    storm_options.threads = 16;
    storm_options.shared = true;
    storm_options.anomalies = true;
    storm_options.programs = 20;
    storm_options.oom_percent = 2;
    storm_options.owners = {3, 1, 1, 1};
    storm(storm_options);
}

TEST_F(DriverTest, SameSeedDoesTheSameOnOneThread) {
    auto storm_options = options();
    storm_options.threads = 1;
    storm_options.ops = 20'000;
    std::vector<std::string> seen_twice;
    for (int time = 0; time < 2; ++time) {
        standin::EventBook book("");
        standin::World world(storm_options);
        standin::Storm storm(storm_options, world);
        world.open();
        storm.run(0, book.make_log(), std::atomic<bool>(false));
        const auto truth = truth_of(world, book);
        std::string live;
        for (const auto& entry : truth["live"]) {
            live += entry["type"].get<std::string>() + entry["address"].get<std::string>() + entry["size"].dump() + ' ';
        }
        std::sort(live.begin(), live.end());
        seen_twice.push_back(live);
        storm.free_all(book.make_log());
        world.close();
    }
    EXPECT_EQ(seen_twice[0], seen_twice[1]);
}

class ScenarioTest : public DriverTest, public testing::WithParamInterface<const char*> {};

TEST_P(ScenarioTest, LogEqualsWhatTheRuntimeTold) {
    auto scenario_options = options();
    scenario_options.scenario = GetParam();
    standin::EventBook book("");
    standin::World world(scenario_options);
    standin::ScenarioWorkload workload(scenario_options, world, book);
    run(workload, world, book);
    if (world.is_open()) {
        finish(workload, world, book);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Standin,
    ScenarioTest,
    testing::Values(
        "nine-buffers",
        "three-runs",
        "free-after-close",
        "clear",
        "oom",
        "hooked",
        "programs",
        "all-types",
        "submesh-overlap",
        "sub-devices",
        "leak-block",
        "oom-exhausted",
        "oom-fragmented",
        "clash",
        "override-state",
        "shrink-reset",
        "submesh-close",
        "reopen",
        "destroy-after-close",
        "mark-as-deallocated",
        "trace"),
    [](const auto& scenario) {
        std::string name = scenario.param;
        std::erase(name, '-');
        return name;
    });

TEST_F(DriverTest, ExcessFreesReallyFireAgain) {
    auto scenario_options = options();
    scenario_options.scenario = "excess-frees";
    standin::EventBook book("");
    standin::World world(scenario_options);
    standin::ScenarioWorkload workload(scenario_options, world, book);
    run(workload, world, book);
    EXPECT_EQ(seen_->frees, 1 + scenario_options.repeat);
    EXPECT_EQ(truth_of(world, book)["live_buffers"], 1);
    finish(workload, world, book);
}

// Its own processor throws before the one of this test is asked, so only its end state can be compared.
TEST_F(DriverTest, ExceptionsPassThroughEveryFunction) {
    auto scenario_options = options();
    scenario_options.scenario = "throw-through";
    standin::EventBook book("");
    standin::World world(scenario_options);
    standin::ScenarioWorkload workload(scenario_options, world, book);
    run(workload, world, book);
    EXPECT_EQ(truth_of(world, book)["live_buffers"], 1);
    EXPECT_EQ(book.total().double_frees, 3 * scenario_options.repeat);
    finish(workload, world, book);
}

TEST_F(DriverTest, LlamaWorkloadGivesItsDocumentedTotals) {
    const char* shared = std::getenv("TAT_SHARED_DIR");
    if (shared == nullptr) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    auto replay_options = options();
    replay_options.replay_file = std::string(shared) + "/workloads/llama-n300-reconstructed.csv.zst";
    replay_options.mesh = {};
    replay_options.chips = standin::chips_in_replay(replay_options.replay_file);
    replay_options.owners = {0, 1, 0, 0};
    standin::EventBook book("");
    standin::World world(replay_options);
    standin::Replay replay(replay_options, world);
    run(replay, world, book);
    EXPECT_EQ(book.total().allocs, 139'280U);
    EXPECT_EQ(book.total().frees, 138'688U);
    EXPECT_EQ(replay.unknown_frees(), 0U);
    const auto truth = truth_of(world, book);
    EXPECT_EQ(truth["live_buffers"], 592);
    EXPECT_EQ(truth["live_bytes"], 2 * (397'988'544U + 2'048U));
    finish(replay, world, book);
}

}  // namespace
}  // namespace standin_test
