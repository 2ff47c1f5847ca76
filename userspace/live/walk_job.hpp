// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Walks of one process on a thread of their own, so that the ring is read meanwhile. Shares nothing with the rest while it runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "target/process.hpp"
#include "target/thread_progress.hpp"
#include "walk/process_walk.hpp"

namespace tt::alloc_trace {

// A runtime module as mapped in a process.
struct MappedLayout {
    std::shared_ptr<const LayoutProfile> layout;
    std::uint64_t bias = 0;
};

enum class WalkPlan : std::uint8_t {
    Capacities,  // one walk, of owners and allocators only
    Pair,        // a walk, all threads moved on, another walk
    Next,        // all threads moved on, another walk
};

struct WalkTask {
    std::uint32_t pid = 0;
    WalkPlan plan = WalkPlan::Pair;
    bool freeze = false;  // stop the process for each walk
    std::vector<MappedLayout> modules{};
    std::vector<KnownAllocator> known{};
};

struct WalkOutcome {
    std::optional<Error> failure;   // then nothing else counts
    std::optional<Walk> first;      // of a Pair
    Walk last;
    bool settled = true;            // threads have moved on between the walks
    std::uint64_t began_ns = 0;     // CLOCK_MONOTONIC
    std::uint64_t ended_ns = 0;
    std::uint64_t stopped_ns = 0;
};

class WalkJob {
public:
    // `on_end` is called by the job's thread when the outcome is there.
    WalkJob(WalkTask task, std::function<void()> on_end);
    WalkJob(const WalkJob&) = delete;
    WalkJob& operator=(const WalkJob&) = delete;
    ~WalkJob();  // cancels it and waits

    [[nodiscard]] const WalkTask& task() const { return task_; }
    [[nodiscard]] bool ended() const { return ended_; }  // then the outcome is there
    [[nodiscard]] std::uint64_t ended_ns() const { return outcome_.ended_ns; }  // likewise
    [[nodiscard]] WalkOutcome take() { return std::move(outcome_); }  // once it has ended

private:
    void run();
    [[nodiscard]] Status walk_all(const ProcessHandle& process);
    [[nodiscard]] Result<Walk> walk_once(const ProcessHandle& process);
    void wait_for_threads(ThreadProgress& threads);

    WalkTask task_;
    WalkOutcome outcome_;
    std::atomic<bool> cancel_ = false;
    std::atomic<bool> ended_ = false;
    std::thread thread_;
};

}  // namespace tt::alloc_trace
