// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The live view: once, as a stream, and on a terminal with its keys.
#include <csignal>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "support/bpf_test.hpp"
#include "support/proc.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

class WatchTest : public BpfTest {
protected:
    // A job that allocates and frees all the time, at a modest pace.
    static Arguments busy() { return {"--threads", "4", "--ops", "0", "--rate", "500", "--programs", "8"}; }

    static Outcome watch_once(const StandIn& job, Arguments options) {
        options.insert(options.begin(), {"-p", job.pid_text(), "--once", "-r", "300"});
        return run_tool(options);
    }
};

TEST_F(WatchTest, OnceShowsATable) {
    StandIn job(busy());
    job.start();
    const Outcome outcome = watch_once(job, {"--format", "text"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    for (const std::string& text :
         {"pid " + job.pid_text(), std::string("tt-standin"), std::string("lost 0"), std::string("DEVICE"), std::string("chip 0"),
          std::string("chip 7"), std::string("L1_SMALL")}) {
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
    }
    EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos) << "no terminal sequences on a pipe";
}

TEST_F(WatchTest, OnceOnAPipeIsPlainLines) {
    StandIn job(busy());
    job.start();
    const Outcome plain = watch_once(job, {"--format", "plain"});
    const Outcome automatic = watch_once(job, {});
    EXPECT_EQ(plain.status, 0) << plain.err;
    for (const Outcome* outcome : {&plain, &automatic}) {
        EXPECT_NE(outcome->out.find("pid=" + job.pid_text()), std::string::npos) << outcome->out;
        EXPECT_NE(outcome->out.find("type=DRAM"), std::string::npos) << outcome->out;
    }
}

TEST_F(WatchTest, OnceAsJsonHasTheAgreedFields) {
    StandIn job(busy());
    job.start();
    const Outcome outcome = watch_once(job, {"--format", "json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    for (const char* name :
         {"schema", "schema_version", "tool_version", "host", "target", "complete", "lost_events", "attached_at",
          "known_before_attach", "processes"}) {
        EXPECT_TRUE(json.contains(name)) << name;
    }
    EXPECT_EQ(json.at("lost_events"), 0);
    EXPECT_EQ(json.at("known_before_attach"), "full");
    ASSERT_EQ(json.at("processes").size(), 1U);
    const Json& process = json.at("processes")[0];
    EXPECT_EQ(process.at("pid"), job.pid());
    EXPECT_EQ(process.at("state"), "running");
    std::set<std::string> types;
    for (const Json& row : process.at("usage")) {
        types.insert(row.at("type"));
    }
    types.erase("CB");  // there if a program got a new plan meanwhile
    EXPECT_EQ(types, (std::set<std::string>{"DRAM", "L1", "L1_SMALL", "TRACE"}));
}

TEST_F(WatchTest, FiltersLeaveOtherDevicesAndTypesOut) {
    StandIn job(busy());
    job.start();
    const Outcome outcome = watch_once(job, {"--format", "json", "--device", "1", "--device", "3", "--type", "DRAM"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    std::set<std::pair<std::string, std::string>> rows;
    const Json json = Json::parse(outcome.out);
    for (const Json& row : json.at("processes")[0].at("usage")) {
        rows.emplace(row.at("device").get<std::string>(), row.at("type").get<std::string>());
    }
    EXPECT_EQ(rows, (std::set<std::pair<std::string, std::string>>{{"chip 1", "DRAM"}, {"chip 3", "DRAM"}}));
}

// Seed: baseline, and all types. What changed since stands beside the total.
TEST_F(WatchTest, BaselineOptionAddsTheChangeToEveryRow) {
    StandIn job({"--scenario", "all-types"});
    Subprocess watch(tool_with({"-p", job.pid_text(), "--format", "json", "-r", "100", "--baseline"}));
    (void)watch.read_line();
    job.run_all();
    (void)watch.wait_for_out("\"type\":\"CB\"");
    Json json;
    do {
        json = Json::parse(watch.read_line());
    } while (json.dump().find("\"CB\"") == std::string::npos);
    std::set<std::string> types;
    for (const Json& row : json.at("processes")[0].at("usage")) {
        types.insert(row.at("type"));
        EXPECT_EQ(row.at("baseline_bytes"), 0);
        EXPECT_EQ(row.at("delta_bytes"), row.at("live_bytes"));
        EXPECT_EQ(row.at("delta_buffers"), row.at("live_buffers"));
    }
    EXPECT_EQ(types, (std::set<std::string>{"DRAM", "L1", "L1_SMALL", "TRACE", "CB"}));
    watch.signal(SIGINT);
    EXPECT_EQ(watch.wait().status, 0);
}

TEST_F(WatchTest, EndsWithTheJobAndSaysSo) {
    StandIn job(busy());
    Subprocess watch(tool_with({"-p", job.pid_text(), "--format", "json", "-r", "100"}));
    (void)watch.read_line();
    job.start();
    (void)watch.wait_for_out("\"type\":\"DRAM\"");
    job.stop();
    EXPECT_EQ(job.exit(), 0);
    const Outcome outcome = watch.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const std::string last = outcome.out.substr(outcome.out.rfind('\n', outcome.out.size() - 2) + 1);
    const Json process = Json::parse(last).at("processes")[0];
    EXPECT_EQ(process.at("state"), "ended");
    for (const Json& row : process.at("usage")) {
        EXPECT_EQ(row.at("live_buffers"), 0) << row;
    }
}

TEST_F(WatchTest, DurationEndsIt) {
    StandIn job(busy());
    const Outcome outcome = run_tool({"-p", job.pid_text(), "--format", "json", "-r", "50", "--duration", "0.2"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_FALSE(outcome.out.empty());
}

// Seed: the keys. On a terminal: b baseline, r reset, d the live buffers, q quit; the screen is given back.
TEST_F(WatchTest, KeysWorkOnATerminal) {
    StandIn job(busy());
    job.start();
    SpawnOptions options = tool_with({"-p", job.pid_text(), "-r", "200"});
    options.terminal = true;
    options.environment.push_back("TERM=xterm");
    Subprocess watch(options);
    std::size_t seen = watch.wait_for_out("DEVICE");
    seen = watch.wait_for_out("chip 7", seen);
    EXPECT_EQ(watch.out().find("(baseline"), std::string::npos);
    watch.send("b");
    seen = watch.wait_for_out("(baseline ", seen);  // as in "18.5 MB (baseline 14.2, +4.3)"
    watch.send("r");
    seen = watch.wait_for_out("since reset", seen);
    watch.send("d");
    seen = watch.wait_for_out("live buffers", seen);
    seen = watch.wait_for_out("COUNT", seen);
    watch.send("d");
    seen = watch.wait_for_out("ALLOCS/S", seen);
    watch.send("q");
    const Outcome outcome = watch.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const std::size_t entered = outcome.out.find("\x1b[?1049h");
    const std::size_t left = outcome.out.find("\x1b[?1049l");
    ASSERT_NE(entered, std::string::npos);
    ASSERT_NE(left, std::string::npos);
    EXPECT_LT(entered, left);
    EXPECT_NE(outcome.out.find("pid " + job.pid_text(), left), std::string::npos) << "the last state stays on the screen";
}

TEST_F(WatchTest, InterruptOnATerminalGivesTheScreenBack) {
    StandIn job(busy());
    job.start();
    SpawnOptions options = tool_with({"-p", job.pid_text(), "-r", "200"});
    options.terminal = true;
    Subprocess watch(options);
    (void)watch.wait_for_out("DEVICE");
    watch.send("\x03");  // Ctrl-C, made a signal by the terminal
    const Outcome outcome = watch.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("\x1b[?1049l"), std::string::npos);
}

// Seed: what remains can be dumped with counts at any time, without ending anything.
TEST_F(WatchTest, UserSignalDumpsTheLiveBuffers) {
    StandIn job({"--scenario", "all-types"});
    Recorder recorder({"-p", job.pid_text()}, dir_.file("x.ttar"));
    job.run_all();
    const Truth truth = job.truth();
    const std::string wanted = std::to_string(truth.live.size()) + " buffers";
    // The recorder may be a moment behind: asked again until it has seen all.
    recorder.process().signal(SIGUSR1);
    std::size_t asked_at = 0;
    recorder.process().wait_until(
        [&] {
            const std::string& err = recorder.process().err();
            if (err.find(wanted) != std::string::npos) {
                return true;
            }
            if (err.find("COUNT", asked_at) != std::string::npos || err.find("no live buffers", asked_at) != std::string::npos) {
                asked_at = err.size();
                recorder.process().signal(SIGUSR1);
            }
            return false;
        },
        "the dump shows " + wanted
    );
    EXPECT_NE(recorder.process().err().find("mesh 0 (chips 0-7)"), std::string::npos) << recorder.process().err();
    EXPECT_EQ(recorder.interrupt().status, 0);
}

// Done when: the first right table within one second, gone within one second of Ctrl-C. The machine that tests may be busy: the
// limits here are wider, the figures are recorded.
TEST_F(WatchTest, StartsAndEndsSwiftly) {
    using Clock = std::chrono::steady_clock;
    const auto milliseconds = [](Clock::duration duration) {
        return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
    };
    StandIn job(busy());
    job.start();
    const auto start = Clock::now();
    Subprocess watch(tool_with({"-p", job.pid_text(), "--format", "plain", "-r", "100"}));
    (void)watch.wait_for_out("type=DRAM");
    const int first = milliseconds(Clock::now() - start);
    watch.signal(SIGINT);
    const auto interrupted = Clock::now();
    EXPECT_EQ(watch.wait().status, 0);
    const int gone = milliseconds(Clock::now() - interrupted);
    RecordProperty("first_table_ms", first);
    RecordProperty("gone_ms", gone);
    std::cout << "first table after " << first << " ms, gone after " << gone << " ms\n";
    EXPECT_LT(first, 5000);
    EXPECT_LT(gone, 5000);
}

// Every line of the log is an event of a recording that is made beside it, and none is missing.
TEST_F(WatchTest, TheLogTellsEveryEventAsItHappens) {
    StandIn job({"--scenario", "all-types"});
    Subprocess log(tool_with({"log", "-p", job.pid_text(), "--type", "DRAM"}));
    (void)log.wait_for_out("process_start");
    job.run_all();
    (void)log.wait_for_out(" alloc DRAM ");
    job.exit();
    EXPECT_EQ(log.wait().status, 0) << log.err();
    EXPECT_EQ(log.out().find(" L1 "), std::string::npos) << "the filter lets DRAM through only";
    EXPECT_NE(log.out().find(" exit"), std::string::npos) << log.out();
}

TEST_F(WatchTest, TheLogIsJsonLinesOnRequest) {
    const Outcome outcome = run_tool({"log", "--format", "json", "--", standin_path(), "--ops", "50", "--threads", "1"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    std::istringstream lines(outcome.out);
    std::map<std::string, int> kinds;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('{')) {  // the job writes there, too
            ++kinds[Json::parse(line).at("kind").get<std::string>()];
        }
    }
    EXPECT_EQ(kinds["header"], 1);
    EXPECT_EQ(kinds["end"], 1);
    EXPECT_GT(kinds["alloc"], 10);
    EXPECT_GT(kinds["free"], 0);
}

}  // namespace
}  // namespace tt::alloc_trace::test
