// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// What the truth says behind the scenarios about failures and about the ends of allocators.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <tuple>

#include "driver/runner.hpp"
#include "driver/scenarios.hpp"
#include "driver/storm.hpp"
#include "driver/truth.hpp"
#include "test_support.hpp"

namespace standin_test {
namespace {

using nlohmann::json;

class ScenarioTruthTest : public StandinTest {
protected:
    static json truth_of(const standin::World& world, const standin::EventBook& book) {
        const auto path = std::filesystem::temp_directory_path() / ("standin_truth." + std::to_string(::getpid()));
        standin::write_truth(path, world, book);
        std::ifstream file(path);
        auto truth = json::parse(file);
        std::filesystem::remove(path);
        return truth;
    }
    template <typename Workload>
    json run(const standin::Options& options, standin::EventBook& book, standin::World& world, Workload& workload) {
        world.open();
        workload.prepare(book.make_log());
        standin::Runner runner(workload, book);
        runner.start();
        runner.join();
        json truth = truth_of(world, book);
        expect_balanced(truth);
        EXPECT_EQ(truth["live"].size(), truth["live_buffers"].get<std::size_t>()) << options.scenario;
        world.close();
        workload.free_all(book.make_log());
        world.drop_closed();
        return truth;
    }
    json scenario(const std::string& name) {
        auto scenario_options = options();
        scenario_options.scenario = name;
        standin::EventBook book("");
        standin::World world(scenario_options);
        standin::ScenarioWorkload workload(scenario_options, world, book);
        return run(scenario_options, book, world, workload);
    }
    json storm(const standin::Options& storm_options) {
        standin::EventBook book("");
        standin::World world(storm_options);
        standin::Storm workload(storm_options, world);
        return run(storm_options, book, world, workload);
    }

    // The live buffers and the blocks of no buffer are what the free lists say is used.
    static void expect_balanced(const json& truth) {
        using Key = std::tuple<std::string, std::string>;  // allocator, type
        std::map<Key, std::uint64_t> taken;
        for (const char* list : {"live", "orphans"}) {
            for (const json& entry : truth[list]) {
                taken[{entry["allocator"], entry["type"]}] += entry["block"].get<std::uint64_t>();
                EXPECT_GT(entry["block"], 0);
            }
        }
        for (const json& region : truth["regions"]) {
            const std::uint64_t used = region["used"];
            const std::uint64_t free = region["free"];
            EXPECT_EQ(used, (taken[Key{region["allocator"], region["type"]}])) << region;
            EXPECT_EQ(used + free + region["shrunk"].get<std::uint64_t>(), region["bytes"].get<std::uint64_t>());
            EXPECT_LE(region["largest_free"], region["free"]);
        }
    }
    // The numbers that the pattern finds.
    static std::vector<std::uint64_t> numbers(const json& text, const std::string& pattern) {
        std::smatch match;
        const auto message = text.get<std::string>();
        if (!std::regex_search(message, match, std::regex(pattern))) {
            ADD_FAILURE() << message;
            return std::vector<std::uint64_t>(8);
        }
        std::vector<std::uint64_t> found;
        for (std::size_t index = 1; index < match.size(); ++index) {
            found.push_back(std::stoull(match[index]));
        }
        return found;
    }
};

constexpr const char* kOutOfMemory =
    "^TT_FATAL @ [^\\n]*:[0-9]+: [^\\n]*\\ninfo:\\nOut of Memory: Not enough space to allocate ([0-9]+) B L1 buffer "
    "across ([0-9]+) banks, where each bank needs to store ([0-9]+) B, but bank size is ([0-9]+) B "
    "\\(allocated: ([0-9]+) B, free: ([0-9]+) B, largest free block: ([0-9]+) B\\)";

TEST_F(ScenarioTruthTest, StormBalancesLayoutsAndRegions) {
    auto storm_options = options();
    storm_options.owners = {3, 1, 1, 1};
    storm_options.prefill = 5'000;
    const json truth = storm(storm_options);
    EXPECT_EQ(truth["orphans"].size(), 0U);
    std::set<int> layouts;
    std::set<std::string> owners;
    std::set<std::string> types;
    for (const json& entry : truth["live"]) {
        layouts.insert(entry["layout"].get<int>());
        owners.insert(entry["owner"].get<std::string>());
        types.insert(entry["type"].get<std::string>());
    }
    EXPECT_EQ(layouts, (std::set<int>{0, 2, 3, 4}));
    EXPECT_EQ(owners.size(), 1 + 8 + 2U) << "mesh with sub-devices, chips, submeshes";
    EXPECT_EQ(types.size(), 4U);
    EXPECT_GE(truth["live_buffers"], 5'000);
}

TEST_F(ScenarioTruthTest, FailedAllocationLeavesItsBlock) {
    const json truth = scenario("leak-block");
    EXPECT_EQ(truth["failed"], 50);
    EXPECT_EQ(truth["orphans"].size(), 50U);
    const auto found = numbers(
        truth["last_failure"], "Out of Memory: Cannot allocate at an address below ([0-9]+)\\. Allocation at ([0-9]+)");
    EXPECT_LT(found[1], found[0]);
}

TEST_F(ScenarioTruthTest, ExhaustedMemoryHasTooLittleFree) {
    const json truth = scenario("oom-exhausted");
    EXPECT_EQ(truth["failed"], 50);
    const auto found = numbers(truth["last_failure"], kOutOfMemory);
    EXPECT_GT(found[2], found[5]) << "needed, free";
    EXPECT_EQ(found[4] + found[5], found[3]) << "allocated + free = size";
}

TEST_F(ScenarioTruthTest, FragmentedMemoryHasNoBlockThatIsLargeEnough) {
    const auto found = numbers(scenario("oom-fragmented")["last_failure"], kOutOfMemory);
    EXPECT_LT(found[2], found[5]) << "needed, free";
    EXPECT_GT(found[2], found[6]) << "needed, largest free";
}

TEST_F(ScenarioTruthTest, ClashNamesBothSides) {
    const json truth = scenario("clash");
    EXPECT_EQ(truth["clashes"], 100);
    const auto found = numbers(
        truth["last_clash"],
        "^TT_THROW @ [^\\n]*:[0-9]+: [^\\n]*\\ninfo:\\nStatically allocated circular buffers in program ([0-9]+) clash "
        "with L1 buffers on core range \\[\\(x=0,y=0\\) - \\(x=7,y=3\\)\\]\\. L1 buffer allocated at ([0-9]+) and static "
        "circular buffer region ends at ([0-9]+)");
    EXPECT_LT(found[1], found[2]);
}

TEST_F(ScenarioTruthTest, OverriddenStateIsForeign) {
    const json truth = scenario("override-state");
    EXPECT_EQ(truth["live_buffers"], 20) << "5 of the 25 lost their blocks";
    EXPECT_EQ(truth["orphans"].size(), 10U) << "those of the parent";
}

TEST_F(ScenarioTruthTest, MarkedBuffersKeepTheirBlocks) {
    const json truth = scenario("mark-as-deallocated");
    EXPECT_EQ(truth["frees"], 0);
    EXPECT_EQ(truth["live_buffers"], 10);
    EXPECT_EQ(truth["orphans"].size(), 5U);
}

TEST_F(ScenarioTruthTest, ClosedSubmeshIsGoneAndTheOthersStay) {
    const json truth = scenario("submesh-close");
    EXPECT_EQ(truth["frees"], 0);
    EXPECT_EQ(truth["live_buffers"], 20) << "10 of the mesh, 10 of the other submesh";
}

TEST_F(ScenarioTruthTest, ShrunkRegionIsTold) {
    std::uint64_t shrunk = 0;
    const json truth = scenario("shrink-reset");
    for (const json& region : truth["regions"]) {
        shrunk += region["shrunk"].get<std::uint64_t>();
    }
    EXPECT_EQ(shrunk, 128U * 1024);
}

TEST_F(ScenarioTruthTest, SecondTraceIsLive) {
    int traces = 0;
    const json truth = scenario("trace");
    for (const json& entry : truth["live"]) {
        traces += entry["type"] == "TRACE" ? 1 : 0;
    }
    EXPECT_EQ(traces, 1);
}

TEST_F(ScenarioTruthTest, OldBuffersGoSilentlyBehindTheReopening) {
    const json truth = scenario("destroy-after-close");
    EXPECT_EQ(truth["allocs"], 10);
    EXPECT_EQ(truth["frees"], 0);
    EXPECT_EQ(truth["live_buffers"], 5);
}

}  // namespace
}  // namespace standin_test
