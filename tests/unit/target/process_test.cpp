// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <latch>
#include <thread>

#include "samples.hpp"
#include "target/memory_map.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A /proc of our own making.
class FakeProc {
public:
    void add(const std::string& pid, const std::string& stat, const std::string& status, const std::string& cmdline)
        const {
        const auto folder = directory_.path() / pid;
        std::filesystem::create_directories(folder / "fd");
        std::ofstream(folder / "stat") << stat;
        std::ofstream(folder / "status") << status;
        std::ofstream(folder / "cmdline") << cmdline;
    }
    void add_descriptor(const std::string& pid, const std::string& name, const std::string& target) const {
        std::filesystem::create_symlink(target, directory_.path() / pid / "fd" / name);
    }
    [[nodiscard]] std::string root() const { return directory_.path().string(); }

private:
    testing::TemporaryDirectory directory_;
};

std::string stat_line(
    const std::string& comm, char state, int parent, std::uint64_t flags, int threads, std::uint64_t start
) {
    return "12 (" + comm + ") " + state + " " + std::to_string(parent) + " 1 1 0 -1 " + std::to_string(flags) +
           " 0 0 0 0 1 2 0 0 20 0 " + std::to_string(threads) + " 0 " + std::to_string(start) + " 1000 10\n";
}

class Child {  // waits to be killed
public:
    Child() : pid_(::fork()) {
        if (pid_ == 0) {
            for (;;) {
                ::pause();
            }
        }
    }
    ~Child() {
        kill();
        reap();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void kill() const { ::kill(pid_, SIGKILL); }
    void wait_until_dead() const {  // but not reaped: a zombie
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }
    void reap() {
        if (!reaped_) {
            ::waitpid(pid_, nullptr, 0);
            reaped_ = true;
        }
    }
    [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

private:
    pid_t pid_;
    bool reaped_ = false;
};

TEST(ProcessTest, EverythingOfAnInventedProcess) {
    const FakeProc proc;
    proc.add(
        "12",
        stat_line("odd) name (", 'S', 7, 0x400000, 3, 12'345),
        "Name:\tx\nTgid:\t12\nUid:\t4294967294\t0\t0\t0\n",
        std::string("python3\0-m\0vllm\x1b[0m\0", 20)
    );
    proc.add_descriptor("12", "3", "/dev/tenstorrent/4");
    proc.add_descriptor("12", "4", "/dev/tenstorrent/0");
    proc.add_descriptor("12", "5", "/dev/tenstorrent/0");
    proc.add_descriptor("12", "6", "/dev/tenstorrent/by-id");
    proc.add_descriptor("12", "7", "/tmp/x");
    const auto process = ProcessHandle::open(12, proc.root());
    ASSERT_TRUE(process);
    const auto info = read_process_info(*process);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->pid, 12U);
    EXPECT_EQ(info->parent_pid, 7U);
    EXPECT_EQ(info->start_ticks, 12'345U);
    EXPECT_EQ(
        info->start_time_ns, std::uint64_t{12'345} * 1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK))
    );
    EXPECT_EQ(info->user, "4294967294");
    EXPECT_EQ(info->comm, "odd) name (");
    EXPECT_EQ(info->command, "python3 -m vllm?[0m");
    EXPECT_THAT(info->devices, ElementsAre(0, 4));
    EXPECT_FALSE(info->zombie || info->kernel_thread);
}

TEST(ProcessTest, DamagedStatIsRefused) {
    const FakeProc proc;
    for (const char* stat : {"", "12 (x", "12 (x) S", "12 (x) S 1 1 1 0 -1 z 0 0 0 0 1 2 0 0 20 0 1 0 5 6\n"}) {
        proc.add("12", stat, "Tgid:\t12\n", "");
        const auto process = ProcessHandle::open(12, proc.root());
        ASSERT_TRUE(process);
        const auto info = read_process_info(*process);
        ASSERT_FALSE(info) << stat;
        EXPECT_EQ(info.error().code, ErrorCode::RunTime);
    }
}

TEST(ProcessTest, OwnProcess) {
    const auto process = ProcessHandle::open(static_cast<std::uint32_t>(::getpid()));
    ASSERT_TRUE(process);
    const auto info = read_process_info(*process);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->parent_pid, static_cast<std::uint32_t>(::getppid()));
    EXPECT_EQ(info->user_id, ::getuid());
    EXPECT_THAT(info->command, HasSubstr("target_test"));
    EXPECT_GT(info->start_time_ns, 0U);
}

TEST(ProcessTest, NoSuchProcess) {
    const auto process = ProcessHandle::open(0x7ffffff0);
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().code, ErrorCode::NoSuchProcess);
    EXPECT_THAT(process.error().message, HasSubstr("2147483632"));
    EXPECT_FALSE(process.error().hint.empty());
}

TEST(ProcessTest, HandleOfADeadProcessNeverShowsAnother) {
    Child child;
    const auto process = ProcessHandle::open(child.pid());
    ASSERT_TRUE(process);
    ASSERT_TRUE(process->read("stat", 4096));
    child.kill();
    child.reap();
    const auto info = read_process_info(*process);
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code, ErrorCode::NoSuchProcess);
    const auto map = read_memory_map(*process);
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().code, ErrorCode::NoSuchProcess);
}

TEST(ProcessTest, ZombieIsNoProcessToTrace) {
    Child child;
    child.kill();
    child.wait_until_dead();
    const auto resolved = resolve_pid(child.pid());
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().code, ErrorCode::NoSuchProcess);
    EXPECT_THAT(resolved.error().message, HasSubstr("zombie"));
    const auto process = ProcessHandle::open(child.pid());
    ASSERT_TRUE(process);
    EXPECT_TRUE(read_process_info(*process)->zombie);
    EXPECT_EQ(read_memory_map(*process).error().code, ErrorCode::NoSuchProcess);
}

TEST(ProcessTest, ProcessWithoutItsMainThreadIsSeenThroughAnother) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::thread([] {
            for (;;) {
                ::pause();
            }
        }).detach();
        ::syscall(SYS_exit, 0);
    }
    const auto pid = static_cast<std::uint32_t>(child);
    auto process = ProcessHandle::open(pid);
    while (process && process->has_main_thread()) {
        process = ProcessHandle::open(pid);
    }
    ASSERT_TRUE(process);
    EXPECT_NE(process->memory_tid(), pid);
    EXPECT_FALSE(read_memory_map(*process)->empty());
    EXPECT_TRUE(process->read_link("exe"));
    const auto info = read_process_info(*process);
    EXPECT_THAT(info->command, HasSubstr("target_test"));
    EXPECT_FALSE(info->zombie);
    EXPECT_EQ(info->pid, pid);
    EXPECT_TRUE(resolve_pid(pid));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(read_memory_map(*process));
}

// Between listing the threads and opening one it may end, and its number be given away.
TEST(ProcessTest, ThreadOfAnotherProcessIsNotTakenForOnesOwn) {
    const FakeProc proc;
    proc.add("12", stat_line("job", 'Z', 1, 0, 3, 1), "Tgid:\t12\n", "");
    for (const char* tid : {"12", "15", "16"}) {
        std::filesystem::create_directories(proc.root() + "/12/task/" + tid);
    }
    proc.add("15", stat_line("other", 'S', 1, 0, 1, 9), "Tgid:\t15\n", "other");
    EXPECT_TRUE(ProcessHandle::open(12, proc.root())->has_main_thread()) << "there is none to see it through";
    proc.add("16", stat_line("job", 'S', 1, 0, 3, 1), "Tgid:\t12\n", "job");
    const auto process = ProcessHandle::open(12, proc.root());
    EXPECT_EQ(process->memory_tid(), 16U);
    EXPECT_EQ(process->read("cmdline", 100), "job");
    EXPECT_EQ(process->path_of("root/lib"), proc.root() + "/16/root/lib");
    EXPECT_EQ(process->path_of("stat"), proc.root() + "/12/stat");
}

TEST(ProcessTest, ThreadIdBecomesItsProcess) {
    std::latch known(1);
    std::latch done(1);
    pid_t thread_id = 0;
    std::thread thread([&] {
        thread_id = ::gettid();
        known.count_down();
        done.wait();
    });
    known.wait();
    const auto resolved = resolve_pid(static_cast<std::uint32_t>(thread_id));
    done.count_down();
    thread.join();
    ASSERT_TRUE(resolved);
    EXPECT_EQ(resolved->pid, static_cast<std::uint32_t>(::getpid()));
    EXPECT_THAT(resolved->note, HasSubstr("is a thread of process " + std::to_string(::getpid())));
}

TEST(ProcessTest, OwnPidResolvesWithoutANote) {
    const auto resolved = resolve_pid(static_cast<std::uint32_t>(::getpid()));
    ASSERT_TRUE(resolved);
    EXPECT_TRUE(resolved->note.empty());
    EXPECT_EQ(resolve_pid(0).error().code, ErrorCode::Usage);
}

TEST(ProcessTest, KernelThreadIsRefused) {
    const FakeProc proc;
    proc.add("12", stat_line("kworker/0:1", 'I', 2, 0x04208060, 1, 1), "Tgid:\t12\n", "");
    const auto resolved = resolve_pid(12, proc.root());
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().code, ErrorCode::NotTraceable);
    EXPECT_THAT(resolved.error().message, HasSubstr("kernel thread"));
}

TEST(ProcessTest, ListHoldsOwnPidInOrder) {
    const auto pids = list_pids();
    ASSERT_TRUE(pids);
    EXPECT_THAT(*pids, Contains(static_cast<std::uint32_t>(::getpid())));
    EXPECT_TRUE(std::is_sorted(pids->begin(), pids->end()));
    EXPECT_FALSE(list_pids("/nowhere"));
}

TEST(ProcessTest, ReadsAreBounded) {
    const FakeProc proc;
    proc.add("12", "", "", std::string(10'000, 'a'));
    const auto process = ProcessHandle::open(12, proc.root());
    ASSERT_TRUE(process);
    EXPECT_FALSE(process->read("cmdline", 9'999));
    EXPECT_EQ(process->read("cmdline", 10'000)->size(), 10'000U);
    EXPECT_EQ(process->read_head("cmdline", 100)->size(), 100U);
}

}  // namespace
}  // namespace tt::alloc_trace
