// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/phases.hpp"

#include <algorithm>
#include <iterator>

namespace tt::alloc_trace {

void Phases::begin(const TrackerView& view) {
    number_.begin(view);
    phases_.clear();
    counts_.clear();
    for (const PhaseMark& mark : view.marks) {
        ++counts_[mark.name];
    }
    const StreamPlace here{view.events + view.losses, std::max(since_t_ns_, view.last_t_ns)};
    phases_.push_back({});
    phases_.back().begin = phases_.back().end = here;
    if (!view.marks.empty()) {
        phases_.back().name = view.marks.back().name;
        phases_.back().number = counts_[phases_.back().name];
        phases_.back().cut = true;
    }
}

void Phases::start_phase(const std::string& name, const StreamPlace& at) {
    phases_.push_back({});
    phases_.back().name = name;
    phases_.back().number = ++counts_[name];
    phases_.back().begin = phases_.back().end = at;
}

bool Phases::passes(const ProcessState& process, const AllocationKey& key) const {
    return !filter_ || filter_(process.owner_of(key).places, key.type);
}

void Phases::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    phases_.back().allocs += buffer.origin() == FoundAs::Allocated && passes(process, key) ? 1 : 0;
}

void Phases::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*buffer*/, FreeKind kind) {
    if (passes(process, key)) {
        ++(is_release(kind) ? phases_.back().released : phases_.back().frees);
    }
}

void Phases::observe(const Event& event, const Applied& /*applied*/) {
    const StreamPlace here{number_.current(), header_of(event).t_ns};
    number_.observed();
    const auto* marked = std::get_if<Marked>(&event);
    if (marked != nullptr && phases_.size() <= kMaxMarks) {
        start_phase(marked->name.substr(0, kMaxMarkNameBytes), here);
        return;
    }
    Phase& phase = phases_.back();
    if (phase.begin.t_ns == 0) {  // nothing was before it
        phase.begin.t_ns = here.t_ns;
    }
    phase.end = {here.event, std::max(here.t_ns, phase.begin.t_ns)};
    phase.launches += std::holds_alternative<ProgramLaunched>(event) ? 1 : 0;
    const bool refused = std::holds_alternative<AllocationFailed>(event) || std::holds_alternative<CircularBufferClash>(event) ||
                         std::holds_alternative<RequestRefused>(event);
    phase.refused += refused ? 1 : 0;
}

std::string phase_label(const std::string& name, std::uint64_t number) {
    return number == 0 ? "start" : number == 1 ? name : name + "#" + std::to_string(number);
}

std::string phase_at(const std::vector<PhaseMark>& marks, std::uint64_t event) {
    const auto end = std::partition_point(marks.begin(), marks.end(), [event](const PhaseMark& mark) { return mark.event <= event; });
    if (end == marks.begin()) {
        return marks.empty() ? std::string() : phase_label({}, 0);
    }
    const std::string& name = std::prev(end)->name;
    const auto number = std::count_if(marks.begin(), end, [&name](const PhaseMark& mark) { return mark.name == name; });
    return phase_label(name, static_cast<std::uint64_t>(number));
}

}  // namespace tt::alloc_trace
