// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Promise P1: whatever happens to the tool, job and kernel are as before; whatever happens to the job, the recording is whole.
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/bpf_test.hpp"
#include "support/kernel_objects.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

class HarmTest : public BpfTest {
protected:
    void TearDown() override {
        if (!IsSkipped()) {
            EXPECT_EQ(wait_for_clean_kernel(), "");
        }
    }

    // The job runs on, ends as it should, and no breakpoint is left in it.
    static void expect_unharmed(StandIn& job) {
        EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
        job.stop();
        const Truth truth = job.truth();
        job.start();
        job.stop();
        EXPECT_GE(job.truth().events, truth.events);
        EXPECT_EQ(job.exit(), 0);
    }

    const std::string file_ = dir_.file("x.ttar");
    const std::vector<std::string> endless_{"--threads", "4", "--ops", "0", "--shared"};
};

// The tool is killed with -9 in several moments; each is seen from outside.
TEST_F(HarmTest, RecorderKilledWhileAttachingLeavesNothing) {
    StandIn job(endless_);
    job.start();
    const std::vector<std::string> record{"record", "-p", job.pid_text(), "-o"};
    const auto kill_when = [&](const std::string& name, const std::function<bool()>& condition) {
        SCOPED_TRACE(name);
        std::vector<std::string> arguments = record;
        arguments.push_back(dir_.file(name));
        Subprocess tool(tool_with(arguments));
        tool.wait_until([&] { return condition() || tool.ended(); }, name);
        tool.signal(SIGKILL);
        EXPECT_EQ(tool.wait().status, 128 + SIGKILL);
        EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
    };
    kill_when("at once", [] { return true; });
    kill_when("programs loaded", [] { return programs_in_kernel() > 0; });
    kill_when("first breakpoint", [&] { return !has_original_code(job.pid(), standin_library()); });
    expect_unharmed(job);
}

TEST_F(HarmTest, RecorderKilledWhileRecordingLeavesAReadableFileAndNothingElse) {
    StandIn job({"--threads", "4", "--ops", "0", "--rate", "2000", "--shared"});
    Recorder recorder({"-p", job.pid_text()}, file_);
    job.start();
    recorder.process().wait_until([&] { return std::filesystem::file_size(file_) > 20'000; }, "something is recorded");
    recorder.process().signal(SIGKILL);
    EXPECT_EQ(recorder.wait().status, 128 + SIGKILL);
    expect_unharmed(job);

    const auto replayed = replay(file_);
    EXPECT_FALSE(replayed->complete);
    EXPECT_GT(replayed->view().events, 1000U);
    EXPECT_TRUE(replayed->view().lost.total() == 0);
    const Outcome report = run_tool({"report", file_});
    EXPECT_EQ(report.status, 0) << report.err;
    EXPECT_EQ(run_tool({"report", file_, "--strict"}).status, 5);
}

TEST_F(HarmTest, RecorderKilledWhileDetachingLeavesNothing) {
    StandIn job(endless_);
    job.start();
    for (int round = 0; round < 3; ++round) {
        Recorder recorder({"-p", job.pid_text()}, dir_.file(std::to_string(round)));
        recorder.process().signal(SIGINT);
        recorder.process().signal(SIGKILL);
        (void)recorder.wait();
    }
    expect_unharmed(job);
}

// -- COMMAND stops its processes at each library they load. A recorder that dies just then must not leave one stopped. The
// recorder is held while the job becomes a new program, so that the job waits for it with certainty.
class StoppedCommandTest : public HarmTest {
protected:
    void expect_to_go_on(const std::vector<std::string>& starter) {
        const std::string truth = dir_.file("truth.json");
        std::vector<std::string> arguments{"record", "-o", file_, "--"};
        arguments.insert(arguments.end(), starter.begin(), starter.end());
        StandIn job(StandIn::under(tool_with(arguments), {"--scenario", "exec", "--truth", truth}));
        Subprocess& tool = job.process();
        tool.signal(SIGSTOP);
        ASSERT_TRUE(eventually([&] { return process_state(tool.pid()) == 'T'; }));
        tool.send("start\n");
        ASSERT_TRUE(eventually([&] { return process_state(job.pid()) == 'T'; })) << "does not wait for its probes";
        tool.signal(SIGKILL);
        EXPECT_EQ(tool.wait().status, 128 + SIGKILL);
        const auto has_ended = [&] { return process_state(job.pid()) == 0 || process_state(job.pid()) == 'Z'; };
        EXPECT_TRUE(eventually([&] { return std::filesystem::exists(truth); })) << "state " << process_state(job.pid());
        EXPECT_TRUE(eventually(has_ended)) << "state " << process_state(job.pid());
        EXPECT_EQ(read_truth(truth).events, 1U);
    }
};

TEST_F(StoppedCommandTest, GoesOnWhenTheRecorderIsKilled) { expect_to_go_on({}); }

// As a container's processes: they are not children of what started it.
TEST_F(StoppedCommandTest, WithoutItsParentGoesOnWhenTheRecorderIsKilled) { expect_to_go_on({"setsid", "--fork"}); }

// --lossless, and nobody reads any more (a Ctrl-Z, a debugger, a system call that does not return): the job does not wait for ever, and
// what it did meanwhile is counted as lost.
TEST_F(HarmTest, StoppedRecorderDoesNotFreezeAJobOfLossless) {
    StandIn job({"--threads", "4", "--ops", "30000", "--shared"});
    Recorder recorder({"-p", job.pid_text(), "--lossless", "--ring-size", "1M"}, file_);
    recorder.process().signal(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return process_state(recorder.process().pid()) == 'T'; }));
    job.run_all();
    recorder.process().signal(SIGCONT);
    job.run_all();
    const Outcome outcome = recorder.interrupt();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto replayed = replay(file_);
    EXPECT_TRUE(replayed->complete);
    const Truth truth = job.truth();
    const Lost& lost = replayed->view().lost;
    EXPECT_GT(lost.total(), 0U);
    EXPECT_EQ(replayed->account(truth.pid).allocs + lost.allocated, truth.allocs);
    EXPECT_EQ(job.exit(), 0);
}

// Nothing that the tracer could be made to execute has more privileges than its caller.
TEST_F(HarmTest, RecorderGainsNoPrivilegesByExecution) {
    StandIn job;
    Recorder recorder({"-p", job.pid_text()}, file_);
    std::ifstream status("/proc/" + std::to_string(recorder.process().pid()) + "/status");
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    EXPECT_NE(text.find("NoNewPrivs:\t1\n"), std::string::npos) << text;
    EXPECT_NE(text.find("CapBnd:\t0000000000000000\n"), std::string::npos) << text;
    EXPECT_EQ(recorder.interrupt().status, 0);
}

// nohup: the terminal's end does not end the recording.
TEST_F(HarmTest, HangupThatIsIgnoredEndsNothing) {
    StandIn job;
    SpawnOptions options = tool_with({"record", "-p", job.pid_text(), "-o", file_});
    options.arguments.insert(options.arguments.begin(), {"sh", "-c", "trap '' HUP; exec \"$@\"", "sh"});
    Subprocess tool(options);
    tool.wait_for_err("attached to");
    tool.signal(SIGHUP);
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(job.exit(), 0);
    EXPECT_EQ(tool.wait().status, 0) << tool.err();
    EXPECT_NE(tool.err().find("target ended"), std::string::npos) << tool.err();
    EXPECT_EQ(replay(file_)->account(truth.pid).allocs, truth.allocs);
}

// Killed before the command was let go: it must not start untraced, and not wait for ever.
TEST_F(HarmTest, CommandHeldBackDoesNotOutliveItsRecorder) {
    Subprocess tool(tool_with({"record", "-o", file_, "--", standin_path(), "--control"}));
    std::vector<pid_t> children;
    ASSERT_TRUE(eventually([&] { return !(children = children_of(tool.pid())).empty(); }));
    tool.signal(SIGKILL);
    (void)tool.wait();
    tool.close_stdin();  // should it have been let go already
    for (const pid_t child : children) {
        EXPECT_TRUE(eventually([&] { return process_state(child) == 0 || process_state(child) == 'Z'; })) << child;
    }
}

// Seed: target killed with -9. Everything it held is `released by exit` at once, and the recorder ends with a complete file.
TEST_F(HarmTest, KilledJobReleasesEverythingAtOnce) {
    StandIn job({"--threads", "8", "--ops", "0", "--rate", "2000"});
    Recorder recorder({"-p", job.pid_text()}, file_);
    job.start();
    recorder.process().wait_until([&] { return std::filesystem::file_size(file_) > 50'000; }, "something is recorded");
    kill(job.pid(), SIGKILL);
    const auto killed = std::chrono::steady_clock::now();
    const Outcome outcome = recorder.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_LT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(10));
    const auto pid = static_cast<std::uint32_t>(job.pid());
    const auto replayed = replay(file_);
    EXPECT_TRUE(is_flawless(*replayed, pid));
    EXPECT_EQ(replayed->process(pid).end, ProcessState::End::Exited);
    const ProcessAccount& account = replayed->account(pid);
    EXPECT_GT(replayed->ended(pid, FreeKind::ReleasedByExit), 0U);
    EXPECT_EQ(replayed->ended(pid, FreeKind::ReleasedByExit), account.allocs - account.frees);
    EXPECT_TRUE(live_set_of(replayed->process(pid)).empty());
}

TEST_F(HarmTest, InterruptedRecorderEndsInOrder) {
    StandIn job(endless_);
    job.start();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        SCOPED_TRACE(signal);
        const std::string file = dir_.file(std::to_string(signal));
        Recorder recorder({"-p", job.pid_text()}, file);
        recorder.process().signal(signal);
        const Outcome outcome = recorder.wait();
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_NE(outcome.err.find("interrupted"), std::string::npos) << outcome.err;
        EXPECT_TRUE(replay(file)->complete);
    }
    expect_unharmed(job);
}

// Its file belongs to who recorded, and to nobody else.
TEST_F(HarmTest, RecordingIsPrivate) {
    StandIn job({"--scenario", "all-types"});
    SpawnOptions options = tool_with({"record", "-p", job.pid_text(), "-o", file_, "--duration", "0.1"});
    options.environment.insert(options.environment.end(), {"SUDO_UID=65534", "SUDO_GID=65534"});
    EXPECT_EQ(run(options).status, 0);
    struct stat status {};
    ASSERT_EQ(stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(status.st_uid, 65534U);
    EXPECT_EQ(status.st_gid, 65534U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
