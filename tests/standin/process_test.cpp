// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Runs tt-standin as a process of its own: command line, control protocol, and scenarios that end the process.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "driver_process.hpp"

namespace standin_test {
namespace {

std::string driver_path() {
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tt-standin").string();
}

// The tt-standin beside this program.
class Driver : public DriverProcess {
public:
    explicit Driver(const std::vector<std::string>& arguments) : DriverProcess(driver_path(), arguments) {}
};

class ProcessTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("standin_process_test." + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    nlohmann::json truth(const std::string& name = "truth") const {
        std::ifstream file(path(name));
        return nlohmann::json::parse(file);
    }
    int run_scenario(const std::string& name) {
        Driver driver({"--scenario", name, "--truth", path("truth")});
        return driver.wait();
    }

    std::filesystem::path folder_;
};

TEST_F(ProcessTest, ObeysTheControlProtocol) {
    Driver driver({"--control", "--threads", "2", "--ops", "1000", "--truth-events", path("events")});
    EXPECT_EQ(driver.read_line(), "ready " + std::to_string(driver.pid()));
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("wait"), "quiescent 1000");
    EXPECT_EQ(driver.ask("truth " + path("first")), "ok");
    EXPECT_EQ(driver.ask("nonsense"), "error unknown command: nonsense");
    EXPECT_EQ(driver.ask("close"), "closed");
    EXPECT_EQ(driver.ask("truth " + path("closed")), "ok");
    EXPECT_EQ(driver.ask("start"), "error the devices are closed: reopen first");
    EXPECT_EQ(driver.ask("reopen"), "ok");
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("wait"), "quiescent 2000");
    EXPECT_EQ(driver.ask("free-all").rfind("quiescent ", 0), 0U);
    EXPECT_EQ(driver.ask("truth " + path("end")), "ok");
    driver.close_input();
    EXPECT_EQ(driver.wait(), 0);
    EXPECT_GT(truth("first")["live_buffers"], 0);
    EXPECT_EQ(truth("closed")["live_buffers"], 0);
    EXPECT_EQ(truth("closed")["events"], 1000);
    EXPECT_EQ(truth("end")["live_buffers"], 0);
    std::ifstream events(path("events"));
    const auto lines = std::count(std::istreambuf_iterator<char>(events), {}, '\n');
    EXPECT_EQ(static_cast<std::uint64_t>(lines), 1 + truth("end")["events"].get<std::uint64_t>());
}

TEST_F(ProcessTest, ChurnsOtherChipsWhileTheStormGoesOn) {
    Driver driver({"--control", "--threads", "2", "--ops", "0"});
    driver.read_line();
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("churn-close 20"), "churned 20");
    EXPECT_EQ(driver.ask("churn-close x"), "error churn-close needs a number");
    EXPECT_EQ(driver.ask("stop").rfind("quiescent ", 0), 0U);
    EXPECT_EQ(driver.ask("truth " + path("truth")), "ok");
    driver.close_input();
    EXPECT_EQ(driver.wait(), 0);
    // Each round frees half of its 12 buffers and loses the others.
    const auto told = truth();
    EXPECT_EQ(told["allocs"].get<int>() - told["frees"].get<int>(), told["live_buffers"].get<int>() + 20 * 6);
}

TEST_F(ProcessTest, IsFullBeforeItIsReady) {
    Driver driver({"--control", "--prefill", "20000", "--owners", "mesh,chips,submeshes,subdevices"});
    driver.read_line();
    EXPECT_EQ(driver.ask("truth " + path("before")), "ok");
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("wait").rfind("quiescent ", 0), 0U);
    EXPECT_EQ(driver.ask("truth " + path("after")), "ok");
    EXPECT_EQ(driver.ask("free-all").rfind("quiescent ", 0), 0U);
    EXPECT_EQ(driver.ask("truth " + path("end")), "ok");
    EXPECT_EQ(truth("before")["live_buffers"], 20000);
    EXPECT_GT(truth("after")["live_buffers"], 20000);
    EXPECT_EQ(truth("end")["live_buffers"], 0);
}

// The model's 296 buffers on each of two chips, and nine that its running operation has.
TEST_F(ProcessTest, ReplayIsInTheMiddleWhenItIsReady) {
    const char* shared = std::getenv("TAT_SHARED_DIR");
    if (shared == nullptr) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    const std::string workload = std::string(shared) + "/workloads/llama-n300-reconstructed.csv.zst";
    Driver driver({"--control", "--replay", workload, "--from-op", "40000"});
    driver.read_line();
    EXPECT_EQ(driver.ask("truth " + path("before")), "ok");
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("wait"), "quiescent 277968");
    EXPECT_EQ(driver.ask("truth " + path("end")), "ok");
    EXPECT_EQ(truth("before")["live_buffers"], 2 * (296 + 9));
    EXPECT_EQ(truth("end")["live_buffers"], 2 * 296);
}

TEST_F(ProcessTest, TerminationStopsAnEndlessStormAndWritesTheTruth) {
    Driver driver({"--ops", "0", "--truth", path("truth")});
    EXPECT_EQ(driver.read_line(), "ready " + std::to_string(driver.pid()));
    driver.terminate();
    EXPECT_EQ(driver.wait(), 0);
    const auto told = truth();
    EXPECT_EQ(told["allocs"].get<int>() - told["frees"].get<int>(), told["live_buffers"].get<int>());
}

TEST_F(ProcessTest, BadOptionsEndWithStatusTwo) {
    const std::vector<std::vector<std::string>> bad{
        {"--bogus"},
        {"--threads", "65"},
        {"--mesh", "3y"},
        {"--scenario", "none"},
        {"--types", "L9"},
        {"--from-op", "1"}};
    for (const auto& arguments : bad) {
        EXPECT_EQ(Driver(arguments).wait(), 2) << arguments.front();
    }
}

TEST_F(ProcessTest, ExitWithoutCloseLeavesTheBuffersLive) {
    Driver driver({"--ops", "1000", "--no-close", "--truth", path("truth")});
    EXPECT_EQ(driver.wait(), 0);
    EXPECT_GT(truth()["live_buffers"], 0);
}

TEST_F(ProcessTest, MeshAndChipWithTheSameIdShareAddresses) {
    EXPECT_EQ(run_scenario("mesh-and-chip-same-id"), 0);
    std::multiset<std::string> addresses;
    const auto told = truth();
    for (const auto& entry : told["live"]) {
        EXPECT_TRUE(entry["owner"] == "mesh 0" || entry["owner"] == "chip 0") << entry["owner"];
        addresses.insert(entry["address"].get<std::string>());
    }
    EXPECT_EQ(addresses.count("0x20"), 2U);
}

TEST_F(ProcessTest, ForkedChildTellsItsOwnTruth) {
    EXPECT_EQ(run_scenario("fork"), 0);
    EXPECT_EQ(truth()["events"], 210);
    EXPECT_EQ(truth()["live_buffers"], 10);
    EXPECT_EQ(truth("truth.child")["events"], 205);
    EXPECT_EQ(truth("truth.child")["live_buffers"], 15);
    EXPECT_NE(truth("truth.child")["pid"], truth()["pid"]);
}

TEST_F(ProcessTest, ExecReplacesTheProcessUnderTheSamePid) {
    EXPECT_EQ(run_scenario("exec"), 0);
    EXPECT_EQ(truth("truth.before-exec")["events"], 10);
    EXPECT_EQ(truth()["events"], 1);
    EXPECT_EQ(truth()["pid"], truth("truth.before-exec")["pid"]);
}

TEST_F(ProcessTest, ProcessIsGoneAfterItsLastEventOrItsCrash) {
    EXPECT_EQ(run_scenario("exit-at-once"), 0);
    EXPECT_EQ(truth()["events"], 11);
    EXPECT_EQ(truth()["live_buffers"], 9);
    EXPECT_EQ(run_scenario("crash"), -SIGABRT);
    EXPECT_EQ(truth()["live_buffers"], 20);
}

}  // namespace
}  // namespace standin_test
