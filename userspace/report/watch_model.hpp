// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The content of the live table, without any layout: one row per process, place and memory kind that was ever used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/session_info.hpp"
#include "report/memory_kind.hpp"
#include "report/process_health.hpp"
#include "report/usage_sample.hpp"
#include "tracker/capacity.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct RingFill {
    std::uint64_t capacity_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t peak_bytes = 0;
};

// What the table needs besides the tracker. Pointers may be null and need to live only during build_watch_model().
struct WatchContext {
    std::uint64_t now_ns = 0;               // CLOCK_MONOTONIC; of a recording: its last event
    const UsageSample* previous = nullptr;  // rates come from the change since; without it there are none
    const UsageSample* baseline = nullptr;
    const UsageSample* reset = nullptr;  // counters count from here; the caller has reset the tracker's peaks then
    std::optional<RingFill> ring;
    ViewFilter filter;
};

struct WatchRow {
    Place place;
    MemoryKind kind = MemoryKind::Dram;
    KindUsage usage;  // allocs, frees, launches: since the reset
    struct Rates {    // per second
        double allocs = 0;
        double frees = 0;
        double launches = 0;
    };
    std::optional<Rates> rates;
    struct Baseline {
        std::uint64_t buffers = 0;
        std::uint64_t bytes = 0;
        std::optional<std::uint64_t> footprint_bytes{};
    };
    std::optional<Baseline> baseline;  // set on every row while there is a baseline; 0 where nothing was
    Capacity capacity{};               // of this type on this place; not known() of circular buffers
};

struct WatchProcess {
    ProcessKey key;
    std::uint32_t pid = 0;
    std::uint32_t parent_pid = 0;
    std::string command;  // as the process gave it: not printable
    bool ended = false;
    bool from_first_event = false;     // nothing of it was missed
    std::uint64_t since_unix_ns = 0;   // watched since: the attach, or its start if that was later; 0 if not known
    std::uint64_t watched_ns = 0;      // duration: until now, or until its last event if it ended
    std::uint64_t events = 0;          // since the reset
    std::uint64_t hooked_allocs = 0;   // since the reset
    UnknownFreeStats unknown_frees{};  // count and bytes since the reset, the example since attach
    std::vector<WatchRow> rows;        // by place, then kind; filtered
    std::vector<Place> idle_places;    // opened, but nothing allocated on them yet; filtered
    bool filtered = false;             // the filter left out rows of this process
    ProcessHealth health;              // since attach: a reset does not hide doubts
};

struct WatchModel {
    std::uint64_t now_unix_ns = 0;  // 0 if not known
    std::uint64_t now_ns = 0;       // CLOCK_MONOTONIC
    std::uint64_t attached_t_ns = 0;  // likewise
    std::uint64_t events = 0;       // since the reset, of all processes
    Doubts doubts;                  // since attach: a reset does not hide them
    std::uint64_t folded_processes = 0;  // ended long ago: only counted
    KnownBefore known_before_attach = KnownBefore::None;
    std::optional<RingFill> ring;
    std::optional<std::uint64_t> baseline_age_ns;
    std::optional<std::uint64_t> reset_age_ns;
    std::string phase;              // that the latest mark began; empty: there was none
    std::uint64_t phase_t_ns = 0;   // of that mark
    std::vector<WatchProcess> processes;  // living ones first, each group in order of appearance
};

[[nodiscard]] WatchModel build_watch_model(
    const TrackerView& view, const SessionInfo& session, const WatchContext& context
);

}  // namespace tt::alloc_trace
