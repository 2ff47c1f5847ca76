// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `-- COMMAND`: started by the tool, traced from its first allocation on, and otherwise as if started by the user.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "kernel/uprobe_multi.hpp"
#include "support/bpf_test.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

class CommandTest : public BpfTest {
protected:
    Outcome record(const std::vector<std::string>& command, const std::string& file) {
        std::vector<std::string> arguments{"record", "-o", file, "--"};
        arguments.insert(arguments.end(), command.begin(), command.end());
        return run_tool(arguments);
    }

    // A stand-in with a dynamic linker of its own.
    std::vector<std::string> contained(const std::vector<std::string>& arguments, bool linker_tells = true) {
        std::vector<std::string> all = starter_with_own_linker(dir_.file("container"), linker_tells).arguments;
        all.push_back(standin_path());
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }

    void expect_said_everywhere(const std::string& words) const;

    const std::string file_ = dir_.file("x.ttar");
};

// Nothing is missed from the first allocation on, at full speed on sixteen threads.
TEST_F(CommandTest, NothingIsMissedFromTheFirstAllocationOn) {
    const std::string path = dir_.file("truth.json");
    const Outcome outcome =
        record({standin_path(), "--threads", "16", "--ops", "100000", "--shared", "--truth", path}, file_);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("done\n"), std::string::npos) << "the command's own output";
    EXPECT_NE(outcome.err.find("tracing " + standin_library()), std::string::npos) << "said when it is found: " << outcome.err;
    const Truth truth = read_truth(path);
    const auto replayed = replay(file_, {truth});
    EXPECT_TRUE(matches(*replayed, truth));
    EXPECT_TRUE(replayed->process(truth.pid).from_first_event);
    EXPECT_EQ(replayed->process(truth.pid).end, ProcessState::End::Exited);
    EXPECT_EQ(replayed->session.known_before_attach, KnownBefore::Full);
}

// README names what is enough where the kernel has uprobe links of its own.
TEST_F(CommandTest, ThreeCapabilitiesAreEnough) {
    if (!has_uprobe_multi()) {
        GTEST_SKIP() << "this kernel has no uprobe_multi";
    }
    const std::string path = dir_.file("truth.json");
    SpawnOptions options = tool_with({"record", "-o", file_, "--", standin_path(), "--ops", "2000", "--truth", path});
    const std::vector<std::string> with_three{"setpriv", "--bounding-set", "-all,+bpf,+perfmon,+sys_ptrace"};
    options.arguments.insert(options.arguments.begin(), with_three.begin(), with_three.end());
    Subprocess tool(options);
    const Outcome outcome = tool.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Truth truth = read_truth(path);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));
}

// As `-- podman run`, chroot, nix or conda: what runs at last is loaded by a dynamic linker of its own.
TEST_F(CommandTest, ProgramWithItsOwnDynamicLinkerIsTracedFromItsFirstAllocationOn) {
    const std::string path = dir_.file("truth.json");
    const Outcome outcome = record(contained({"--threads", "4", "--ops", "5000", "--truth", path}), file_);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Truth truth = read_truth(path);
    const auto replayed = replay(file_, {truth});
    EXPECT_TRUE(matches(*replayed, truth));
    EXPECT_TRUE(replayed->process(truth.pid).from_first_event);
}

// One that tells nobody what it loads: said, and not taken for the whole.
TEST_F(CommandTest, DynamicLinkerThatTellsNothingIsSaidAndStrictFails) {
    std::vector<std::string> arguments{"record", "--strict", "-o", file_, "--"};
    const std::vector<std::string> job = contained({"--ops", "100"}, false);
    arguments.insert(arguments.end(), job.begin(), job.end());
    const Outcome outcome = run_tool(arguments);
    EXPECT_EQ(outcome.status, 5) << outcome.err;
    EXPECT_NE(outcome.err.find("what it loads later is not seen"), std::string::npos) << outcome.err;
    expect_said_everywhere("seen only in part");
}

// In text, JSON, the page, an export and the status; nothing is called exact. (All views: HistoryViews.)
void CommandTest::expect_said_everywhere(const std::string& words) const {
    for (const char* view : {"summary", "live", "leaks", "gaps"}) {
        SCOPED_TRACE(view);
        const Outcome text = run_tool({"report", file_, view, "--strict"});
        EXPECT_EQ(text.status, 5);
        EXPECT_NE(text.out.find(words), std::string::npos) << text.out;
        EXPECT_EQ(text.out.find("exact"), std::string::npos) << text.out;
        const nlohmann::json json = run_tool_json({"report", file_, view, "--format", "json"});
        EXPECT_EQ(json["complete"], false);
        EXPECT_GE(json["not_seen"]["count"], 1);
    }
    EXPECT_NE(run_tool({"report", file_, "--format", "html"}).out.find(words), std::string::npos);
    EXPECT_NE(run_tool({"export", file_, "--to", "jsonl"}).out.find("\"kind\":\"not_seen\""), std::string::npos);
}

// The runtime inside with hidden symbols.
TEST_F(CommandTest, CommandWithAHiddenRuntimeWasNotSeen) {
    for (const char* job : {TAT_HIDDEN_JOB, TAT_HIDDEN_JOB_STATIC}) {
        SCOPED_TRACE(job);
        SpawnOptions options = tool_with({"record", "--strict", "--force", "-o", file_, "--", job});
        Subprocess recorder(options);
        recorder.wait_for_err("hidden symbols");  // at once
        recorder.send("\n");
        EXPECT_EQ(recorder.wait().status, 5);
        expect_said_everywhere("not seen");
    }
}

TEST_F(CommandTest, ExitStatusIsPassedOn) {
    EXPECT_EQ(record({"true"}, dir_.file("0.ttar")).status, 0);
    EXPECT_EQ(record({"sh", "-c", "exit 7"}, dir_.file("7.ttar")).status, 7);
    const auto seven = replay(dir_.file("7.ttar"));
    EXPECT_EQ(seven->view().processes.front()->exit_status.value_or(ExitStatus{}).status, 7U);
    EXPECT_EQ(record({"sh", "-c", "kill -TERM $$"}, dir_.file("15.ttar")).status, 128 + SIGTERM);
    EXPECT_EQ(record({standin_path(), "--no-such-option"}, dir_.file("2.ttar")).status, 2);
}

TEST_F(CommandTest, StatusOfAKilledCommandIsThatOfItsSignal) {
    StandIn job(StandIn::under(tool_with({"record", "-o", file_, "--"}), {"--scenario", "all-types"}));
    job.run_all();
    kill(job.pid(), SIGKILL);
    EXPECT_EQ(job.process().wait().status, 128 + SIGKILL);
    EXPECT_TRUE(replay(file_)->complete);
}

TEST_F(CommandTest, CommandThatCannotBeExecutedIsToldAndLeavesNothing) {
    const Outcome missing = record({"no-such-command"}, file_);
    EXPECT_EQ(missing.status, 2);
    EXPECT_NE(missing.err.find("no-such-command"), std::string::npos) << missing.err;
    EXPECT_NE(missing.err.find("No such file"), std::string::npos) << missing.err;
    EXPECT_FALSE(std::filesystem::exists(file_)) << "a recording of nothing";
    const Outcome directory = record({"/tmp"}, dir_.file("y.ttar"));
    EXPECT_EQ(directory.status, 2);
    EXPECT_NE(directory.err.find("Permission denied"), std::string::npos) << directory.err;
}

// A command that never uses the runtime is recorded as such, and not held up.
TEST_F(CommandTest, CommandWithoutTheRuntimeRunsToItsEnd) {
    const Outcome outcome = record({"sh", "-c", "echo hello"}, file_);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out, "hello\n");
    EXPECT_NE(outcome.err.find("no allocation was seen"), std::string::npos) << outcome.err;
}

// The runtime comes with a library loaded long after the start, as Python does it, in a process behind two others. Its
// functions are called right behind the load: the device is opened, a buffer allocated and the device closed.
TEST_F(CommandTest, LibraryLoadedLateByPythonIsTracedFromItsFirstAllocationOn) {
    if (run({.arguments = {"sh", "-c", "command -v python3"}, .environment = {}, .user = {}, .stdout_path = {}}).status != 0) {
        GTEST_SKIP() << "no python3";
    }
    const std::string program =
        "import ctypes, sys\n"
        "lib = ctypes.CDLL(sys.argv[1])\n"
        "P, N = ctypes.c_void_p, ctypes.c_ulong\n"
        "create = lib._ZN2tt8tt_metal12CreateDeviceEi\n"
        "create.restype = P\n"
        "make = lib._ZN2tt8tt_metal6Buffer6createEPNS0_7IDeviceEmmNS0_10BufferTypeERKNS0_18BufferShardingArgsE"
        "St8optionalIbES8_INS0_11SubDeviceIdEE\n"
        "make.argtypes = [P, P, N, N, ctypes.c_int, P, N, N]\n"
        "close = lib._ZN2tt8tt_metal11CloseDeviceEPNS0_7IDeviceE\n"
        "close.argtypes = [P]\n"
        "device = create(5)\n"
        "result, sharding = ctypes.create_string_buffer(16), ctypes.create_string_buffer(256)\n"
        "make(result, device, 65536, 2048, 0, sharding, 0, 0)\n"
        "close(device)\n";
    const Outcome outcome =
        record({"sh", "-c", "python3 -c \"$0\" \"$1\"; exit $?", program, standin_library()}, file_);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto replayed = replay(file_);
    std::size_t found = 0;
    for (const auto& process : replayed->view().processes) {
        const ProcessAccount& account = replayed->account(process->pid);
        if (account.events == 0) {
            continue;
        }
        ++found;
        EXPECT_EQ(account.allocs, 1U);
        EXPECT_TRUE(process->from_first_event);
        EXPECT_EQ(process->places.at({OwnerKind::Chip, 5}).of(BufferType::Dram).peak_bytes, 65'536U);
        EXPECT_TRUE(is_flawless(*replayed, process->pid));
    }
    EXPECT_EQ(found, 1U);
}

// A layout that does not fit: the runtime is refused, and nowhere is that taken for a job that did nothing.
TEST_F(CommandTest, CommandWhoseRuntimeIsRefusedWasNotSeen) {
    const std::string layout = dir_.file("layout.json");
    std::ofstream(layout) << R"({"schema":"tt-alloc-trace/layout","schema_version":1,"items":{"buffer.size":{"offset":40960,"width":8}}})";
    const Outcome outcome = run_tool(
        {"record", "--strict", "--layout", layout, "-o", file_, "--", standin_path(), "--threads", "1", "--ops", "10"}
    );
    EXPECT_EQ(outcome.status, 5) << outcome.err;
    const std::size_t at_once = outcome.err.find(" is not seen: ");
    EXPECT_NE(at_once, std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find(" is not seen: ", at_once + 1), std::string::npos) << "once: " << outcome.err;
    EXPECT_NE(outcome.err.find(" was not seen: "), std::string::npos) << "and at the end: " << outcome.err;
    EXPECT_EQ(outcome.err.find("no allocation was seen"), std::string::npos) << outcome.err;
    expect_said_everywhere(" was not seen: ");
}

// As a job that compiles its kernels: it is not lost behind its children.
TEST_F(CommandTest, JobIsWholeBehindManyChildren) {
    const std::string path = dir_.file("truth.json");
    std::vector<std::string> arguments{"record", "--strict", "-o", file_, "--"};
    const std::vector<std::string> job = job_with_many_children(path);
    arguments.insert(arguments.end(), job.begin(), job.end());
    const Outcome outcome = run_tool(arguments, std::chrono::minutes(2));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Truth truth = read_truth(path);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));
    const std::string pid = "pid " + std::to_string(truth.pid);
    EXPECT_NE(run_tool({"report", file_}).out.find(pid), std::string::npos);
    EXPECT_NE(run_tool({"report", file_, "--format", "html"}).out.find(std::to_string(truth.pid)), std::string::npos);
}

// As Ctrl-C in a terminal, which both get: what the command does then, and its status, are not lost.
TEST_F(CommandTest, InterruptedOnceTheCommandIsSeenToItsEnd) {
    StandIn job(StandIn::under(tool_with({"record", "-o", file_, "--"}), {"--threads", "2", "--ops", "1000"}));
    job.run_all();
    job.process().signal(SIGINT);
    job.process().wait_for_err("waiting for the command to end");
    job.run_all();
    const Truth truth = job.truth();
    kill(job.pid(), SIGKILL);
    EXPECT_EQ(job.process().wait().status, 128 + SIGKILL);
    const auto replayed = replay(file_, {truth});
    EXPECT_TRUE(matches(*replayed, truth));
    const ProcessState& process = replayed->process(truth.pid);
    EXPECT_EQ(process.end, ProcessState::End::Exited);
    ASSERT_TRUE(process.exit_status);
    EXPECT_EQ(process.exit_status->signal, static_cast<std::uint32_t>(SIGKILL));
}

// Twice: the recorder ends at once, and the command goes on unharmed.
TEST_F(CommandTest, CommandGoesOnWhenTheRecorderIsInterruptedTwice) {
    StandIn job(StandIn::under(tool_with({"record", "-o", file_, "--"}), {"--threads", "2", "--ops", "1000"}));
    job.run_all();
    const Truth truth = job.truth();
    job.process().signal(SIGINT);
    job.process().wait_for_err("waiting for the command to end");
    job.process().signal(SIGINT);
    EXPECT_EQ(job.process().wait().status, 128 + SIGINT);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
    job.run_all();
    EXPECT_GT(job.truth().events, truth.events);
}

TEST_F(CommandTest, WatchTakesACommandToo) {
    const Outcome outcome = run_tool({"watch", "--format", "json", "--", standin_path(), "--scenario", "crash"});
    EXPECT_EQ(outcome.status, 128 + SIGABRT) << outcome.err;
    const std::size_t last = outcome.out.rfind("{\"schema\"");
    ASSERT_NE(last, std::string::npos) << outcome.out;
    const auto json = nlohmann::json::parse(outcome.out.substr(last));
    EXPECT_EQ(json.at("processes")[0].at("usage")[0].at("allocs"), 20);
    EXPECT_EQ(json.at("processes")[0].at("usage")[0].at("live_buffers"), 0);
    EXPECT_EQ(json.at("processes")[0].at("state"), "ended");
}

}  // namespace
}  // namespace tt::alloc_trace::test
