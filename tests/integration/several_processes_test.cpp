// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// More than one process in one trace: -p twice, -a, and processes that start while it runs.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "support/bpf_test.hpp"
#include "support/replayed.hpp"
#include "support/script.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

class SeveralProcessesTest : public BpfTest {
protected:
    const std::string file_ = dir_.file("x.ttar");
    const std::vector<std::string> storm_{"--threads", "4", "--ops", "20000", "--shared"};
};

TEST_F(SeveralProcessesTest, TwoGivenProcessesAreCompleteAndApart) {
    StandIn one(storm_);
    StandIn two(storm_);
    Recorder recorder({"-p", one.pid_text(), "-p", two.pid_text()}, file_);
    one.start();
    two.start();
    one.wait();
    two.wait();
    const Truth truth_one = one.truth();
    const Truth truth_two = two.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_TRUE(matches(*replay(file_, {truth_one}), truth_one));
    EXPECT_TRUE(matches(*replay(file_, {truth_two}), truth_two));
    EXPECT_EQ(replay(file_)->view().processes.size(), 2U);
}

TEST_F(SeveralProcessesTest, RecorderEndsWithTheLastOfItsProcesses) {
    StandIn one(storm_);
    StandIn two(storm_);
    Recorder recorder({"-p", one.pid_text(), "-p", two.pid_text()}, file_);
    EXPECT_EQ(one.exit(), 0);
    two.run_all();
    const Truth truth = two.truth();
    EXPECT_FALSE(recorder.process().ended());
    EXPECT_EQ(two.exit(), 0);
    EXPECT_EQ(recorder.wait().status, 0);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));
}

// Only the given process is traced, although another uses the same library.
TEST_F(SeveralProcessesTest, OtherProcessesAreLeftAlone) {
    StandIn given(storm_);
    StandIn other(storm_);
    Recorder recorder({"-p", given.pid_text()}, file_);
    given.run_all();
    other.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    const auto replayed = replay(file_);
    ASSERT_EQ(replayed->view().processes.size(), 1U);
    EXPECT_EQ(replayed->view().processes.front()->pid, static_cast<std::uint32_t>(given.pid()));
}

// -a: one job is there at the attach, the other starts later, with the same library; both are complete, and told apart. (There
// may be others on this machine.)
TEST_F(SeveralProcessesTest, AllIncludesAProcessThatStartsLater) {
    StandIn early(storm_);
    Recorder recorder({"-a"}, file_);
    StandIn late(storm_);
    early.start();
    late.start();
    early.wait();
    late.wait();
    const Truth truth_early = early.truth();
    const Truth truth_late = late.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    const auto replayed = replay(file_, {truth_early});
    EXPECT_TRUE(matches(*replayed, truth_early));
    EXPECT_FALSE(replayed->process(truth_early.pid).from_first_event);
    EXPECT_TRUE(matches(*replay(file_, {truth_late}), truth_late));
    EXPECT_TRUE(replayed->process(truth_late.pid).from_first_event);
}

// -a, a process that is there and one that starts later, neither understood: both are named, and the end of the later one is seen.
TEST_F(SeveralProcessesTest, ProcessesThatAreRefusedUnderAllWereNotSeen) {
    const std::string layout = dir_.file("layout.json");
    std::ofstream(layout) << R"({"schema":"tt-alloc-trace/layout","schema_version":1,"items":{"buffer.size":{"offset":40960,"width":8}}})";
    StandIn early(storm_);
    Recorder recorder({"-a"}, file_, {"--layout", layout, "--strict"});
    StandIn late(storm_);
    recorder.process().wait_for_err("pid " + late.pid_text());
    EXPECT_EQ(late.exit(), 0);
    const Outcome outcome = recorder.interrupt();
    EXPECT_EQ(outcome.status, 5);
    const auto replayed = replay(file_);
    for (StandIn* job : {&early, &late}) {
        for (const char* words : {" is not seen: ", " was not seen: "}) {  // at once and at the end, each once
            std::istringstream lines(outcome.err);
            std::size_t said = 0;
            for (std::string line; std::getline(lines, line);) {
                const bool of_job = line.find("pid " + job->pid_text() + " ") != std::string::npos;
                said += of_job && line.find(words) != std::string::npos ? 1 : 0;
            }
            EXPECT_EQ(said, 1U) << words << outcome.err;
        }
        const ProcessState& process = replayed->process(static_cast<std::uint32_t>(job->pid()));
        ASSERT_TRUE(process.not_seen);
        EXPECT_FALSE(process.not_seen->partly);
        EXPECT_NE(process.not_seen->what_to_do, "");
        EXPECT_EQ(process.end, job == &late ? ProcessState::End::Exited : ProcessState::End::Alive);
    }
}

// A program of somebody else that calls (its copy of) the runtime with garbage ends nobody's trace but its own.
TEST_F(SeveralProcessesTest, GarbageOfANeighbourIsRefusedAlone) {
    const std::string copy = dir_.file("libtt_metal.so");
    std::filesystem::copy_file(standin_library(), copy);
    StandIn job(storm_);
    SpawnOptions hostile;
    hostile.arguments = {TAT_HOSTILE_JOB, copy, "64"};
    Subprocess neighbour(hostile);
    neighbour.wait_for_out("ready");
    Recorder recorder({"-a"}, file_);
    neighbour.send("go\n");
    recorder.process().wait_for_err("pid " + std::to_string(neighbour.pid()));
    job.run_all();
    const Truth truth = job.truth();
    neighbour.close_stdin();
    EXPECT_EQ(neighbour.wait().status, 0);
    const Outcome outcome = recorder.interrupt();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto replayed = replay(file_);
    EXPECT_EQ(replayed->account(truth.pid).allocs, truth.allocs);
    EXPECT_EQ(replayed->account(truth.pid).frees, truth.frees);
    ASSERT_TRUE(replayed->process(static_cast<std::uint32_t>(neighbour.pid())).not_seen);
}

// The runtime inside with hidden symbols, in a program of its own or one that is linked statically; there at the attach, and started later.
class HiddenRuntimeTest : public BpfTest, public testing::WithParamInterface<const char*> {};

TEST_P(HiddenRuntimeTest, ItsProcessesWereNotSeen) {
    const std::string file = dir_.file("x.ttar");
    SpawnOptions options;
    options.arguments = {GetParam()};
    Subprocess early(options);
    early.wait_for_out("ready");
    Recorder recorder({"-a"}, file, {"--strict"});
    Subprocess late(options);
    recorder.process().wait_for_err("pid " + std::to_string(late.pid()));
    for (Subprocess* job : {&early, &late}) {
        job->send("\n");
        EXPECT_EQ(job->wait().status, 0);
    }
    EXPECT_EQ(recorder.interrupt().status, 5);
    const auto replayed = replay(file);
    for (const Subprocess* job : {&early, &late}) {
        const ProcessState& process = replayed->process(static_cast<std::uint32_t>(job->pid()));
        ASSERT_TRUE(process.not_seen);
        EXPECT_FALSE(process.not_seen->partly);
        EXPECT_NE(process.not_seen->why.find("hidden symbols"), std::string::npos) << process.not_seen->why;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Linked, HiddenRuntimeTest, testing::Values(TAT_HIDDEN_JOB, TAT_HIDDEN_JOB_STATIC),
    [](const auto& job) { return std::string(job.index == 0 ? "dynamically" : "statically"); }
);

// -a, and a process that starts later in a container: its dynamic linker is another file than the host's.
TEST_F(SeveralProcessesTest, JobWithItsOwnDynamicLinkerIsSeenUnderAll) {
    Recorder recorder({"-a"}, file_);
    StandIn job(StandIn::under(starter_with_own_linker(dir_.file("container")), storm_));
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_TRUE(same_live_set(live_set_of(replay(file_)->process(truth.pid)), truth.live));
}

// -a, and a job that is met by its events: its memory is read some of them later, what was read holds from the first one on.
TEST_F(SeveralProcessesTest, LateJobHasFootprintsFromItsFirstEventOn) {
    StandIn known;  // whose library is probed from the beginning
    Recorder recorder({"-a"}, file_);
    write_file(dir_.file("script"), read_file(case_file("f07.dom")) + "pause\n");
    SpawnOptions options;
    options.arguments = {standin_path(), "--script", dir_.file("script")};
    Subprocess job(options);
    job.wait_for_out("paused");
    EXPECT_EQ(recorder.interrupt().status, 0);
    job.send("\n");
    EXPECT_EQ(job.wait().status, 0);
    const std::string failures = report_text(file_, {"failures"});
    EXPECT_NE(failures.find("freeing 2 buffers (64 B per bank) between 0x19800 and 0x166000"), std::string::npos) << failures;
    const std::string peak = report_text(file_, {"peak"});
    EXPECT_NE(peak.find("peaks: highest footprint"), std::string::npos) << peak;
    EXPECT_NE(report_text(file_).find("LIVE  FOOTPRINT      PEAK"), std::string::npos) << report_text(file_);
    EXPECT_NE(report_text(file_, {"gaps"}).find("every figure of every process is exact"), std::string::npos);
}

// -a, and a job behind many processes that came and went: it is not lost among them.
TEST_F(SeveralProcessesTest, JobIsWholeBehindManyChildrenUnderAll) {
    StandIn known;  // whose library is probed from the beginning
    Recorder recorder({"-a"}, file_);
    const std::string truth_file = dir_.file("truth.json");
    const Outcome job = run({.arguments = job_with_many_children(truth_file), .environment = {}, .user = {}, .stdout_path = {}}, std::chrono::minutes(2));
    EXPECT_EQ(job.status, 0) << job.err;
    EXPECT_EQ(recorder.interrupt().status, 0);
    const Truth truth = read_truth(truth_file);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));
    EXPECT_NE(report_text(file_).find("pid " + std::to_string(truth.pid)), std::string::npos);
}

// --wait: a process that has not loaded the runtime yet is traced once it does, in its new program here.
TEST_F(SeveralProcessesTest, ProcessThatLoadsTheRuntimeLaterIsWaitedFor) {
    const std::string truth_file = dir_.file("waited.json");
    SpawnOptions options;
    options.arguments = {"sh", "-c", "read go; exec \"$0\" --threads 2 --ops 6000 --rate 2000 --truth \"$1\"", standin_path(), truth_file};
    Subprocess job(options);
    Recorder recorder({"-p", std::to_string(job.pid()), "--wait"}, file_);
    job.send("go\n");
    EXPECT_EQ(job.wait().status, 0);
    EXPECT_EQ(recorder.wait().status, 0);
    const Truth truth = read_truth(truth_file);
    const auto replayed = replay(file_);
    EXPECT_TRUE(is_flawless(*replayed, truth.pid));
    EXPECT_GT(replayed->account(truth.pid).allocs, 0U);
    EXPECT_NE(replayed->process(truth.pid).known_before, KnownBefore::None);
    EXPECT_TRUE(replayed->view().complete());
}

// -a, and a process with a library that nobody had mapped at the attach. It does not wait for its probes, so its first events
// may be missed: then this must not be claimed to be the whole, and nothing may be shown as live that is not.
TEST_F(SeveralProcessesTest, LibraryFirstSeenUnderAllIsTracedAndNotClaimedComplete) {
    namespace fs = std::filesystem;
    const std::string folder = dir_.file("copy");
    fs::create_directory(folder);
    fs::copy(standin_path(), folder + "/tt-standin");  // it looks for its library beside itself
    fs::copy(standin_library(), folder + "/libtt_metal.so");
    StandIn with_another_library(storm_);  // known from the beginning
    Recorder recorder({"-a"}, file_);

    SpawnOptions options;
    options.arguments = {folder + "/tt-standin", "--threads", "4", "--ops", "20000", "--rate", "2000", "--truth", dir_.file("t.json")};
    Subprocess job(options);
    job.wait_for_out("done");
    EXPECT_EQ(job.wait().status, 0);
    const Truth truth = read_truth(dir_.file("t.json"));
    EXPECT_EQ(recorder.interrupt().status, 0);

    const auto replayed = replay(file_);
    EXPECT_TRUE(is_flawless(*replayed, truth.pid));
    const std::uint64_t recorded = replayed->account(truth.pid).events;
    EXPECT_GT(recorded, truth.events / 2) << "of " << truth.events;
    if (recorded < truth.events) {
        EXPECT_FALSE(replayed->process(truth.pid).from_first_event);
    }
    EXPECT_EQ(replayed->unknown(truth.pid, UnknownFree::Double), 0U);
    // Closed and gone at its end, whatever was known of it.
    EXPECT_TRUE(live_set_of(replayed->process(truth.pid)).empty());
    // Each buffer that was seen ended by its own free, or was live in truth when the close came.
    const std::uint64_t at_close = replayed->ended(truth.pid, FreeKind::ReleasedByClose);
    EXPECT_LE(at_close, truth.live.size());
    std::set<std::string> modules;
    for (const ModuleInfo& module : replayed->session.modules) {
        modules.insert(module.path);
    }
    EXPECT_TRUE(modules.contains(folder + "/libtt_metal.so"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
