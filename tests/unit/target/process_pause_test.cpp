// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/process_pause.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

namespace tt::alloc_trace::test {
namespace {

class ProcessPauseTest : public testing::Test {
protected:
    ProcessPauseTest() : child_(fork()) {
        if (child_ == 0) {
            for (;;) {
                pause();
            }
        }
        handle_.emplace(*ProcessHandle::open(static_cast<std::uint32_t>(child_)));
    }
    ~ProcessPauseTest() override {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    [[nodiscard]] bool wait_says(int option, bool (*verdict)(int)) const {
        int status = 0;
        return waitpid(child_, &status, option) == child_ && verdict(status);
    }

    pid_t child_;
    std::optional<ProcessHandle> handle_;
};

TEST_F(ProcessPauseTest, StopsAndContinues) {
    auto pause = ProcessPause::begin(*handle_);
    ASSERT_TRUE(pause);
    EXPECT_TRUE(wait_says(WUNTRACED, [](int status) { return WIFSTOPPED(status); }));
    EXPECT_GT(pause->end(), 0);
    EXPECT_TRUE(wait_says(WCONTINUED, [](int status) { return WIFCONTINUED(status); }));
    EXPECT_EQ(pause->end(), 0);
}

TEST_F(ProcessPauseTest, LeavesAStoppedProcessStopped) {
    kill(child_, SIGSTOP);
    ASSERT_TRUE(wait_says(WUNTRACED, [](int status) { return WIFSTOPPED(status); }));
    {
        auto pause = ProcessPause::begin(*handle_);
        ASSERT_TRUE(pause);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child_, &status, WCONTINUED | WNOHANG), 0);
}

TEST_F(ProcessPauseTest, AGoneProcessCannotBeSignalled) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    EXPECT_FALSE(send_signal(*handle_, SIGCONT));
}

}  // namespace
}  // namespace tt::alloc_trace::test
