// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The live view: once, as a stream, and on a terminal with its keys.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "support/bpf_test.hpp"
#include "support/proc.hpp"
#include "support/stand_in.hpp"
#include "support/tmux.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

class WatchTest : public BpfTest {
protected:
    // A job that allocates and frees all the time, at a modest pace.
    static Arguments busy() { return {"--threads", "4", "--ops", "0", "--rate", "500", "--programs", "8"}; }

    // The view of it on a terminal, as a shell starts it.
    static std::string view_of(const StandIn& job, const Arguments& options = {}) {
        Arguments words{tool_path(), "-p", job.pid_text(), "-r", "100"};
        words.insert(words.end(), options.begin(), options.end());
        return quoted(words);
    }

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

// Seed: the keys. From the fullest chip to where its largest group came from in three, and all others.
TEST_F(WatchTest, KeysWorkOnATerminal) {
    StandIn job(busy());
    Tmux view(view_of(job, {"--stacks", "native"}), 80, 24);
    view.wait_for("no device memory used yet");
    job.start();  // all it has is allocated under our eyes
    std::string seen = view.wait_for("chip 7");
    EXPECT_NE(seen.find("pid " + job.pid_text()), std::string::npos) << seen;
    EXPECT_NE(seen.find("L1 + CB"), std::string::npos) << seen;
    view.press("b");
    view.wait_for("baseline ");
    view.press("r");
    view.wait_for("reset ");
    view.press("m");
    view.type("decode");
    view.wait_for("begins: decode_");
    view.press("Enter");
    view.wait_for("phase decode");
    view.press("Enter");
    seen = view.wait_for("standin::allocate");
    EXPECT_NE(seen.find("largest holes: "), std::string::npos) << seen;
    EXPECT_NE(seen.find("CHANGE"), std::string::npos) << seen;
    view.press("p");
    view.wait_for("PAUSED");
    view.press("Enter");
    view.wait_for("buffers of: ");
    view.press("Enter");
    seen = view.wait_for("footprint");
    EXPECT_NE(seen.find("calls "), std::string::npos) << seen;
    view.press("w");
    const std::string file = dir_.file("live.json");
    view.type(file);
    view.press("Enter");
    view.wait_for("written: ");
    std::ifstream written(file);
    const Json json = Json::parse(written);
    EXPECT_GT(json.at("buffers").size(), 0U);
    view.press("Escape");
    view.wait_for("buffers of: ");
    view.press("Escape");
    view.wait_for("TOTAL  ");
    view.press("Escape");
    view.wait_for("L1 + CB  ");
    view.press("?");
    view.wait_for("take a baseline");
    view.press("Escape");
    view.wait_for("chip 7");
    view.press("q");
    seen = view.wait_for("ended 0");
    EXPECT_NE(seen.find("chip 7"), std::string::npos) << "the last state stays on the screen\n" << seen;
}

TEST_F(WatchTest, TheTerminalMayBecomeAnySize) {
    StandIn job(busy());
    job.start();
    Tmux view(view_of(job), 80, 24, {"LC_ALL=C", "NO_COLOR=1"});
    view.wait_for("chip 7");
    for (const auto& [width, height] : {std::pair(60, 20), {10, 3}, {200, 60}, {120, 40}, {80, 24}}) {
        view.resize(width, height);
        const int rows = height;
        const std::string seen = view.wait_until(
            [rows](const std::string& screen) {
                const std::size_t last = screen.find_last_not_of("\n");
                return last != std::string::npos && std::count(screen.begin(), screen.begin() + static_cast<std::ptrdiff_t>(last), '\n') == rows - 1 &&
                       screen.find("chip ") != std::string::npos && (rows < 10 || screen.find("? help") != std::string::npos);
            },
            std::to_string(width) + " x " + std::to_string(height)
        );
        EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) << seen;
    }
    view.press("C-c");
    view.wait_for("ended 0");
}

TEST_F(WatchTest, SuspendingGivesTheScreenBackAndTakesItAgain) {
    StandIn job(busy());
    job.start();
    Tmux view("bash --norc -i", 80, 24, {"LC_ALL=C.UTF-8", "PS1=ready:"});
    view.wait_for("ready:");
    view.type(view_of(job) + "\n");
    view.wait_for("L1 + CB");
    view.press("C-z");
    const std::string stopped = view.wait_for("Stopped");
    EXPECT_EQ(stopped.find("L1 + CB"), std::string::npos) << stopped;
    view.type("fg\n");
    view.wait_for("L1 + CB");
    view.press("q");
    view.wait_for("ready:");
}

TEST_F(WatchTest, WithoutStdinItShowsAndEndsBySignal) {
    StandIn job(busy());
    job.start();
    for (const std::string& stdin_of : {std::string("</dev/null"), std::string("<&-")}) {
        Tmux view(view_of(job) + " " + stdin_of, 80, 24);
        view.wait_for("chip 7");
        view.press("C-c");
        view.wait_for("ended 0");
    }
}

// Lines for a terminal on which nothing can be placed, or of which nothing is known.
TEST_F(WatchTest, ATerminalThatCannotBePaintedGetsLines) {
    StandIn job(busy());
    job.start();
    for (const std::string& name : {std::string("dumb"), std::string("no-such-terminal")}) {
        SpawnOptions options = tool_with({"-p", job.pid_text(), "-r", "100"});
        options.terminal = true;
        options.environment.push_back("TERM=" + name);
        Subprocess watch(options);
        (void)watch.wait_for_out("type=DRAM");
        watch.signal(SIGINT);
        const Outcome outcome = watch.wait();
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos) << name;
    }
}

// A terminal that takes nothing (Ctrl-S) holds up the view, and nothing else: signals are served, events are read, and all is there afterwards.
TEST_F(WatchTest, ABlockedTerminalHoldsUpNothing) {
    StandIn job(busy());
    job.start();
    SpawnOptions options = tool_with({"-p", job.pid_text(), "-r", "50"});
    options.terminal = true;
    options.environment.push_back("TERM=xterm");
    Subprocess watch(options);
    std::size_t seen = watch.wait_for_out("chip 7");
    watch.send("\x13");
    watch.send("b");
    std::size_t said = 0;
    for (int i = 0; i < 5; ++i) {
        watch.signal(SIGUSR1);
        said = watch.wait_for_err("live buffers at", said);
    }
    EXPECT_EQ(watch.out().find("baseline", seen), std::string::npos) << "the terminal takes nothing";
    watch.send("\x11");
    seen = watch.wait_for_out("baseline", seen);
    watch.send("q");
    const Outcome outcome = watch.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("lost 0", seen), std::string::npos) << outcome.out.substr(seen);
}

TEST_F(WatchTest, InterruptOnATerminalGivesTheScreenBack) {
    StandIn job(busy());
    job.start();
    SpawnOptions options = tool_with({"-p", job.pid_text(), "-r", "200"});
    options.terminal = true;
    options.environment.push_back("TERM=xterm");
    Subprocess watch(options);
    (void)watch.wait_for_out("chip 7");
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
