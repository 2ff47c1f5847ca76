// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the tracker knows of an event's process and owner.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "export/exporter.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

// What an event says of memory; a pointer is null where it says nothing.
struct EventSubject {
    const BufferFields* buffer = nullptr;
    const CircularBufferAllocated* circular_buffer = nullptr;
    std::uint64_t owner = 0;      // pointers; 0: none
    std::uint64_t allocator = 0;
};

[[nodiscard]] EventSubject subject_of(const Event& event);

class StreamState {
public:
    // From Observer::begin(); the tracker outlives this.
    void begin(const TrackerView& view) { processes_ = &view.processes; }

    // The one with this pid that is alive, or was last; nullptr: there is none.
    [[nodiscard]] const ProcessState* process(std::uint32_t pid) const;
    // Who the event is about, after the tracker applied it; nullptr: nobody, or not known.
    [[nodiscard]] const Owner* owner(const Event& event) const;
    // By the event's own device, type and size; an event that is about no memory passes.
    [[nodiscard]] bool passes(const ExportOptions& options, const Event& event) const;

private:
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
};

}  // namespace tt::alloc_trace
