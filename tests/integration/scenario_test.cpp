// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The stand-in's scenarios, each with one point, recorded from the start of the process (`-- COMMAND`) or of a paused one
// (-p), which can be looked at while it lives.
#include <algorithm>
#include <memory>

#include "support/bpf_test.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/script.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;

struct Recorded {
    Outcome outcome;
    Truth truth;
    std::unique_ptr<Replayed> replayed;
};

class ScenarioTest : public BpfTest {
protected:
    // record -- tt-standin --scenario NAME
    Recorded record_command(const std::string& name, const std::vector<std::string>& options = {}) {
        std::vector<std::string> arguments{"record", "-o", file_, "--", standin_path(), "--scenario", name, "--truth", truth_};
        arguments.insert(arguments.end(), options.begin(), options.end());
        Recorded recorded;
        recorded.outcome = run_tool(arguments);
        recorded.truth = read_truth(truth_);
        recorded.replayed = replay(file_, {recorded.truth});
        return recorded;
    }

    // record -p of a stand-in that then runs the scenario and stays alive.
    Recorded record_process(const std::string& name, const std::vector<std::string>& options = {}) {
        std::vector<std::string> arguments{"--scenario", name};
        arguments.insert(arguments.end(), options.begin(), options.end());
        StandIn job(arguments);
        Recorder recorder({"-p", job.pid_text()}, file_);
        job.run_all();
        Recorded recorded;
        recorded.truth = job.truth();
        recorded.outcome = recorder.interrupt();
        recorded.replayed = replay(file_, {recorded.truth});
        EXPECT_EQ(job.exit(), 0);
        return recorded;
    }

    // Every event and the live set, both ways.
    void expect_truth_both_ways(const std::string& name, const std::vector<std::string>& options = {}) {
        {
            SCOPED_TRACE(name + " as a command");
            const Recorded recorded = record_command(name, options);
            EXPECT_EQ(recorded.outcome.status, 0) << recorded.outcome.err;
            EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
            EXPECT_TRUE(recorded.replayed->process(recorded.truth.pid).from_first_event);
            EXPECT_TRUE(live_set_of(recorded.replayed->process(recorded.truth.pid)).empty()) << "after its end";
        }
        std::remove(file_.c_str());
        SCOPED_TRACE(name + " as a process");
        const Recorded recorded = record_process(name, options);
        EXPECT_EQ(recorded.outcome.status, 0) << recorded.outcome.err;
        EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
    }

    const std::string file_ = dir_.file("x.ttar");
    const std::string truth_ = dir_.file("truth.json");
};

const PlaceUsage& usage_of_chip(const ProcessState& process, std::int32_t chip) {
    return process.places.at({OwnerKind::Chip, chip});
}

// Seed: one address, nine Buffer objects (a mesh buffer and a view of it on each of eight chips) were counted nine times once.
// It counts once per chip.
TEST_F(ScenarioTest, NineBuffersOfOneAddressCountOncePerChip) {
    expect_truth_both_ways("nine-buffers");
    std::remove(file_.c_str());
    const Recorded recorded = record_process("nine-buffers");
    const ProcessState& process = recorded.replayed->process(recorded.truth.pid);
    for (std::int32_t chip = 0; chip < 8; ++chip) {
        const Usage& dram = usage_of_chip(process, chip).of(BufferType::Dram);
        EXPECT_EQ(dram.buffers, 1U) << chip;
        EXPECT_EQ(dram.allocs, 1U) << chip;
        EXPECT_EQ(dram.bytes, recorded.truth.live_bytes) << chip;
    }
}

// Seed: an address freed 1,000 times more than allocated. Each is `double`, with a count and an example; the live buffers and
// the sums stay unharmed.
TEST_F(ScenarioTest, ThousandExcessFreesAreDoubleAndHarmNothing) {
    const Recorded recorded = record_process("excess-frees", {"--repeat", "1000"});
    EXPECT_EQ(recorded.truth.double_frees, 1000U);
    EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
    const ProcessState& process = recorded.replayed->process(recorded.truth.pid);
    const UnknownFreeStat& doubles = process.unknown_frees[static_cast<std::size_t>(UnknownFree::Double)];
    EXPECT_EQ(doubles.count, 1000U);
    ASSERT_TRUE(doubles.example.has_value());
    const Usage& l1 = usage_of_chip(process, 0).of(BufferType::L1);
    EXPECT_EQ(l1.buffers, 1U);
    EXPECT_EQ(l1.frees, 1U);
    EXPECT_EQ(l1.bytes, recorded.truth.live_bytes);

    const Json report = run_tool_json({"report", file_, "--format", "json"});
    const Json& unknown = report.at("processes")[0].at("unknown_frees");
    ASSERT_EQ(unknown.size(), 1U) << unknown;
    EXPECT_EQ(unknown[0].at("reason"), "double");
    EXPECT_EQ(unknown[0].at("count"), 1000);
    EXPECT_TRUE(unknown[0].contains("example"));
    EXPECT_NE(run_tool({"report", file_}).out.find("1,000 frees double"), std::string::npos);
}

// Seed: three runs one after the other in one process, each leaving buffers behind. Nothing grows from run to run, and what
// never reports a free ends as `released by close`.
TEST_F(ScenarioTest, ThreeRunsDoNotGrowAndLeaveNothing) {
    constexpr std::uint64_t kBufferBytes = 16 * 2048;
    for (const bool as_command : {true, false}) {
        SCOPED_TRACE(as_command ? "as a command" : "as a process");
        std::remove(file_.c_str());
        const Recorded recorded = as_command ? record_command("three-runs") : record_process("three-runs");
        const std::uint32_t pid = recorded.truth.pid;
        const Replayed& replayed = *recorded.replayed;
        EXPECT_TRUE(is_flawless(replayed, pid));
        EXPECT_TRUE(has_all_events(replayed, recorded.truth));
        EXPECT_EQ(replayed.ended(pid, FreeKind::Freed), recorded.truth.frees);
        EXPECT_EQ(replayed.ended(pid, FreeKind::ReleasedByClose), recorded.truth.allocs - recorded.truth.frees);
        EXPECT_EQ(replayed.ended(pid, FreeKind::ReleasedByExit), 0U);
        EXPECT_TRUE(live_set_of(replayed.process(pid)).empty());
        // Five buffers of the mesh and five of chip 0 at most at a time: what one run takes.
        EXPECT_EQ(usage_of_chip(replayed.process(pid), 0).of(BufferType::Dram).peak_bytes, 10 * kBufferBytes);
        EXPECT_EQ(usage_of_chip(replayed.process(pid), 1).of(BufferType::Dram).peak_bytes, 5 * kBufferBytes);
        EXPECT_EQ(usage_of_chip(replayed.process(pid), 1).of(BufferType::Dram).bytes, 0U);
    }
}

// Buffers destroyed behind a silent close say nothing, and need not.
TEST_F(ScenarioTest, BuffersFreedAfterTheCloseAreReleasedByIt) {
    const Recorded recorded = record_process("free-after-close");
    const std::uint32_t pid = recorded.truth.pid;
    EXPECT_TRUE(is_flawless(*recorded.replayed, pid));
    EXPECT_TRUE(has_all_events(*recorded.replayed, recorded.truth));
    EXPECT_EQ(recorded.replayed->ended(pid, FreeKind::ReleasedByClose), recorded.truth.allocs);
    EXPECT_TRUE(live_set_of(recorded.replayed->process(pid)).empty());
}

// An allocator emptied by the user while its chip stays open: `cleared`, and the late frees of these buffers are known as such.
TEST_F(ScenarioTest, ClearedBuffersAndTheirLateFreesAreTold) {
    expect_truth_both_ways("clear");
    const auto replayed = replay(file_);
    const std::uint32_t pid = replayed->view().processes.front()->pid;
    EXPECT_EQ(replayed->ended(pid, FreeKind::Cleared), 10U);
    EXPECT_EQ(replayed->unknown(pid, UnknownFree::AfterClear), 10U);
    EXPECT_EQ(replayed->unknown(pid, UnknownFree::Double), 0U);
}

TEST_F(ScenarioTest, FailedAllocationsLeaveNoTrace) {
    expect_truth_both_ways("oom", {"--repeat", "200"});
    const auto replayed = replay(file_);
    const std::uint32_t pid = replayed->view().processes.front()->pid;
    EXPECT_EQ(replayed->account(pid).allocs, 1U);
}

TEST_F(ScenarioTest, HookedBuffersTakeNoMemory) {
    const Recorded recorded = record_process("hooked");
    EXPECT_EQ(recorded.truth.hooked, 20U);
    EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
    EXPECT_EQ(recorded.replayed->process(recorded.truth.pid).hooked_allocs, 20U);
}

// Four programs that overlap in L1: only the one launched last is resident, and only with its latest plan.
TEST_F(ScenarioTest, CircularBuffersOfTheProgramLaunchedLastAreResident) {
    expect_truth_both_ways("programs");
    const auto replayed = replay(file_);
    const ProcessState& process = *replayed->view().processes.front();
    // UpdateCircularBufferTotalSize made the first of 4,096, 8,192 and 12,288 bytes larger; on 8x4 and 4x1 cores.
    constexpr std::uint64_t kPerCore = 8'192 + 8'192 + 12'288;
    for (std::int32_t chip = 0; chip < 8; ++chip) {
        const CircularBufferUsage& cbs = usage_of_chip(process, chip).circular_buffers;
        EXPECT_EQ(cbs.count, 3U) << chip;
        EXPECT_EQ(cbs.bytes, kPerCore * 36) << chip;
        EXPECT_EQ(cbs.launches, replayed->account(process.pid).launches) << chip;
    }
    EXPECT_EQ(process.programs.programs().size(), 3U) << "one of the four was destroyed";
}

// A forked child is a process of its own. What it inherited is its parent's and not counted again.
TEST_F(ScenarioTest, ForkedChildIsRecordedAsAProcessOfItsOwn) {
    const Recorded recorded = record_command("fork");
    EXPECT_EQ(recorded.outcome.status, 0) << recorded.outcome.err;
    EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
    const Truth child = read_truth(truth_ + ".child");
    ASSERT_NE(child.pid, recorded.truth.pid);
    const auto replayed = replay(file_, {child});
    EXPECT_TRUE(is_flawless(*replayed, child.pid));
    EXPECT_TRUE(has_all_events(*replayed, child));
    EXPECT_EQ(replayed->process(child.pid).parent_pid, recorded.truth.pid);
    EXPECT_EQ(replayed->process(child.pid).end, ProcessState::End::Exited);
    EXPECT_EQ(replayed->ended(child.pid, FreeKind::ReleasedByExit), 5U);
    ASSERT_TRUE(replayed->live_at[0].has_value());
    EXPECT_TRUE(same_live_set(*replayed->live_at[0], minus(child.live, recorded.truth.live)));
}

TEST_F(ScenarioTest, ChildrenOfAProcessAreFollowedOnlyIfAskedFor) {
    for (const bool follow : {true, false}) {
        SCOPED_TRACE(follow ? "with --follow-children" : "without");
        std::remove(file_.c_str());
        StandIn job({"--scenario", "fork", "--truth", truth_});
        Recorder recorder({"-p", job.pid_text()}, file_, follow ? std::vector<std::string>{"--follow-children"} : std::vector<std::string>{});
        job.run_all();
        const Truth truth = job.truth();
        EXPECT_EQ(recorder.interrupt().status, 0);
        EXPECT_EQ(job.exit(), 0);
        const Truth child = read_truth(truth_ + ".child");
        const auto replayed = replay(file_, {truth});
        EXPECT_TRUE(matches(*replayed, truth));
        ASSERT_EQ(replayed->view().processes.size(), follow ? 2U : 1U);
        if (follow) {
            EXPECT_TRUE(has_all_events(*replayed, child));
        }
    }
}

// A child that frees what it inherited frees nothing of its parent's, and that has an explanation.
TEST_F(ScenarioTest, FreesOfInheritedBuffersAreExplainedAndLeaveTheParentAlone) {
    const Outcome outcome = run_tool({"record", "-o", file_, "--", TAT_FORK_JOB});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto replayed = replay(file_);
    ASSERT_EQ(replayed->view().processes.size(), 2U);
    const std::uint32_t parent = replayed->view().processes[0]->pid;
    const std::uint32_t child = replayed->view().processes[1]->pid;
    EXPECT_TRUE(is_flawless(*replayed, parent));
    EXPECT_EQ(replayed->ended(parent, FreeKind::Freed), 1U);
    EXPECT_EQ(replayed->ended(parent, FreeKind::ReleasedByExit), 2U);
    EXPECT_EQ(replayed->account(child).frees, 3U);
    EXPECT_TRUE(is_flawless(*replayed, child));
    EXPECT_EQ(replayed->unknown(child, UnknownFree::Double), 0U);
    EXPECT_EQ(replayed->ended(child, FreeKind::ReleasedByExit), 1U);
}

// exec replaces the address space: everything of before is released, and the same addresses start anew.
TEST_F(ScenarioTest, ExecReleasesTheOldAndTracesTheNew) {
    const Recorded recorded = record_command("exec");
    EXPECT_EQ(recorded.outcome.status, 0) << recorded.outcome.err;
    const Truth before = read_truth(truth_ + ".before-exec");
    ASSERT_EQ(before.pid, recorded.truth.pid);
    Threads threads = before.threads;
    threads.insert(recorded.truth.threads.begin(), recorded.truth.threads.end());
    Truth at_end = recorded.truth;  // its counts are of the new program only
    at_end.events += before.events;
    const auto replayed = replay(file_, {before, at_end});
    EXPECT_TRUE(is_flawless(*replayed, before.pid));
    EXPECT_TRUE(same_threads(replayed->threads(before.pid), threads));
    ASSERT_TRUE(replayed->live_at[0].has_value() && replayed->live_at[1].has_value());
    EXPECT_TRUE(same_live_set(*replayed->live_at[0], before.live));
    EXPECT_TRUE(same_live_set(*replayed->live_at[1], at_end.live));
    EXPECT_EQ(replayed->ended(before.pid, FreeKind::ReleasedByExit), 10U);
    EXPECT_EQ(replayed->process(before.pid).ends[static_cast<std::size_t>(FreeKind::ReleasedByClose)], 1U);
}

// The same of a process that was given by its id. Its workload thread replaces the program, so the probes must not be tied to
// its main thread.
TEST_F(ScenarioTest, ExecOfAGivenProcessIsFollowed) {
    StandIn job({"--scenario", "exec", "--truth", truth_});
    Recorder recorder({"-p", job.pid_text(), "--follow-children"}, file_);
    job.process().send("start\n");
    EXPECT_EQ(job.process().wait().status, 0);
    EXPECT_EQ(recorder.wait().status, 0);
    const Truth before = read_truth(truth_ + ".before-exec");
    Truth at_end = read_truth(truth_);
    at_end.events += before.events;
    const auto replayed = replay(file_, {before, at_end});
    EXPECT_TRUE(is_flawless(*replayed, before.pid));
    ASSERT_TRUE(replayed->live_at[0].has_value());
    EXPECT_TRUE(same_live_set(*replayed->live_at[0], before.live));
    EXPECT_EQ(replayed->ended(before.pid, FreeKind::ReleasedByExit), 10U);
    ASSERT_TRUE(replayed->live_at[1].has_value()) << "the new program's events are missing";
    EXPECT_TRUE(same_live_set(*replayed->live_at[1], at_end.live));
}

// The process is gone right behind its last event: who owned its buffers is known nevertheless.
TEST_F(ScenarioTest, OwnersAreKnownOfAProcessThatExitsAtOnce) {
    for (int round = 0; round < 3; ++round) {
        std::remove(file_.c_str());
        const Recorded recorded = record_command("exit-at-once");
        EXPECT_EQ(recorded.outcome.status, 0) << recorded.outcome.err;
        EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
        EXPECT_EQ(recorded.replayed->ended(recorded.truth.pid, FreeKind::ReleasedByExit), 9U);
    }
    // The same without having watched it from its start.
    std::remove(file_.c_str());
    StandIn job({"--scenario", "exit-at-once", "--truth", truth_});
    Recorder recorder({"-p", job.pid_text()}, file_);
    job.process().send("start\n");
    EXPECT_EQ(job.process().wait().status, 0);
    EXPECT_EQ(recorder.wait().status, 0);
    const Truth truth = read_truth(truth_);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));
}

// Promise P1: an exception passes through every probed function, again and again, while everything is probed. A return probe
// would end the job with SIGABRT.
TEST_F(ScenarioTest, ExceptionsPassThroughEveryProbedFunction) {
    const Recorded as_command = record_command("throw-through", {"--repeat", "300"});
    EXPECT_EQ(as_command.outcome.status, 0) << as_command.outcome.err;
    EXPECT_TRUE(matches(*as_command.replayed, as_command.truth));
    EXPECT_EQ(as_command.truth.failed % 300, 0U);
    EXPECT_GE(as_command.truth.failed, 300U);

    std::remove(file_.c_str());
    const Recorded as_process = record_process("throw-through", {"--repeat", "300"});
    EXPECT_TRUE(matches(*as_process.replayed, as_process.truth));
    for (const ProbeOutcome& probe : as_process.replayed->session.probes) {
        EXPECT_TRUE(probe.attached) << probe.role;
    }
}

// Seed: all types are accepted and shown.
TEST_F(ScenarioTest, AllTypesAreAcceptedAndShown) {
    expect_truth_both_ways("all-types");
    const std::string summary = run_tool({"report", file_}).out;
    const std::string live = run_tool({"report", file_, "live"}).out;
    for (const char* type : {"DRAM", "L1", "L1_SMALL", "TRACE", "CB"}) {
        EXPECT_NE(summary.find(std::string(" ") + type + " "), std::string::npos) << type << "\n" << summary;
        const std::string shown = std::string(type) == "CB" ? "resident circular buffers" : type;
        EXPECT_NE(live.find(shown), std::string::npos) << type << "\n" << live;
    }
    for (const char* type : {"DRAM", "L1", "L1_SMALL", "TRACE", "CB", "SYSTEM_MEMORY"}) {
        const Json report = run_tool_json({"report", file_, "--format", "json", "--type", type});
        const Json& usage = report.at("processes")[0].at("usage");
        EXPECT_EQ(usage.empty(), std::string(type) == "SYSTEM_MEMORY") << type;  // the runtime itself refuses this one
        for (const Json& row : usage) {
            EXPECT_EQ(row.at("type"), type);
        }
    }
}

// Equal addresses under different allocators are different buffers, also where chip and mesh have the same id.
TEST_F(ScenarioTest, MeshAndChipWithTheSameIdAreKeptApart) {
    expect_truth_both_ways("mesh-and-chip-same-id");
    const Json report = run_tool_json({"report", file_, "live", "--format", "json"});
    std::map<std::string, int> owners;
    for (const Json& buffer : report.at("buffers")) {
        ++owners[buffer.at("owner")];
    }
    EXPECT_EQ(owners, (std::map<std::string, int>{{"mesh 0", 4}, {"chip 0", 3}}));
}

TEST_F(ScenarioTest, OverlappingSubmeshesAreKeptApart) { expect_truth_both_ways("submesh-overlap"); }

TEST_F(ScenarioTest, SubDevicesAreKeptApart) { expect_truth_both_ways("sub-devices"); }

// A job that aborts: its status is passed on, the file is whole, and nothing stays live.
TEST_F(ScenarioTest, CrashReleasesEverythingAndCompletesTheFile) {
    const Recorded recorded = record_command("crash");
    EXPECT_EQ(recorded.outcome.status, 128 + SIGABRT) << recorded.outcome.err;
    EXPECT_TRUE(matches(*recorded.replayed, recorded.truth));
    EXPECT_EQ(recorded.replayed->ended(recorded.truth.pid, FreeKind::ReleasedByExit), 20U);
    EXPECT_TRUE(live_set_of(recorded.replayed->process(recorded.truth.pid)).empty());
}

void expect_parts(const std::string& text, const std::vector<const char*>& parts) {
    for (const char* part : parts) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
}

// A short repro: two semaphores hold the middle of L1 (reported as tt-metal 42639).
TEST_F(ScenarioTest, ShortReproIsExplainedInFull) {
    const std::string recording = record_case(dir_, "f07.dom");
    expect_parts(
        report_text(recording, {"failures"}),
        {
            "L1 110.0 MiB on mesh 0 (chip 0)",
            "needs 1.0 MiB per bank; 1.3 MiB free there, largest block 820.0 KiB",
            "freeing 2 buffers (64 B per bank) between 0x19800 and 0x166000 makes a hole of 1.3 MiB",
            "L1        64 B    1.3 MiB  820.0 KiB    1.3 MiB    110",
        }
    );
    expect_parts(report_text(recording, {"peak"}), {"peaks: highest footprint", "88.1 MiB", "820.0 KiB"});
    expect_parts(report_text(recording), {"FOOTPRINT", "88.1 MiB"});
    expect_parts(report_text(recording, {"gaps"}), {"every figure of every process is exact"});
}

// A sub-device's buffer in the way, a few events after its allocator was made.
TEST_F(ScenarioTest, BufferOfASubDeviceHasItsFootprint) {
    const std::string recording = record_case(dir_, "c14_subdev.dom");
    const std::string clash = report_text(recording, {"clash"});
    EXPECT_EQ(clash.find(" ? "), std::string::npos) << clash;
    expect_parts(report_text(recording, {"gaps"}), {"every figure of every process is exact"});
}

}  // namespace
}  // namespace tt::alloc_trace::test
