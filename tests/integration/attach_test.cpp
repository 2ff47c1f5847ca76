// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Attaching to a job that is at work already.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "recording/recording_reader.hpp"
#include "support/bpf_test.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using AttachTest = BpfTest;

std::size_t lines_with(const std::string& text, const std::string& word) {
    std::istringstream lines(text);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        count += line.find(word) != std::string::npos ? 1 : 0;
    }
    return count;
}

// Without a snapshot: frees of older buffers are `before attach`, each counted once; what was allocated since is exact; a
// report says it in one line, and the recorder does not flood its user with them.
TEST_F(AttachTest, FreesOfOlderBuffersAreBeforeAttachAndCountedOnce) {
    StandIn job({"--threads", "8", "--ops", "20000", "--shared"});
    job.run_all();
    const Truth before = job.truth();
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text(), "--no-snapshot"}, file);
    job.run_all();
    const Outcome outcome = recorder.interrupt();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Truth after = job.truth();

    const auto replayed = replay(file);
    EXPECT_TRUE(is_flawless(*replayed, after.pid));
    Threads new_threads = after.threads;
    for (const auto& entry : before.threads) {
        new_threads.erase(entry.first);
    }
    EXPECT_TRUE(same_threads(replayed->threads(after.pid), new_threads));

    const LiveSet recorded = live_set_of(replayed->process(after.pid));
    const LiveSet older = minus(after.live, recorded);
    EXPECT_TRUE(minus(recorded, after.live).empty()) << "shown as live, and is not";
    EXPECT_TRUE(minus(older, before.live).empty()) << "not shown as live, and is younger than the attach";
    const std::uint64_t freed_older = before.live.size() - older.size();
    EXPECT_GT(freed_older, 0U);
    EXPECT_EQ(replayed->unknown(after.pid, UnknownFree::BeforeAttach), freed_older);
    EXPECT_EQ(replayed->unknown(after.pid, UnknownFree::Double), 0U);

    const Outcome report = run_tool({"report", file});
    EXPECT_EQ(lines_with(report.out, "frees before attach"), 1U) << report.out;
    EXPECT_LE(lines_with(outcome.err, ""), 6U) << outcome.err;
}

// What a thread did, newest last, as the truth's CSV has it.
struct Row {
    std::uint64_t kind = 0;
    std::uint64_t allocator = 0;
    std::uint64_t type = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint64_t buffer = 0;

    bool operator==(const Row&) const = default;
};
using Rows = std::map<std::uint32_t, std::vector<Row>>;  // by tid

Rows read_rows(const std::string& path) {
    static const std::map<std::string, std::uint64_t> kTypes{{"DRAM", 0}, {"L1", 1}, {"L1_SMALL", 3}, {"TRACE", 4}};
    Rows rows;
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::vector<std::string> cells;
        std::istringstream parts(line);
        for (std::string cell; std::getline(parts, cell, ',');) {
            cells.push_back(cell);
        }
        if (cells.at(2) != "alloc" && cells.at(2) != "free") {
            continue;
        }
        const auto number = [&cells](std::size_t index, int base) { return std::stoull(cells.at(index), nullptr, base); };
        rows[static_cast<std::uint32_t>(number(1, 10))].push_back(
            {cells[2] == "alloc" ? 1U : 2U, number(4, 16), kTypes.at(cells[5]), number(6, 16), number(7, 10), number(9, 16)}
        );
    }
    return rows;
}

Rows recorded_rows(const std::string& path, std::uint32_t pid) {
    Rows rows;
    Result<RecordingReader> reader = RecordingReader::open(path);
    Event event;
    while (reader && reader->next(event).value_or(false)) {
        const auto add = [&](std::uint64_t kind, const EventHeader& header, const BufferFields& b) {
            if (header.pid == pid) {
                rows[header.tid].push_back(
                    {kind, b.allocator, static_cast<std::uint64_t>(b.type), b.address, b.size, b.buffer}
                );
            }
        };
        if (const auto* allocated = std::get_if<Allocated>(&event)) {
            add(1, allocated->header, allocated->buffer);
        } else if (const auto* freed = std::get_if<Freed>(&event)) {
            add(2, freed->header, freed->buffer);
        }
    }
    return rows;
}

testing::AssertionResult are_the_last_of(const Rows& recorded, const Rows& all) {
    for (const auto& [tid, rows] : recorded) {
        const auto found = all.find(tid);
        if (found == all.end() || found->second.size() < rows.size() ||
            !std::equal(rows.rbegin(), rows.rend(), found->second.rbegin())) {
            return testing::AssertionFailure() << "the " << rows.size() << " events recorded of thread " << tid
                                               << " are not the last of what it did";
        }
    }
    return testing::AssertionSuccess();
}

struct BusyJob {
    explicit BusyJob(const TempDir& dir, std::vector<std::string> more = {}) :
        events(dir.file("events.csv")), job(arguments(events, std::move(more))) {
        job.start();
    }
    static std::vector<std::string> arguments(const std::string& events, std::vector<std::string> more) {
        std::vector<std::string> all{"--threads", "8", "--ops", "0", "--rate", "20000", "--shared", "--truth-events", events};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    std::string events;
    StandIn job;
};

// The attach happens at one moment for all probes: from the first event on, nothing is missed of any thread, although eight
// of them run while the probes are put in; and what is older is read from the job's memory. So what is shown as live is.
void attach_under_load(BusyJob& busy, const std::vector<std::string>& target, const std::string& file) {
    Recorder recorder(target, file);
    // Long enough that every thread has done something since.
    recorder.process().wait_until([&] { return std::filesystem::file_size(file) > 200'000; }, "much is recorded");
    busy.job.stop();
    const Truth truth = busy.job.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);

    const auto replayed = replay(file);
    EXPECT_TRUE(is_flawless(*replayed, truth.pid));
    const Rows recorded = recorded_rows(file, truth.pid);
    EXPECT_EQ(recorded.size(), 8U);
    EXPECT_TRUE(are_the_last_of(recorded, read_rows(busy.events)));
    EXPECT_TRUE(same_live_set(live_set_of(replayed->process(truth.pid)), truth.live));
    EXPECT_EQ(replayed->unknown(truth.pid, UnknownFree::Double), 0U);
}

TEST_F(AttachTest, UnderLoadNothingIsMissedFromTheFirstEventOn) {
    BusyJob busy(dir_);
    attach_under_load(busy, {"-p", busy.job.pid_text()}, dir_.file("x.ttar"));
}

TEST_F(AttachTest, ToAllUnderLoadNothingIsMissedFromTheFirstEventOn) {
    BusyJob busy(dir_);
    attach_under_load(busy, {"-a"}, dir_.file("x.ttar"));
}

// Two in the middle of a run, beside each other: neither disturbs the other.
TEST_F(AttachTest, TwoRecordersSeeTheSame) {
    StandIn job({"--threads", "4", "--ops", "20000", "--shared"});
    Recorder one({"-p", job.pid_text()}, dir_.file("1.ttar"));
    Recorder two({"-p", job.pid_text()}, dir_.file("2.ttar"));
    job.run_all();
    EXPECT_EQ(one.interrupt().status, 0);
    EXPECT_EQ(two.interrupt().status, 0);
    const Truth truth = job.truth();
    EXPECT_TRUE(matches(*replay(dir_.file("1.ttar"), {truth}), truth));
    EXPECT_TRUE(matches(*replay(dir_.file("2.ttar"), {truth}), truth));
}

// As in a container: the job's files are on a file system that only it has mounted, and the library is replaced by a newer one
// while it runs.
TEST_F(AttachTest, JobWhoseFilesAreOutOfReachIsTraced) {
    const std::string folder = dir_.file("container");
    std::filesystem::create_directory(folder);
    SpawnOptions container;
    container.arguments = {
        "unshare", "--mount", "sh", "-c",
        "mount -t tmpfs none \"$1\" && cp \"$2\" \"$3\" \"$1\" && cd / && program=\"$1/tt-standin\" && shift 4 && "
        "exec \"$program\" \"$@\"",
        "sh", folder, standin_path(), standin_library()};
    StandIn job(StandIn::under(container, {"--threads", "2", "--ops", "5000"}));
    ASSERT_FALSE(std::filesystem::exists(folder + "/libtt_metal.so"));
    std::filesystem::remove("/proc/" + job.pid_text() + "/root" + folder + "/libtt_metal.so");
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_TRUE(matches(*replay(file, {truth}), truth));
}

// A process of another pid namespace calls itself by another number: both are told.
TEST_F(AttachTest, ProcessOfAContainerIsToldWithBothPids) {
    SpawnOptions container;
    container.arguments = {"unshare", "--pid", "--fork", "--kill-child", "sh", "-c", "\"$@\"; exit $?", "sh"};
    StandIn job(StandIn::under(container, {"--threads", "2", "--ops", "5000"}));
    ASSERT_EQ(job.pid(), 2);  // which is a kernel thread here
    std::string pid;
    const nlohmann::json list = run_tool_json({"list", "--format", "json"});
    for (const auto& process : list.at("processes")) {
        if (process.at("namespace_pid") == 2) {
            pid = std::to_string(process.at("pid").get<int>());
        }
    }
    ASSERT_NE(pid, "");
    const std::string file = dir_.file("x.ttar");
    const Outcome wrong = run_tool({"record", "-p", job.pid_text(), "-o", file});
    EXPECT_EQ(wrong.status, 4);
    EXPECT_NE(wrong.err.find("2 of a container is process " + pid + " here: -p " + pid), std::string::npos) << wrong.err;
    Recorder recorder({"-p", pid}, file);
    job.run_all();
    const Truth truth = job.truth();
    const Outcome outcome = recorder.interrupt();
    EXPECT_NE(outcome.err.find("process " + pid + " is process 2 of its container"), std::string::npos) << outcome.err;
    const auto replayed = replay(file);
    EXPECT_EQ(replayed->account(static_cast<std::uint32_t>(std::stoul(pid))).events, truth.events);
}

// As `podman exec` into the job's container, or a sidecar in its pid namespace: the job has another number there than outside. A job
// outside that happens to have this number, and the same library, is none of it: nothing of it is recorded, and it is never stopped.
TEST_F(AttachTest, TracerInThePidNamespaceOfTheJobSeesThatJobOnly) {
    StandIn outside({"--threads", "2", "--ops", "20000"});
    SpawnOptions container;
    container.arguments = {
        "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
        "echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid; shift; \"$@\"; cat", "sh", outside.pid_text()};
    StandIn inside(StandIn::under(container, {"--threads", "2", "--ops", "20000"}));
    ASSERT_EQ(inside.pid(), outside.pid());
    const std::string init = std::to_string(children_of(inside.process().pid()).at(0));
    const auto enter = [&](const std::vector<std::string>& arguments) {
        SpawnOptions options = tool_with(arguments);
        options.arguments.insert(options.arguments.begin(), {"nsenter", "--target", init, "--pid", "--mount"});
        return options;
    };
    const Outcome doctor = run(enter({"doctor", "-p", inside.pid_text()}));
    EXPECT_EQ(doctor.status, 0) << doctor.out;
    EXPECT_NE(doctor.out.find("one of its own (a container)"), std::string::npos) << doctor.out;

    const std::string file = dir_.file("x.ttar");
    // With --follow-children the probes are in every process that has the library.
    Subprocess recorder(
        enter({"record", "-p", inside.pid_text(), "--follow-children", "--lossless", "--ring-size", "1M", "-o", file})
    );
    recorder.wait_for_err("attached to");
    outside.start();
    inside.run_all();
    outside.wait();
    const Truth truth = inside.truth();
    inside.process().send("exit\n");
    EXPECT_EQ(recorder.wait().status, 0) << "ends with the job";
    const auto replayed = replay(file, {truth});
    EXPECT_TRUE(matches(*replayed, truth));
    EXPECT_EQ(replayed->view().processes.size(), 1U);
    EXPECT_EQ(outside.truth().events, truth.events);
    inside.process().close_stdin();
    (void)inside.process().wait();
}

// A /proc of another pid namespace than the tracer's: a number read there would be another process to kill() and to the kernel.
TEST_F(AttachTest, ForeignProcIsRefusedBeforeAnythingIsAttached) {
    StandIn job({"--threads", "1", "--ops", "100"});
    const auto without_own_proc = [](const std::vector<std::string>& arguments) {
        SpawnOptions options = tool_with(arguments);
        options.arguments.insert(options.arguments.begin(), {"unshare", "--pid", "--fork", "--kill-child"});
        return run(options);
    };
    const Outcome record = without_own_proc({"record", "-p", job.pid_text(), "-o", dir_.file("x.ttar")});
    EXPECT_EQ(record.status, 1);
    EXPECT_NE(record.err.find("another pid namespace"), std::string::npos) << record.err;
    EXPECT_NE(record.err.find("run it on the host with the host's pids"), std::string::npos) << record.err;
    EXPECT_FALSE(std::filesystem::exists(dir_.file("x.ttar")));
    const Outcome doctor = without_own_proc({"doctor", "-p", job.pid_text()});
    EXPECT_EQ(doctor.status, 1);
    EXPECT_NE(doctor.out.find("another pid namespace"), std::string::npos) << doctor.out;
    EXPECT_EQ(doctor.out.find("ready to trace"), std::string::npos) << doctor.out;
}

// A tracer in a time namespace has clocks of its own; events and the moment of the attach are on the same one.
TEST_F(AttachTest, TracerInATimeNamespaceHasOneClock) {
    StandIn job({"--threads", "2", "--ops", "2000"});
    const std::string file = dir_.file("x.ttar");
    SpawnOptions options = tool_with({"record", "-p", job.pid_text(), "-o", file});
    options.arguments.insert(
        options.arguments.begin(), {"unshare", "--time", "--monotonic", "1000000", "--boottime", "2000000", "--fork", "--kill-child"}
    );
    Subprocess recorder(options);
    recorder.wait_for_err("attached to");
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(job.exit(), 0);
    EXPECT_EQ(recorder.wait().status, 0);
    EXPECT_EQ(replay(file)->account(truth.pid).events, truth.events);

    Result<RecordingReader> reader = RecordingReader::open(file);
    ASSERT_TRUE(reader);
    constexpr std::uint64_t kDayNs = 86'400'000'000'000;  // less than the clocks are apart
    const std::uint64_t attached = reader->session().attached_monotonic_ns;
    EXPECT_GT(attached, 1'000'000'000'000'000U);
    Event event;
    while (reader->next(event).value_or(false)) {
        const std::uint64_t t = header_of(event).t_ns;
        ASSERT_LT(std::max(t, attached) - std::min(t, attached), kDayNs);
        if (const auto* seen = std::get_if<ProcessSeen>(&event)) {
            EXPECT_GT(seen->start_time_ns, 2'000'000'000'000'000U);
        }
    }
}

// The kernel ties probes in one process to its main thread (docs/accuracy.md). It ends, or another thread executes a program: the rest
// is followed, and that a moment may be missing is said.
class LeaderlessTest : public BpfTest, public testing::WithParamInterface<const char*> {};

TEST_P(LeaderlessTest, ProcessIsFollowedWithoutItsMainThread) {
    SpawnOptions options;
    options.arguments = {TAT_LEADERLESS_JOB, GetParam()};
    Subprocess job(options);
    job.wait_for_out("ready");
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", std::to_string(job.pid()), "--strict"}, file);
    job.send("\n");
    recorder.process().wait_for_err("its main thread ended");
    job.send("\n");
    job.wait_for_out("done");
    job.send("\n");
    EXPECT_EQ(job.wait().status, 0);
    const Outcome outcome = recorder.wait();
    EXPECT_EQ(outcome.status, 5) << outcome.err;
    EXPECT_EQ(outcome.err.find("ring-size"), std::string::npos) << "does not help";
    EXPECT_EQ(run_tool({"report", file, "--strict"}).status, 5) << "a moment may be missing";
    const auto replayed = replay(file);
    const auto pid = static_cast<std::uint32_t>(job.pid());
    EXPECT_EQ(replayed->account(pid).allocs, 4U);
    EXPECT_EQ(replayed->account(pid).frees, 1U);
    EXPECT_EQ(replayed->ended(pid, FreeKind::ReleasedByExit), 3U + 3U);
    EXPECT_EQ(replayed->process(pid).end, ProcessState::End::Exited);
}

// An impatient operator: the second Ctrl-C comes while the probes are taken out.
TEST_F(AttachTest, InterruptedTwiceTheRecordingIsWhole) {
    StandIn job({"--threads", "2", "--ops", "1000"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    recorder.process().signal(SIGINT);
    recorder.process().signal(SIGINT);
    const int status = recorder.wait().status;
    EXPECT_TRUE(status == 0 || status == 128 + SIGINT) << status << ": both came as one, or the second behind the end of the file";
    const Truth truth = job.truth();
    const auto replayed = replay(file, {truth});
    EXPECT_TRUE(replayed->complete);
    EXPECT_TRUE(matches(*replayed, truth));
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
}

// Its main thread ended before: what it holds is seen through another one, whichever way it is asked for.
TEST_F(AttachTest, ProcessWhoseMainThreadEndedBeforeIsSeenAsAnyOther) {
    using Words = std::vector<std::string>;
    for (const Words& target : {Words{"-a"}, Words{"-p", ""}, Words{"--follow-children", "-p", ""}}) {
        SCOPED_TRACE(target.front());
        SpawnOptions options;
        options.arguments = {TAT_LEADERLESS_JOB, "exit"};
        Subprocess job(options);
        const auto pid = static_cast<std::uint32_t>(job.pid());
        job.wait_for_out("ready");
        job.send("\n");
        ASSERT_TRUE(eventually([pid] { return read_file("/proc/" + std::to_string(pid) + "/stat").find(") Z ") != std::string::npos; }));
        Words given = target;
        if (given.back().empty()) {
            given.back() = std::to_string(pid);
        }
        const std::string file = dir_.file("x" + std::to_string(pid) + ".ttar");
        Recorder recorder(given, file);
        EXPECT_EQ(run_tool_json({"snapshot", "-p", std::to_string(pid), "--format", "json"})["buffers"].size(), 3U);
        EXPECT_NE(run_tool({"list"}).out.find(std::to_string(pid)), std::string::npos);
        job.send("\n");
        job.wait_for_out("done");
        job.send("\n");
        EXPECT_EQ(job.wait().status, 0);
        const Outcome outcome = target.front() == "-a" ? recorder.interrupt() : recorder.wait();
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        const auto replayed = replay(file);
        EXPECT_EQ(replayed->process(pid).known_before, KnownBefore::Full);
        EXPECT_EQ(replayed->process(pid).found.pre_existing, 3U);
        EXPECT_EQ(replayed->account(pid).allocs, 4U);
        EXPECT_EQ(replayed->account(pid).frees, 1U);
        EXPECT_EQ(replayed->ended(pid, FreeKind::ReleasedByExit), 3U + 3U);
        EXPECT_EQ(replayed->process(pid).end, ProcessState::End::Exited);
    }
}

INSTANTIATE_TEST_SUITE_P(How, LeaderlessTest, testing::Values("exit", "exec"), [](const auto& how) { return std::string(how.param); });

// Given by its pid alone, a job loads another copy of the runtime later: it is seen like the first.
TEST_F(AttachTest, RuntimeThatIsLoadedLaterIsTraced) {
    if (run({.arguments = {"sh", "-c", "command -v python3"}, .environment = {}, .user = {}, .stdout_path = {}}).status != 0) {
        GTEST_SKIP() << "no python3";
    }
    const std::string copy = dir_.file("libtt_metal.so");
    std::filesystem::copy(standin_library(), copy);
    SpawnOptions options;
    options.arguments = {
        "python3", "-c", "import ctypes, sys\nfor line in sys.stdin:\n    ctypes.CDLL(line.strip())\n    print('loaded', flush=True)"};
    Subprocess job(options);
    job.send(standin_library() + "\n");
    job.wait_for_out("loaded");
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", std::to_string(job.pid())}, file);
    job.send(copy + "\n");
    recorder.process().wait_for_err("tracing " + copy);
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_EQ(replay(file)->session.modules.size(), 2U);
}

// A thread id names its process, and that is said.
TEST_F(AttachTest, ThreadIdAttachesToItsProcess) {
    StandIn job({"--threads", "2", "--ops", "0", "--rate", "200"});
    job.start();
    pid_t thread = 0;
    for (const pid_t tid : threads_of(job.pid())) {
        thread = tid != job.pid() ? tid : thread;
    }
    ASSERT_NE(thread, 0);
    Recorder recorder({"-p", std::to_string(thread)}, dir_.file("x.ttar"));
    const Outcome outcome = recorder.interrupt();
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.err.find("is a thread of process " + job.pid_text()), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace tt::alloc_trace::test
