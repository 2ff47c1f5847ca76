// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The stretches between marks and what happened in each. What is before the first mark is a phase without a name. Bounded: kMaxMarks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

struct Phase {
    std::string name;          // empty: before the first mark
    std::uint64_t number = 0;  // of this name, from 1, over the whole recording; 0 without a name
    bool cut = false;          // it began before the window
    StreamPlace begin;         // its mark; without one, or if it is cut: the place before its first event here
    StreamPlace end;           // its last event
    std::uint64_t allocs = 0;  // buffers; each once, however many chips it is on
    std::uint64_t frees = 0;   // by the job itself
    std::uint64_t released = 0;  // without a free, by close, exit or clear
    std::uint64_t launches = 0;
    std::uint64_t refused = 0;   // allocations, launches and other requests
};

class Phases final : public Observer {
public:
    // `since_t_ns`: as ReplayWindow has it. `filter`: which buffers are counted.
    explicit Phases(std::uint64_t since_t_ns = 0, LifeFilter filter = {}) : since_t_ns_(since_t_ns), filter_(std::move(filter)) {}

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void observe(const Event& event, const Applied& applied) override;

    // In order; the first is what the window begins with, and may hold no event.
    [[nodiscard]] const std::vector<Phase>& phases() const { return phases_; }
    // Whether anything of the first belongs to the window.
    [[nodiscard]] bool first_is_empty() const { return phases_.empty() || phases_.front().end.event == phases_.front().begin.event; }
    [[nodiscard]] bool any_named() const { return phases_.size() > 1 || (phases_.size() == 1 && phases_.front().number != 0); }

private:
    void start_phase(const std::string& name, const StreamPlace& at);

    [[nodiscard]] bool passes(const ProcessState& process, const AllocationKey& key) const;

    std::uint64_t since_t_ns_;
    LifeFilter filter_;
    EventNumber number_;
    std::vector<Phase> phases_;
    std::map<std::string, std::uint64_t> counts_;  // marks by name
};

// "decode", or "decode#2" where the name is there more than once.
[[nodiscard]] std::string phase_label(const std::string& name, std::uint64_t number);

// The phase that an event belongs to: "decode", "start" before the first mark; empty if there are no marks.
[[nodiscard]] std::string phase_at(const std::vector<PhaseMark>& marks, std::uint64_t event);

}  // namespace tt::alloc_trace
