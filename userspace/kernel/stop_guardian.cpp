// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/stop_guardian.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>

#include "abi/config_abi.h"
#include "base/clock.hpp"

namespace tt::alloc_trace {
namespace {

constexpr char kDismissed = 'd';
constexpr char kAlive = 'a';
constexpr std::uint64_t kAlivePeriodNs = 250'000'000;
constexpr int kLookPeriodMs = 500;
constexpr int kContinueRounds = 100;
constexpr timespec kContinuePeriod{0, 50'000'000};
// What stays open in the helper.
constexpr int kLifeline = STDIN_FILENO;
constexpr int kTargets = STDOUT_FILENO;
constexpr int kPaused = STDERR_FILENO;
constexpr int kHeld = STDERR_FILENO + 1;

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

// Those that `map` says were stopped for the tracer: nobody else's stop is ended.
void continue_all_of(int map) {
    std::uint32_t pid = 0;
    while (bpf_map_get_next_key(map, nullptr, &pid) == 0 && bpf_map_delete_elem(map, &pid) == 0) {
        kill(static_cast<pid_t>(pid), SIGCONT);
    }
}

// Until the tracer is gone. One that is stopped itself, or stuck, is as good as gone for who waits for it; the programs stop nothing
// more from then on (TAT_PAUSE_NS).
void watch_over_tracer() {
    std::uint64_t heard_ns = monotonic_ns();
    while (true) {
        pollfd lifeline{kLifeline, POLLIN, 0};
        char message = 0;
        if (poll(&lifeline, 1, kLookPeriodMs) > 0) {
            if (read(kLifeline, &message, 1) <= 0) {
                return;
            }
            if (message == kDismissed) {
                _exit(0);
            }
            heard_ns = monotonic_ns();
        }
        const std::uint64_t silent_ns = monotonic_ns() - heard_ns;
        if (silent_ns >= TAT_PAUSE_NS) {
            continue_all_of(kPaused);
        }
        if (silent_ns >= TAT_HOLD_NS) {
            continue_all_of(kHeld);
        }
    }
}

// Nothing but the lifeline and the maps stays open: a probe lives as long as anybody holds its descriptor, and so does our end of the
// lifeline.
[[noreturn]] void guard(std::array<int, 4> kept) {
    for (int& fd : kept) {  // out of the way of each other
        fd = fcntl(fd, F_DUPFD, kHeld + 1);
    }
    for (int to = kLifeline; to <= kHeld; ++to) {
        dup2(kept.at(static_cast<std::size_t>(to)), to);
    }
    syscall(SYS_close_range, kHeld + 1, ~0U, 0);
    watch_over_tracer();
    // The kernel lets go of a dead tracer's probes one after the other: until then they may stop a process again.
    for (int i = 0; i < kContinueRounds; ++i) {
        continue_stopped_targets();
        nanosleep(&kContinuePeriod, nullptr);
    }
    _exit(0);
}

}  // namespace

Result<StopGuardian> StopGuardian::start(const BpfPrograms& programs) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
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
        guard({read_end.get(), programs.targets_fd(), programs.paused_fd(), programs.held_fd()});
    }
    return StopGuardian(helper, std::move(write_end));
}

StopGuardian::StopGuardian(StopGuardian&& other) noexcept :
    helper_(std::exchange(other.helper_, -1)), lifeline_(std::move(other.lifeline_)) {}

void StopGuardian::tell_alive() {
    const std::uint64_t now = monotonic_ns();
    if (now - told_ns_ >= kAlivePeriodNs) {
        told_ns_ = now;
        (void)!write(lifeline_.get(), &kAlive, 1);  // full only if the helper does not run: then it needs no news
    }
}

StopGuardian::~StopGuardian() {
    if (helper_ > 0) {
        fcntl(lifeline_.get(), F_SETFL, 0);  // must arrive
        (void)!write(lifeline_.get(), &kDismissed, 1);
        waitpid(helper_, nullptr, 0);
    }
}

}  // namespace tt::alloc_trace
