// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/process_pause.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxWaitNs = 1'000'000'000;
constexpr timespec kPollPeriod{0, 100'000};

bool is_stopped(const ProcessHandle& process, const std::string& stat_file) {
    const Result<std::string> text = process.read(stat_file, kMaxStatBytes);
    const std::size_t name_end = text ? text->rfind(')') : std::string::npos;
    if (name_end == std::string::npos || name_end + 2 >= text->size()) {
        return true;  // gone
    }
    const char state = (*text)[name_end + 2];
    return state != 'R' && state != 'S' && state != 'D';
}

bool all_stopped(const ProcessHandle& process) {
    const auto threads = list_threads(process).value_or(std::vector<std::uint32_t>{});
    return std::all_of(threads.begin(), threads.end(), [&](std::uint32_t tid) {
        return is_stopped(process, "task/" + std::to_string(tid) + "/stat");
    });
}

}  // namespace

Status send_signal(const ProcessHandle& process, int signal) {
    if (::syscall(SYS_pidfd_send_signal, process.directory_fd(), signal, nullptr, 0) == 0) {
        return {};
    }
    const int error = errno;
    const ErrorCode code = error == ESRCH ? ErrorCode::NoSuchProcess : error == EPERM ? ErrorCode::NotPermitted : ErrorCode::RunTime;
    return fail_errno(code, "cannot signal process " + std::to_string(process.pid()), error);
}

Result<ProcessPause> ProcessPause::begin(const ProcessHandle& process) {
    if (all_stopped(process)) {
        ProcessPause none(process, 0);
        none.process_ = nullptr;
        return none;
    }
    ProcessPause pause(process, monotonic_ns());
    if (Status stopped = send_signal(process, SIGSTOP); !stopped) {
        pause.process_ = nullptr;
        return tl::make_unexpected(stopped.error());
    }
    while (!all_stopped(process)) {
        if (monotonic_ns() - pause.since_ns_ > kMaxWaitNs) {
            return fail(ErrorCode::RunTime, "process " + std::to_string(process.pid()) + " does not stop");
        }
        ::nanosleep(&kPollPeriod, nullptr);
    }
    return pause;
}

ProcessPause::ProcessPause(ProcessPause&& other) noexcept :
    process_(std::exchange(other.process_, nullptr)), since_ns_(other.since_ns_) {}

ProcessPause::~ProcessPause() { end(); }

std::uint64_t ProcessPause::end() {
    const ProcessHandle* process = std::exchange(process_, nullptr);
    if (process == nullptr) {
        return 0;
    }
    (void)send_signal(*process, SIGCONT);
    return monotonic_ns() - since_ns_;
}

}  // namespace tt::alloc_trace
