// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What cannot work is refused with the right status and a message that says what failed, on what, why and what to do; and
// leaves nothing behind.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "support/bpf_test.hpp"
#include "support/kernel_objects.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using Arguments = std::vector<std::string>;
namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

SpawnOptions plain_command(const Arguments& arguments) {
    SpawnOptions options;
    options.arguments = arguments;
    return options;
}

class BadInputTest : public BpfTest {
protected:
    void TearDown() override {
        if (!IsSkipped()) {
            EXPECT_EQ(wait_for_clean_kernel(), "");
        }
    }

    void expect_refused(const Arguments& arguments, int status, const Arguments& words) {
        const Outcome outcome = run_tool(arguments);
        std::string line;
        for (const std::string& argument : arguments) {
            line += argument + " ";
        }
        EXPECT_EQ(outcome.status, status) << line << "\n" << outcome.err;
        EXPECT_EQ(outcome.out, "") << line;
        for (const std::string& word : words) {
            EXPECT_NE(outcome.err.find(word), std::string::npos) << line << "does not say '" << word << "':\n" << outcome.err;
        }
        EXPECT_FALSE(fs::exists(file_)) << line;
    }

    // A recording of some thousand events, complete.
    void make_recording(const std::string& path) {
        StandIn job({"--threads", "2", "--ops", "5000"});
        Recorder recorder({"-p", job.pid_text()}, path);
        job.run_all();
        ASSERT_EQ(recorder.interrupt().status, 0);
    }

    const std::string file_ = dir_.file("x.ttar");
};

TEST_F(BadInputTest, ProcessThatDoesNotExist) {
    Subprocess ended(plain_command({"true"}));
    const std::string pid = std::to_string(ended.pid());
    (void)ended.wait();
    expect_refused({"record", "-p", pid, "-o", file_}, 4, {"no process " + pid, "list"});
    expect_refused({"-p", pid}, 4, {"no process " + pid});
}

// It says which libraries it looked at.
TEST_F(BadInputTest, ProcessWithoutTheRuntime) {
    Subprocess other(plain_command({"sleep", "1000"}));
    const std::string pid = std::to_string(other.pid());
    ASSERT_TRUE(eventually([&] { return fs::read_symlink("/proc/" + pid + "/exe").filename() == "sleep"; }));
    expect_refused({"record", "-p", pid, "-o", file_}, 4, {pid, "libc.so.6", "sleep"});
}

TEST_F(BadInputTest, KernelThreadAndZombie) {
    expect_refused({"-p", "2"}, 4, {"kernel thread"});
    const pid_t zombie = fork();
    if (zombie == 0) {
        _exit(0);
    }
    ASSERT_TRUE(eventually([&] { return process_state(zombie) == 'Z'; }));
    expect_refused({"-p", std::to_string(zombie)}, 4, {"has ended"});
    waitpid(zombie, nullptr, 0);
}

TEST_F(BadInputTest, PidThatIsNoPid) {
    for (const char* pid : {"0", "abc", "12x", "-5", "99999999999", ""}) {
        expect_refused({"record", "-p", pid, "-o", file_}, 2, {"error"});
    }
}

TEST_F(BadInputTest, UnknownOptionsViewsAndFormats) {
    expect_refused({}, 2, {"-p PID", "--help"});
    expect_refused({"--no-such-option"}, 2, {"--no-such-option"});
    expect_refused({"no-such-command"}, 2, {"no-such-command"});
    expect_refused({"report"}, 2, {"file"});
    expect_refused({"report", "x", "no-such-view"}, 2, {"no-such-view"});
    expect_refused({"report", "x", "--format", "html5"}, 2, {"'html5' is none of html, json, text"});
    expect_refused({"report", "x", "fits", "--scale", "wide x2"}, 2, {"'wide x2'", "DRAM:64M x2"});
    expect_refused({"export", "x", "--to", "xml"}, 2, {"xml"});
    expect_refused({"export", "x", "--to", "folded", "--weight", "1"}, 2, {"'1' is none of allocated, live, peak"});
    expect_refused({"report", "x", "peak", "--scale", "DRAM x2"}, 2, {"'peak' does not look at --scale", "goes with fits as text"});
    expect_refused({"report", "x", "--need", "1M"}, 2, {"'summary' does not look at --need", "fragmentation"});
    expect_refused({"report", "x", "gaps", "--period", "5"}, 2, {"'gaps' does not look at --period", "fits, growth, leaks"});
    expect_refused({"report", "x", "growth", "--mark", "L1:4K", "--format", "html"}, 2, {"--mark does not go with --format html"});
    expect_refused({"report", "x", "growth", "--fail-misfit"}, 2, {"--fail-misfit", "fits"});
    expect_refused({"report", "x", "--once"}, 2, {"--once does not go with report"});
    expect_refused({"diff", "x", "y", "--refresh", "100"}, 2, {"--refresh does not go with diff"});
    expect_refused({"-p", "1", "list"}, 2, {"--pid does not go with list"});
    expect_refused({"log", "-p", "1", "--call", "x", "--format", "json"}, 2, {"--call and --op go with log without --format json"});
    expect_refused({"export", "x", "--to", "csv", "--calls"}, 2, {"--calls goes with lines for people"});
    expect_refused({"export", "x", "--to", "csv", "--op", "add"}, 2, {"export --to log, folded, speedscope and pprof"});
    expect_refused({"report", "x", "peak", "--op", "add"}, 2, {"'peak' does not look at --op", "live, leaks, callsites, ops"});
    expect_refused({"report", "x", "callsites", "--by", "lines"}, 2, {"'lines' is none of line, function, file, native:N"});
    expect_refused({"record", "-p", "1", "-o", "x", "--stacks", "some"}, 2, {"'some' is none of all, native, none, python"});
    expect_refused({"export", "x"}, 2, {"--to"});
    expect_refused({"record", "-p", "1"}, 2, {"--output"});
    expect_refused({"record", "-o", file_}, 2, {"which process"});
    expect_refused({"record", "-p", "1", "-a", "-o", file_}, 2, {"only one of"});
    expect_refused({"-p", "1", "--type", "DRAMM"}, 2, {"DRAMM", "L1_SMALL"});
    expect_refused({"-p", "1", "--ring-size", "1K"}, 2, {"--ring-size"});
    expect_refused({"-p", "1", "-r", "-1"}, 2, {"-r"});
    expect_refused({"record", "-o", file_, "--"}, 2, {"no command"});
    expect_refused({"list", "--", "true"}, 2, {"COMMAND"});
}

TEST_F(BadInputTest, HelpIsText) {
    for (const char* command : {"watch", "record", "report", "diff", "export", "mark", "snapshot", "list", "doctor"}) {
        const std::string help = run_tool({command, "--help"}).out;
        EXPECT_NE(help.find("--help"), std::string::npos) << command << ": " << help;
        EXPECT_TRUE(std::none_of(help.begin(), help.end(), [](char c) { return c >= 0 && c < ' ' && c != '\n'; })) << help;
        EXPECT_EQ(help.find(" in {"), std::string::npos) << help;
    }
}

// Run by somebody without privileges: the missing capabilities and the exact command.
TEST_F(BadInputTest, WithoutPermissionTheMissingCapabilityIsNamed) {
    StandIn job;
    const std::string copy = dir_.file("tt-alloc-trace");
    fs::copy(tool_path(), copy);
    fs::permissions(dir_.path(), fs::perms::all);
    SpawnOptions options = tool_with({"record", "-p", job.pid_text(), "-o", file_});
    options.arguments[0] = copy;
    options.user = kNobody;
    const Outcome record = run(options);
    EXPECT_EQ(record.status, 3) << record.err;
    for (const char* word : {"CAP_BPF", "CAP_PERFMON", "sudo tt-alloc-trace"}) {
        EXPECT_NE(record.err.find(word), std::string::npos) << record.err;
    }
    EXPECT_FALSE(fs::exists(file_));

    options.arguments = {copy, "doctor"};
    const Outcome doctor = run(options);
    EXPECT_EQ(doctor.status, 1);
    EXPECT_NE(doctor.out.find("CAP_BPF"), std::string::npos) << doctor.out;

    options.arguments = {copy, "list"};
    const Outcome list = run(options);
    EXPECT_EQ(list.status, 3) << list.out;
    EXPECT_NE(list.err.find("sudo tt-alloc-trace list"), std::string::npos) << list.err;
}

TEST_F(BadInputTest, ExistingFileIsNotTouchedWithoutForce) {
    StandIn job({"--threads", "1", "--ops", "100"});
    write_file(file_, "precious");
    const Outcome refused = run_tool({"record", "-p", job.pid_text(), "-o", file_});
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
    EXPECT_EQ(read_file(file_), "precious");

    // A recording that fails to start leaves the old one as well.
    EXPECT_EQ(run_tool({"record", "-p", "2", "-o", file_, "--force"}).status, 4);
    EXPECT_EQ(read_file(file_), "precious");

    Recorder recorder({"-p", job.pid_text()}, file_, {"--force"});
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_TRUE(matches(*replay(file_, {truth}), truth));

    const std::string recording = read_file(file_);
    EXPECT_EQ(run_tool({"report", file_, "-o", file_, "--force"}).status, 2) << "it is what is read";
    EXPECT_EQ(run_tool({"export", file_, "--to", "jsonl", "-o", file_, "--force"}).status, 2);
    EXPECT_EQ(read_file(file_), recording);

    const std::string lines = dir_.file("x.jsonl");
    write_file(lines, "precious");
    EXPECT_EQ(run_tool({"report", file_, "-o", lines}).status, 2);
    EXPECT_EQ(run_tool({"export", file_, "--to", "jsonl", "-o", lines}).status, 2);
    EXPECT_EQ(read_file(lines), "precious");
    EXPECT_EQ(run_tool({"export", file_, "--to", "jsonl", "-o", lines, "--force"}).status, 0);
    EXPECT_NE(read_file(lines), "precious");
}

TEST_F(BadInputTest, PlaceThatCannotBeWrittenTo) {
    StandIn job;
    for (const std::string& path : {dir_.file("missing/x.ttar"), std::string("/proc/x.ttar"), dir_.path(), dir_.file("")}) {
        const Outcome outcome = run_tool({"record", "-p", job.pid_text(), "-o", path, "--force"});
        EXPECT_TRUE(outcome.status == 1 || outcome.status == 2 || outcome.status == 3) << path << outcome.status;
        EXPECT_NE(outcome.err.find(path), std::string::npos) << outcome.err;
    }
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
}

class SmallDisk {
public:
    explicit SmallDisk(std::string path) : path_(std::move(path)) {
        fs::create_directory(path_);
        mounted_ = mount("none", path_.c_str(), "tmpfs", 0, "size=64k") == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) {
            umount2(path_.c_str(), MNT_DETACH);
        }
    }
    [[nodiscard]] bool mounted() const { return mounted_; }

private:
    std::string path_;
    bool mounted_ = false;
};

// The disk fills up: the recorder says so and ends with 1, what was written is good, and the job notices nothing.
TEST_F(BadInputTest, FullDiskKeepsTheGoodPart) {
    const SmallDisk disk(dir_.file("disk"));
    if (!disk.mounted()) {
        GTEST_SKIP() << "cannot mount a small file system";
    }
    StandIn job({"--threads", "4", "--ops", "0", "--rate", "500", "--shared"});
    const std::string path = dir_.file("disk/x.ttar");
    Recorder recorder({"-p", job.pid_text()}, path);
    job.start();
    const Outcome outcome = recorder.wait();
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("No space left"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(path), std::string::npos) << outcome.err;
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
    job.stop();
    EXPECT_EQ(job.exit(), 0);

    const auto replayed = replay(path);
    EXPECT_GT(replayed->view().events, 1000U);
    EXPECT_EQ(replayed->view().lost.total(), 0U);
    EXPECT_FALSE(replayed->complete && replayed->end && replayed->end->write_error.empty()) << "claims to be complete";
    EXPECT_EQ(run_tool({"report", path}).status, 0);
    EXPECT_EQ(run_tool({"report", path, "--strict"}).status, 5);
}

TEST_F(BadInputTest, FileThatIsNoRecording) {
    const std::string empty = dir_.file("empty");
    write_file(empty, "");
    for (const std::string& path : {std::string("/bin/true"), std::string("/etc/passwd"), empty, dir_.file("missing"), dir_.path()}) {
        for (const Arguments& arguments :
             {Arguments{"report", path}, Arguments{"report", path, "live"}, Arguments{"export", path, "--to", "jsonl"}}) {
            const Outcome outcome = run_tool(arguments);
            EXPECT_EQ(outcome.status, 1) << path << "\n" << outcome.err;
            EXPECT_NE(outcome.err.find(path), std::string::npos) << outcome.err;
        }
    }
}

// Cut off anywhere: what is there is shown, with a warning; --strict makes it a failure.
TEST_F(BadInputTest, TruncatedRecordingIsReadAsFarAsItGoes) {
    make_recording(file_);
    const std::string whole = read_file(file_);
    const std::uint64_t events = replay(file_)->view().events;
    EXPECT_EQ(run_tool({"report", file_, "--strict"}).status, 0);
    EXPECT_EQ(run_tool({"export", file_, "--to", "csv", "--strict"}).status, 0);
    for (const Arguments& at : {Arguments{"--at", "failure"}, Arguments{"--at", "99999s"}, Arguments{"--at", "peak", "--since", "0s"}}) {
        Arguments arguments{"export", file_, "--to", "csv"};
        arguments.insert(arguments.end(), at.begin(), at.end());
        EXPECT_EQ(run_tool(arguments).status, 2) << at[1];
    }
    const std::string cut = dir_.file("cut.ttar");
    std::uint64_t fewest = events;
    for (const std::size_t missing : {std::size_t{1}, std::size_t{100}, whole.size() / 2, whole.size() * 3 / 4}) {
        SCOPED_TRACE(missing);
        write_file(cut, whole.substr(0, whole.size() - missing));
        const Outcome report = run_tool({"report", cut});
        EXPECT_EQ(report.status, 0) << report.err;
        EXPECT_NE(report.err.find("cut.ttar"), std::string::npos) << report.err;
        EXPECT_EQ(run_tool({"report", cut, "--strict"}).status, 5);
        EXPECT_EQ(run_tool({"export", cut, "--to", "jsonl", "-o", dir_.file("lines"), "--force"}).status, 0);
        const Outcome rows = run_tool({"export", cut, "--to", "csv", "--strict"});
        EXPECT_EQ(rows.status, 5);
        EXPECT_NE(rows.out.find(",end,"), std::string::npos);
        EXPECT_NE(rows.out.find(",incomplete,"), std::string::npos);
        const std::uint64_t read = replay(cut)->view().events;
        EXPECT_LE(read, fewest);
        fewest = read;
    }
    EXPECT_LT(fewest, events);
}

// A reader that has seen enough is no error.
TEST_F(BadInputTest, StdoutClosedEarlyEndsQuietly) {
    make_recording(file_);
    Subprocess exported(tool_with({"export", file_, "--to", "jsonl"}));
    (void)exported.read_line();
    exported.close_stdout();
    const Outcome outcome = exported.wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");

    StandIn job({"--threads", "1", "--ops", "0", "--rate", "100"});
    Subprocess watch(tool_with({"-p", job.pid_text(), "--format", "json", "-r", "50"}));
    (void)watch.read_line();
    watch.close_stdout();
    EXPECT_EQ(watch.wait().status, 0) << watch.err();
}

TEST_F(BadInputTest, StdoutThatCannotBeWrittenIsAnError) {
    make_recording(file_);
    for (const Arguments& arguments : {Arguments{"report", file_}, Arguments{"export", file_, "--to", "jsonl"}, Arguments{"doctor"}}) {
        SpawnOptions options = tool_with(arguments);
        options.stdout_path = "/dev/full";
        const Outcome outcome = run(options);
        EXPECT_EQ(outcome.status, 1) << arguments.front();
        EXPECT_NE(outcome.err.find("No space left"), std::string::npos) << outcome.err;
    }
}

// The job dies while the tool attaches to it: an error in words or a recording that ended with it, never a hang.
TEST_F(BadInputTest, ProcessThatEndsWhileBeingAttached) {
    int round = 0;
    const auto kill_job_when = [&](const std::function<bool(const StandIn&)>& condition) {
        StandIn job({"--threads", "2", "--ops", "0"});
        job.start();
        const std::string path = dir_.file(std::to_string(++round));
        Subprocess tool(tool_with({"record", "-p", job.pid_text(), "-o", path}));
        tool.wait_until([&] { return condition(job); }, "the moment has come");
        kill(job.pid(), SIGKILL);
        const Outcome outcome = tool.wait();
        EXPECT_TRUE(outcome.status == 0 || outcome.status == 4) << outcome.status << outcome.err;
        EXPECT_EQ(outcome.status == 0, fs::exists(path)) << outcome.err;
        if (outcome.status == 0) {
            EXPECT_TRUE(replay(path)->complete);
        } else {
            EXPECT_NE(outcome.err.find("error: "), std::string::npos) << outcome.err;
        }
    };
    kill_job_when([](const StandIn&) { return true; });
    kill_job_when([](const StandIn&) { return programs_in_kernel() > 0; });
    kill_job_when([](const StandIn& job) { return !has_original_code(job.pid(), standin_library()); });
}

}  // namespace
}  // namespace tt::alloc_trace::test
