// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One question asked of a stream while it is replayed. The tracker keeps the state of the moment; an observer keeps what its
// answer needs of the past, in memory that is bounded by live buffers and by its own stated limits, not by events. Pure.
//
//     begin(view)   the window opens: what the view holds is older than it
//     per event:    started / ended / residency_changed (LifeListener), then observe()
//     end(view)     the window closes
#pragma once

#include "event/event.hpp"
#include "tracker/life_listener.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

class Observer : public LifeListener {
public:
    virtual void begin(const TrackerView& /*view*/) {}
    // After the tracker applied it.
    virtual void observe(const Event& /*event*/, const Applied& /*applied*/) {}
    virtual void end(const TrackerView& /*view*/) {}
};

// A part of a recording. Times are CLOCK_MONOTONIC of the traced host.
struct ReplayWindow {
    std::uint64_t since_t_ns = 0;              // events before it only make the state the window begins with
    std::uint64_t since_event = 0;             // number of the first event of them
    std::uint64_t until_t_ns = ~std::uint64_t{0};  // the last moment
    std::uint64_t until_event = ~std::uint64_t{0};  // number of the last event, from 1: places between events of one moment

    [[nodiscard]] bool to_the_end() const { return until_t_ns == ~std::uint64_t{0} && until_event == ~std::uint64_t{0}; }
    bool operator==(const ReplayWindow&) const = default;
};

}  // namespace tt::alloc_trace
