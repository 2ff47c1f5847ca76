// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/walk_job.hpp"

#include <chrono>
#include <utility>

#include "base/clock.hpp"
#include "target/memory_map.hpp"
#include "target/process_pause.hpp"
#include "target/thread_progress.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::chrono::milliseconds kPollPeriod{1};
constexpr std::uint64_t kMaxWaitNs = 500'000'000;
constexpr std::uint64_t kMutexBytes = 64;  // an allocator's lock is among its first members

}  // namespace

WalkJob::WalkJob(WalkTask task, std::function<void()> on_end) :
    task_(std::move(task)), thread_([this, on_end = std::move(on_end)] {
        run();
        ended_ = true;
        on_end();
    }) {}

WalkJob::~WalkJob() {
    cancel_ = true;
    thread_.join();
}

void WalkJob::run() {
    outcome_.began_ns = monotonic_ns();
    const Result<ProcessHandle> process = ProcessHandle::open(task_.pid);
    const Status walked = process ? walk_all(*process) : tl::make_unexpected(process.error());
    if (!walked) {
        outcome_.failure = walked.error();
    }
    outcome_.ended_ns = monotonic_ns();
}

Status WalkJob::walk_all(const ProcessHandle& process) {
    if (Status readable = ProcessMemory(process).check(); !readable) {
        return readable;
    }
    ThreadProgress threads(process);
    if (task_.plan == WalkPlan::Pair) {
        Result<Walk> first = walk_once(process);
        if (!first) {
            return tl::make_unexpected(first.error());
        }
        outcome_.first = std::move(*first);
    }
    if (task_.plan != WalkPlan::Capacities) {
        wait_for_threads(threads);
    }
    Result<Walk> last = walk_once(process);
    if (!last) {
        return tl::make_unexpected(last.error());
    }
    outcome_.last = std::move(*last);
    return {};
}

Result<Walk> WalkJob::walk_once(const ProcessHandle& process) {
    std::optional<ProcessPause> pause;
    if (task_.freeze) {
        Result<ProcessPause> begun = ProcessPause::begin(process);
        if (!begun) {
            return tl::make_unexpected(begun.error());
        }
        pause.emplace(std::move(*begun));
    }
    std::vector<WalkModule> modules;
    for (const MappedLayout& module : task_.modules) {
        modules.push_back({*module.layout, module.bias});
    }
    WalkOptions options;
    options.cancel = &cancel_;
    options.orphans = false;
    options.without_block = true;
    options.heap = [&process] { return heap_of(read_memory_map(process).value_or(std::vector<MapEntry>{})); };
    options.buffers = task_.plan != WalkPlan::Capacities;
    const ProcessMemory memory(process);
    Walk walk = walk_process(memory, modules, task_.known, options);
    outcome_.stopped_ns += pause ? pause->end() : 0;
    return walk;
}

void WalkJob::wait_for_threads(ThreadProgress& threads) {
    std::vector<AddressRange> locks;
    for (const KnownAllocator& known : task_.known) {
        locks.push_back({known.allocator, known.allocator + kMutexBytes});
    }
    if (outcome_.first) {
        for (const WalkedAllocator& walked : outcome_.first->allocators) {
            locks.push_back({walked.allocator, walked.allocator + kMutexBytes});
        }
    }
    const std::uint64_t since = monotonic_ns();
    while (!(outcome_.settled = threads.all_moved_on(locks)) && !cancel_ && monotonic_ns() - since < kMaxWaitNs) {
        std::this_thread::sleep_for(kPollPeriod);
    }
}

}  // namespace tt::alloc_trace
