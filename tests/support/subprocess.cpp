// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/subprocess.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "support/kernel_objects.hpp"

namespace tt::alloc_trace::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSignalBase = 128;
constexpr int kLookAgainMs = 2;  // between looks at something that sends no word when it changes

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

int remaining_ms(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

// In the child.
void change_environment(const std::vector<std::string>& changes) {
    for (const std::string& change : changes) {
        const std::size_t equals = change.find('=');
        if (equals == std::string::npos) {
            unsetenv(change.c_str());
        } else {
            setenv(change.substr(0, equals).c_str(), change.c_str() + equals + 1, 1);
        }
    }
}

void become(uid_t user) {
    if (setgroups(0, nullptr) != 0 || setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0) {
        _exit(126);
    }
}

}  // namespace

Subprocess::Subprocess(const SpawnOptions& options) : name_(options.arguments.front()) {
    std::vector<char*> arguments;
    for (const std::string& argument : options.arguments) {
        name_ += arguments.empty() ? "" : " " + argument;
        arguments.push_back(const_cast<char*>(argument.c_str()));  // execvp's signature; it does not write
    }
    arguments.push_back(nullptr);
    start_child(options, arguments);
    pidfd_ = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    for (const UniqueFd* fd : {&output_, &error_}) {
        if (fd->valid()) {
            fcntl(fd->get(), F_SETFL, O_NONBLOCK);
        }
    }
}

void Subprocess::start_child(const SpawnOptions& options, const std::vector<char*>& arguments) {
    Pipe input = make_pipe();
    Pipe output = make_pipe();
    Pipe error = make_pipe();
    if (!options.stdout_path.empty()) {
        output.write = UniqueFd(open(options.stdout_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    }
    setenv(kMarkVariable, mark_of_this_test().c_str(), 1);  // inherited
    int terminal = -1;
    const winsize size{60, 160, 0, 0};
    pid_ = options.terminal ? forkpty(&terminal, nullptr, nullptr, &size) : fork();
    if (pid_ < 0) {
        throw std::runtime_error("cannot fork for " + name_);
    }
    if (pid_ == 0) {
        if (!options.terminal) {
            dup2(input.read.get(), STDIN_FILENO);
            dup2(output.write.get(), STDOUT_FILENO);
        }
        dup2(error.write.get(), STDERR_FILENO);
        ::signal(SIGPIPE, SIG_DFL);
        change_environment(options.environment);
        if (options.user) {
            become(*options.user);
        }
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    if (options.terminal) {
        output_ = UniqueFd(terminal);
        input_ = UniqueFd(fcntl(terminal, F_DUPFD_CLOEXEC, 0));
    } else {
        input_ = std::move(input.write);
        output_ = std::move(output.read);
    }
    error_ = std::move(error.read);
}

Subprocess::~Subprocess() {
    if (!status_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
}

void Subprocess::fail(const std::string& what) const {
    throw std::runtime_error(
        name_ + " (pid " + std::to_string(pid_) + "): " + what + "\n--- stdout\n" + out_.substr(0, 4000) + "\n--- stderr\n" +
        err_.substr(0, 4000)
    );
}

void Subprocess::send(const std::string& text) {
    // A child that has gone is an error here, not the end of the test.
    const auto previous = ::signal(SIGPIPE, SIG_IGN);
    const ssize_t written = write(input_.get(), text.data(), text.size());
    ::signal(SIGPIPE, previous);
    if (written != static_cast<ssize_t>(text.size())) {
        fail("does not take '" + text + "'");
    }
}

void Subprocess::signal(int number) const {
    if (!status_ && kill(pid_, number) != 0) {
        fail("cannot be sent signal " + std::to_string(number));
    }
}

void Subprocess::read_available(int timeout_ms) {
    // An ended child is of interest only when nothing more can be read.
    std::array<pollfd, 3> fds{{{output_.valid() ? output_.get() : -1, POLLIN, 0},
                               {error_.valid() ? error_.get() : -1, POLLIN, 0},
                               {status_ ? -1 : pidfd_.get(), POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), timeout_ms) <= 0) {
        return;
    }
    std::array<char, 65536> block{};
    const auto drain = [&block](UniqueFd& fd, std::string& text) {
        while (fd.valid()) {
            const ssize_t count = read(fd.get(), block.data(), block.size());
            if (count > 0) {
                text.append(block.data(), static_cast<std::size_t>(count));
            } else if (count < 0 && errno == EINTR) {
                continue;
            } else {
                if (count == 0 || errno != EAGAIN) {  // a terminal without its other side says EIO
                    fd.reset();
                }
                return;
            }
        }
    };
    drain(output_, out_);
    drain(error_, err_);
    if (fds[2].revents != 0 && !status_) {
        int status = 0;
        if (waitpid(pid_, &status, WNOHANG) == pid_) {
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
            drain(output_, out_);
            drain(error_, err_);
        }
    }
}

std::string Subprocess::read_line(std::chrono::milliseconds limit) {
    const std::size_t end = wait_for(&Subprocess::out_, "\n", line_start_, limit);
    std::string line = out_.substr(line_start_, end - 1 - line_start_);
    line_start_ = end;
    return line;
}

std::size_t Subprocess::wait_for_out(const std::string& text, std::size_t from, std::chrono::milliseconds limit) {
    return wait_for(&Subprocess::out_, text, from, limit);
}

std::size_t Subprocess::wait_for_err(const std::string& text, std::size_t from, std::chrono::milliseconds limit) {
    return wait_for(&Subprocess::err_, text, from, limit);
}

std::size_t Subprocess::wait_for(
    std::string Subprocess::*stream, const std::string& text, std::size_t from, std::chrono::milliseconds limit
) {
    const auto deadline = Clock::now() + limit;
    for (;;) {
        const bool over = status_.has_value() && !(stream == &Subprocess::out_ ? output_ : error_).valid();
        if (const std::size_t found = (this->*stream).find(text, from); found != std::string::npos) {
            return found + text.size();
        }
        if (over) {
            fail("ended with " + std::to_string(*status_) + " without saying '" + text + "'");
        }
        const int left = remaining_ms(deadline);
        if (left == 0) {
            fail("did not say '" + text + "' in time");
        }
        read_available(left);
    }
}

void Subprocess::wait_until(const std::function<bool()>& condition, const std::string& what) {
    const auto deadline = Clock::now() + kDeadline;
    while (!condition()) {
        if (remaining_ms(deadline) == 0) {
            fail("waited in vain until " + what);
        }
        read_available(kLookAgainMs);
    }
}

Outcome Subprocess::wait(std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (!status_) {
        const int left = remaining_ms(deadline);
        if (left == 0) {
            fail("did not end in time");
        }
        read_available(left);
    }
    return {*status_, out_, err_};
}

bool Subprocess::ended() {
    read_available(0);
    return status_.has_value();
}

Outcome run(const SpawnOptions& options, std::chrono::milliseconds limit) {
    Subprocess process(options);
    process.close_stdin();
    return process.wait(limit);
}

}  // namespace tt::alloc_trace::test
