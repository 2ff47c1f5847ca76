// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/thread_progress.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace tt::alloc_trace {
namespace {

// What an allocation or a free needs of a processor between its probe and its end is some microseconds, traps included.
constexpr std::uint64_t kEnoughNs = 200'000;
constexpr long kFutexCall = 202;  // x86-64

std::string task_file(std::uint32_t tid, const char* name) { return "task/" + std::to_string(tid) + "/" + name; }

// Nanoseconds the thread has been on a processor; nothing if it is gone.
std::optional<std::uint64_t> run_ns(const ProcessHandle& process, std::uint32_t tid) {
    const Result<std::string> text = process.read(task_file(tid, "schedstat"), kMaxStatBytes);
    unsigned long long ns = 0;
    return text && std::sscanf(text->c_str(), "%llu", &ns) == 1 ? std::optional<std::uint64_t>(ns) : std::nullopt;
}

// 'R' runs or waits for a processor, 'S' sleeps, 'T' is stopped ...; 0 if it is gone.
char state(const ProcessHandle& process, std::uint32_t tid) {
    const Result<std::string> text = process.read(task_file(tid, "stat"), kMaxStatBytes);
    const std::size_t name_end = text ? text->rfind(')') : std::string::npos;
    return name_end == std::string::npos || name_end + 2 >= text->size() ? '\0' : (*text)[name_end + 2];
}

}  // namespace

ThreadProgress::ThreadProgress(const ProcessHandle& process) : process_(process) {
    const Result<std::vector<std::uint32_t>> tids = list_threads(process);
    for (const std::uint32_t tid : tids.value_or(std::vector<std::uint32_t>{})) {
        if (const auto ns = run_ns(process, tid)) {
            pending_.emplace(tid, *ns);
        }
    }
}

bool ThreadProgress::all_moved_on(std::span<const AddressRange> locks) {
    std::erase_if(pending_, [&](const auto& thread) { return moved_on(thread.first, thread.second, locks); });
    return pending_.empty();
}

bool ThreadProgress::moved_on(std::uint32_t tid, std::uint64_t run_ns_then, std::span<const AddressRange> locks) const {
    const std::optional<std::uint64_t> now = run_ns(process_, tid);
    if (!now || *now >= run_ns_then + kEnoughNs) {
        return true;
    }
    switch (state(process_, tid)) {
        case 'R':
        case 'D': return false;
        case 'S': return !waits_for_lock(tid, locks);
        default: return true;
    }
}

bool ThreadProgress::waits_for_lock(std::uint32_t tid, std::span<const AddressRange> locks) const {
    const Result<std::string> text = process_.read(task_file(tid, "syscall"), kMaxStatBytes);
    long call = -1;
    unsigned long long address = 0;
    if (!text || std::sscanf(text->c_str(), "%ld %llx", &call, &address) != 2 || call != kFutexCall) {
        return false;
    }
    return std::any_of(locks.begin(), locks.end(), [address](const AddressRange& lock) {
        return lock.begin <= address && address < lock.end;
    });
}

}  // namespace tt::alloc_trace
