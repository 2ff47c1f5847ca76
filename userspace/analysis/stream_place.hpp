// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where in the stream an observer is: ReplayWindow::until_event brings a later replay to the same place.
#pragma once

#include <cstdint>

#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct StreamPlace {
    std::uint64_t event = 0;  // number in the recording, from 1; 0: before the first one
    std::uint64_t t_ns = 0;

    bool operator==(const StreamPlace&) const = default;
};

// The latest event that was applied.
[[nodiscard]] inline StreamPlace last_place(const TrackerView& view) { return {view.events + view.losses, view.last_t_ns}; }

// Call from Observer::begin() and as the last thing in observe().
class EventNumber {
public:
    void begin(const TrackerView& view) { last_ = view.events + view.losses; }
    void observed() { ++last_; }

    [[nodiscard]] std::uint64_t last() const { return last_; }
    [[nodiscard]] std::uint64_t current() const { return last_ + 1; }  // before observed()

private:
    std::uint64_t last_ = 0;
};

}  // namespace tt::alloc_trace
