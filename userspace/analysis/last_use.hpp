// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A process that ends has released all: what it held last is found behind its last allocation or failure.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/stream_place.hpp"
#include "event/event.hpp"
#include "tracker/process_state.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

// An allocation, a buffer found, a refused allocation or launch.
[[nodiscard]] bool uses_memory(const Event& event);

// A living process holds a buffer.
[[nodiscard]] bool any_in_use(const std::vector<std::unique_ptr<ProcessState>>& processes);

// The last event of those observed that used memory and left some in use; of all, and of each process.
class LastUse {
public:
    // After `tracker` applied it; `number` is its own in the recording.
    void observe(const Event& event, std::uint64_t number, const Tracker& tracker);

    [[nodiscard]] std::uint64_t event() const { return event_; }  // its number; 0: there was none
    // Of what a process that runs no more left in use itself; nullopt: nothing ever, or another process has its pid now.
    [[nodiscard]] std::optional<StreamPlace> of(const ProcessState& process) const;

private:
    std::uint64_t event_ = 0;
    std::map<std::uint32_t, StreamPlace> by_pid_;
    std::uint32_t latest_pid_ = 0;
    StreamPlace* latest_ = nullptr;  // of latest_pid_, in by_pid_
};

}  // namespace tt::alloc_trace
