// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// All counters of a tracker at one moment, without the buffers. The watch table compares the present with up to three
// of them: the previous refresh (rates), the baseline (changes) and the last reset (counters from zero).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>

#include "report/memory_kind.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

// One row's figures, alike for buffer types and circular buffers.
struct KindUsage {
    std::uint64_t buffers = 0;     // live now; circular buffers: resident now
    std::uint64_t bytes = 0;       // of them: logical size on this chip; circular buffers: size x cores
    std::uint64_t peak_bytes = 0;  // since attach or Tracker::reset_peaks()
    std::uint64_t allocs = 0;      // since attach; 0 for circular buffers
    std::uint64_t frees = 0;       // since attach, by the job itself; 0 for circular buffers
    std::uint64_t launches = 0;    // since attach, circular buffers only: programs launched on this chip
    std::uint64_t found = 0;       // since attach: live, but older than it, or allocated in a gap
    std::optional<std::uint64_t> footprint_bytes{};       // like bytes, but what is reserved; nullopt: not known of all
    std::optional<std::uint64_t> peak_footprint_bytes{};  // likewise
    std::uint64_t released = 0;    // since attach, without a free: by close, exit or clear

    [[nodiscard]] bool ever_used() const { return (buffers | peak_bytes | allocs | frees | released | found) != 0; }
    bool operator==(const KindUsage&) const = default;
};
using PlaceSample = std::array<KindUsage, kMemoryKindCount>;  // by MemoryKind

[[nodiscard]] KindUsage kind_usage(const PlaceUsage& usage, MemoryKind kind);

// What is live, as of the process at that moment; counts and peaks stay.
[[nodiscard]] PlaceUsage with_live_of(PlaceUsage usage, const Place& place, const ProcessState& moment);

struct ProcessKey {  // pids come again; the start time is not always known at the first event
    std::uint32_t pid = 0;
    std::uint64_t first_t_ns = 0;

    auto operator<=>(const ProcessKey&) const = default;
};

[[nodiscard]] ProcessKey process_key(const ProcessState& process);

struct ProcessSample {
    std::uint64_t events = 0;
    std::uint64_t hooked_allocs = 0;
    std::array<std::uint64_t, kUnknownFreeCount> unknown_frees{};       // by UnknownFree
    std::array<std::uint64_t, kUnknownFreeCount> unknown_free_bytes{};  // by UnknownFree
    std::map<Place, PlaceSample> places;
};

struct UsageSample {
    std::uint64_t t_ns = 0;  // CLOCK_MONOTONIC, when it was taken
    std::uint64_t events = 0;
    std::map<ProcessKey, ProcessSample> processes;

    // nullptr: not there at that time
    [[nodiscard]] const ProcessSample* find(const ProcessKey& key) const;
    [[nodiscard]] const KindUsage* find(const ProcessKey& key, const Place& place, MemoryKind kind) const;
};

[[nodiscard]] UsageSample take_sample(const TrackerView& view, std::uint64_t now_ns);

}  // namespace tt::alloc_trace
