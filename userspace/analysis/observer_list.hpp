// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Several questions asked in one replay: each observer hears everything, in the order given.
#pragma once

#include <utility>
#include <vector>

#include "analysis/observer.hpp"

namespace tt::alloc_trace {

class ObserverList final : public Observer {
public:
    explicit ObserverList(std::vector<Observer*> observers) : observers_(std::move(observers)) {}  // not owned

    void begin(const TrackerView& view) override { each(&Observer::begin, view); }
    void observe(const Event& event, const Applied& applied) override { each(&Observer::observe, event, applied); }
    void end(const TrackerView& view) override { each(&Observer::end, view); }

    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        each(&Observer::started, process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override {
        each(&Observer::ended, process, key, buffer, kind);
    }
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override {
        each(&Observer::known_better, process, key, before, now);
    }
    void trace_kept(const ProcessState& process, const KeptTrace& trace) override { each(&Observer::trace_kept, process, trace); }
    void trace_replayed(const ProcessState& process, const KeptTrace& trace) override { each(&Observer::trace_replayed, process, trace); }
    void trace_released(const ProcessState& process, const KeptTrace& trace, bool closed) override {
        each(&Observer::trace_released, process, trace, closed);
    }
    void traces_closing(const ProcessState& process, std::uint32_t owner) override { each(&Observer::traces_closing, process, owner); }
    void came_at_risk(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        each(&Observer::came_at_risk, process, key, buffer);
    }
    void replayed_over(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const KeptTrace& trace
    ) override {
        each(&Observer::replayed_over, process, key, buffer, trace);
    }
    void launching(const ProcessState& process, const Place& place) override { each(&Observer::launching, process, place); }
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override {
        each(&Observer::launched, process, owner, program, planning);
    }
    void launch_refused(const ProcessState& process, const Place& place) override { each(&Observer::launch_refused, process, place); }
    void residency_changed(const ProcessState& process, const Place& place) override {
        each(&Observer::residency_changed, process, place);
    }

private:
    template <typename Call, typename... Arguments>
    void each(Call call, const Arguments&... arguments) {
        for (Observer* observer : observers_) {
            (observer->*call)(arguments...);
        }
    }

    std::vector<Observer*> observers_;
};

}  // namespace tt::alloc_trace
