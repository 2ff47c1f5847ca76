// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/command_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr int kCannotExecute = 127;  // as shells do
constexpr int kSignalBase = 128;     // likewise

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot make a pipe", errno);
    }
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// In the child, after fork: only what is safe there.
[[noreturn]] void execute_when_released(int gate, int failure, char* const* arguments) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    char released = 0;
    if (read(gate, &released, 1) != 1) {
        _exit(kCannotExecute);  // the tracer gave up or died
    }
    execvp(arguments[0], arguments);
    const int error = errno;
    (void)!write(failure, &error, sizeof(error));
    _exit(kCannotExecute);
}

}  // namespace

CommandProcess::CommandProcess(pid_t pid, UniqueFd gate, UniqueFd failure, std::string name) :
    pid_(pid), gate_(std::move(gate)), failure_(std::move(failure)), name_(std::move(name)) {}

CommandProcess::CommandProcess(CommandProcess&& other) noexcept :
    pid_(std::exchange(other.pid_, -1)),
    resumed_(other.resumed_),
    gate_(std::move(other.gate_)),
    failure_(std::move(other.failure_)),
    name_(std::move(other.name_)) {}

CommandProcess::~CommandProcess() {
    if (pid_ > 0 && !resumed_) {
        gate_.reset();
        waitpid(pid_, nullptr, 0);
    }
}

Result<CommandProcess> CommandProcess::start_paused(const std::vector<std::string>& command) {
    Result<Pipe> gate = make_pipe();
    Result<Pipe> failure = make_pipe();
    if (!gate || !failure) {
        return tl::make_unexpected(gate ? failure.error() : gate.error());
    }
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));  // execvp's signature; it does not write
    }
    arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid < 0) {
        return fail_errno(ErrorCode::RunTime, "cannot start " + command.front(), errno);
    }
    if (pid == 0) {
        gate->write.reset();
        execute_when_released(gate->read.get(), failure->write.get(), arguments.data());
    }
    return CommandProcess(pid, std::move(gate->write), std::move(failure->read), command.front());
}

Status CommandProcess::resume() {
    resumed_ = true;
    const char released = 1;
    if (write(gate_.get(), &released, 1) != 1) {
        return fail_errno(ErrorCode::RunTime, "cannot start " + name_, errno);
    }
    int error = 0;  // the pipe ends without a word when exec succeeds
    if (read(failure_.get(), &error, sizeof(error)) == static_cast<ssize_t>(sizeof(error))) {
        return fail_errno(ErrorCode::Usage, "cannot execute " + name_, error, "check the command after --");
    }
    return {};
}

int CommandProcess::wait_for_end() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
}

}  // namespace tt::alloc_trace
