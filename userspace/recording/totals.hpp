// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is known of a recording once it ended.
#pragma once

#include <cstdint>
#include <string>

namespace tt::alloc_trace {

// Given by whoever records.
struct Totals {
    std::uint64_t detached_monotonic_ns = 0;  // CLOCK_MONOTONIC
    std::string end_reason;                   // e.g. "interrupted", "target exited"; for people
    // Losses by the kernel's own counters: a cross-check of the Lost events in the stream.
    std::uint64_t lost_allocated = 0;
    std::uint64_t lost_freed = 0;
    std::uint64_t lost_circular_buffers = 0;
    std::uint64_t lost_lifecycle = 0;
    std::uint64_t ring_bytes = 0;       // size of the ring buffer
    std::uint64_t ring_peak_bytes = 0;  // its highest fill

    bool operator==(const Totals&) const = default;
};

// Content of the end chunk.
struct RecordingEnd {
    Totals totals;
    std::uint64_t events = 0;              // in the file
    std::uint64_t events_not_written = 0;  // consumed after writing had failed
    std::string write_error;               // that failure; empty if none
    bool goes_on = false;                  // in the next part

    bool operator==(const RecordingEnd&) const = default;
};

}  // namespace tt::alloc_trace
