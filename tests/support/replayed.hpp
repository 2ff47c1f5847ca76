// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recording as the tracker sees it, held against the stand-in's truth.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/session_info.hpp"
#include "recording/totals.hpp"
#include "support/truth.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {

// What a process's events came to.
struct ProcessAccount {
    std::uint64_t events = 0;  // real allocations and frees
    std::uint64_t allocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t hooked = 0;
    std::uint64_t hooked_frees = 0;
    std::uint64_t cbs = 0;
    std::uint64_t launches = 0;
    std::map<std::uint32_t, std::pair<ThreadAccount, Digest>> threads;
};

struct Replayed {
    SessionInfo session;
    bool complete = false;
    std::string warning;
    std::optional<RecordingEnd> end;
    Tracker tracker;
    std::map<std::uint32_t, ProcessAccount> accounts;  // by pid
    std::vector<std::optional<LiveSet>> live_at;        // by checkpoint; nothing if it was not reached

    [[nodiscard]] TrackerView view() const { return tracker.view(); }
    // The latest process with this pid; throws if there is none.
    [[nodiscard]] const ProcessState& process(std::uint32_t pid) const;
    [[nodiscard]] const ProcessAccount& account(std::uint32_t pid) const;
    [[nodiscard]] Threads threads(std::uint32_t pid) const;
    [[nodiscard]] std::uint64_t unknown(std::uint32_t pid, UnknownFree reason) const;
    [[nodiscard]] std::uint64_t ended(std::uint32_t pid, FreeKind kind) const;
};

[[nodiscard]] LiveSet live_set_of(const ProcessState& process);

// A checkpoint is the moment at which a process has made exactly the events of a truth.
[[nodiscard]] std::unique_ptr<Replayed> replay(const std::string& path, const std::vector<Truth>& checkpoints = {});

// Complete file, nothing lost, and no free, end or owner that the tool has no explanation for.
[[nodiscard]] testing::AssertionResult is_flawless(const Replayed& replayed, std::uint32_t pid);
// Per thread: number and digest of the events. Totals, circular buffers, launches, hooked ones, double frees.
[[nodiscard]] testing::AssertionResult has_all_events(const Replayed& replayed, const Truth& truth);
[[nodiscard]] testing::AssertionResult same_threads(const Threads& recorded, const Threads& truth);
[[nodiscard]] testing::AssertionResult same_live_set(const LiveSet& recorded, const LiveSet& truth);
// All of these, for a process recorded from before its first event; the live set at checkpoint 0.
[[nodiscard]] testing::AssertionResult matches(const Replayed& replayed, const Truth& truth);

}  // namespace tt::alloc_trace::test
