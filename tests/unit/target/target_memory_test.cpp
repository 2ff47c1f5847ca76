// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/target_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <vector>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kPages = 3000;  // more than one system call can take
constexpr std::size_t kPage = 4096;

// Pages of a forked child, each beginning with its number; `hidden` ones cannot be read.
class Child {
public:
    explicit Child(const std::vector<std::size_t>& hidden) {
        memory_ = static_cast<std::byte*>(
            ::mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        );
        for (std::uint64_t page = 0; page < kPages; ++page) {
            std::memcpy(memory_ + (page * kPage), &page, sizeof(page));
        }
        for (const std::size_t page : hidden) {
            ::mprotect(memory_ + (page * kPage), kPage, PROT_NONE);
        }
        pid_ = ::fork();
        if (pid_ == 0) {
            ::pause();
            ::_exit(0);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        end();
        ::munmap(memory_, kPages * kPage);
    }

    // As a zombie first.
    void kill() const {
        ::kill(pid_, SIGKILL);
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }
    void end() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }
    [[nodiscard]] std::uint64_t address(std::size_t page) const { return reinterpret_cast<std::uint64_t>(memory_) + (page * kPage); }
    [[nodiscard]] ProcessHandle open() const { return *ProcessHandle::open(static_cast<std::uint32_t>(pid_)); }

private:
    std::byte* memory_ = nullptr;
    pid_t pid_ = -1;
};

struct Numbers {
    std::vector<std::uint64_t> numbers = std::vector<std::uint64_t>(kPages, ~std::uint64_t{0});
    std::vector<MemoryPiece> pieces{};

    explicit Numbers(const Child& child) {
        for (std::size_t page = 0; page < kPages; ++page) {
            pieces.push_back({child.address(page), std::as_writable_bytes(std::span(&numbers[page], 1))});
        }
    }
};

TEST(ProcessMemoryTest, ReadsMorePiecesThanACallTakes) {
    const Child child({});
    const ProcessHandle process = child.open();
    const ProcessMemory memory(process);
    ASSERT_TRUE(memory.check());
    Numbers wanted(child);
    memory.read(wanted.pieces);
    for (std::size_t page = 0; page < kPages; ++page) {
        ASSERT_TRUE(wanted.pieces[page].read) << page;
        ASSERT_EQ(wanted.numbers[page], page);
    }
}

TEST(ProcessMemoryTest, WhatCannotBeReadIsSkipped) {
    const std::vector<std::size_t> hidden{0, 5, 6, 1023, 1024, 2999};
    const Child child(hidden);
    const ProcessHandle process = child.open();
    Numbers wanted(child);
    wanted.pieces[100].address = 0;
    wanted.pieces[101].address = ~std::uint64_t{0} - 3;
    wanted.pieces[102].address = 0xffff'8000'0000'0000;
    wanted.pieces[103].to = {};
    ProcessMemory(process).read(wanted.pieces);
    for (std::size_t page = 0; page < kPages; ++page) {
        const bool unreadable = std::find(hidden.begin(), hidden.end(), page) != hidden.end() || (page >= 100 && page <= 102);
        ASSERT_EQ(wanted.pieces[page].read, !unreadable) << page;
        if (!unreadable && page != 103) {
            ASSERT_EQ(wanted.numbers[page], page);
        }
    }
}

TEST(ProcessMemoryTest, APieceThatBeginsReadableAndEndsHiddenIsNotRead) {
    const Child child({7});
    const ProcessHandle process = child.open();
    std::array<std::byte, 64> across{};
    std::array<std::byte, 8> behind{};
    std::array<MemoryPiece, 2> pieces{MemoryPiece{child.address(7) - 32, across}, MemoryPiece{child.address(8), behind}};
    ProcessMemory(process).read(pieces);
    EXPECT_FALSE(pieces[0].read);
    EXPECT_TRUE(pieces[1].read);
}

TEST(ProcessMemoryTest, AVanishedProcessHasNothing) {
    Child child({});
    const ProcessHandle process = child.open();
    const ProcessMemory memory(process);
    Numbers wanted(child);
    child.kill();
    for (int state = 0; state < 2; ++state) {  // zombie, gone
        memory.read(wanted.pieces);
        EXPECT_TRUE(std::none_of(wanted.pieces.begin(), wanted.pieces.end(), [](const MemoryPiece& piece) { return piece.read; }));
        const Status status = memory.check();
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, ErrorCode::NoSuchProcess) << status.error().message;
        child.end();
    }
}

TEST(ProcessMemoryTest, AnotherUsersProcessIsNotPermitted) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can become somebody";
    }
    const Child child({});
    const pid_t asker = ::fork();
    if (asker == 0) {
        constexpr uid_t kNobody = 65534;
        const ProcessHandle process = child.open();
        const bool dropped = ::setresuid(kNobody, kNobody, kNobody) == 0;
        const Status status = ProcessMemory(process).check();
        ::_exit(dropped && !status && status.error().code == ErrorCode::NotPermitted ? 0 : 1);
    }
    int status = -1;
    ::waitpid(asker, &status, 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tt::alloc_trace
