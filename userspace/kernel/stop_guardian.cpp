// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/stop_guardian.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr char kDismissed = 'd';
constexpr int kContinueRounds = 100;
constexpr timespec kContinuePeriod{0, 50'000'000};
// What stays open in the helper.
constexpr int kLifeline = STDIN_FILENO;
constexpr int kTargets = STDOUT_FILENO;

bool is_stopped(std::uint32_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(')');
    return name_end != std::string::npos && text.compare(name_end, 3, ") T") == 0;
}

void continue_stopped_targets() {
    std::uint32_t pid = 0;
    std::uint32_t next = 0;
    for (const void* previous = nullptr; bpf_map_get_next_key(kTargets, previous, &next) == 0; previous = &pid) {
        pid = next;
        if (is_stopped(pid)) {
            kill(static_cast<pid_t>(pid), SIGCONT);
        }
    }
}

// Nothing but the lifeline and the map of targets stays open: a probe lives as long as anybody holds its descriptor, and so does our
// end of the lifeline.
[[noreturn]] void guard(int lifeline, int targets) {
    dup2(lifeline, kLifeline);
    dup2(targets, kTargets);
    syscall(SYS_close_range, kTargets + 1, ~0U, 0);
    char message = 0;
    if (read(kLifeline, &message, 1) <= 0) {
        // The kernel lets go of a dead tracer's probes one after the other: until then they may stop a process again.
        for (int i = 0; i < kContinueRounds; ++i) {
            continue_stopped_targets();
            nanosleep(&kContinuePeriod, nullptr);
        }
    }
    _exit(0);
}

}  // namespace

Result<StopGuardian> StopGuardian::start(const BpfPrograms& programs) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot make a pipe", errno);
    }
    UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const pid_t helper = fork();
    if (helper < 0) {
        return fail_errno(ErrorCode::RunTime, "cannot start the helper that guards stopped processes", errno);
    }
    if (helper == 0) {
        setsid();  // a Ctrl-C or the end of the terminal is for the tracer
        write_end.reset();
        guard(read_end.get(), programs.targets_fd());
    }
    return StopGuardian(helper, std::move(write_end));
}

StopGuardian::StopGuardian(StopGuardian&& other) noexcept :
    helper_(std::exchange(other.helper_, -1)), lifeline_(std::move(other.lifeline_)) {}

StopGuardian::~StopGuardian() {
    if (helper_ > 0) {
        (void)!write(lifeline_.get(), &kDismissed, 1);
        waitpid(helper_, nullptr, 0);
    }
}

}  // namespace tt::alloc_trace
