// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth.hpp"

namespace tt::alloc_trace {

std::string_view to_string(FoundBy found_by) {
    switch (found_by) {
        case FoundBy::Recurrence: return "recurring allocations";
        case FoundBy::Runs: return "repeated runs";
        case FoundBy::Period: return "--period";
        case FoundBy::Mark: break;
    }
    return "--mark";
}

std::string_view to_string(Certainty certainty) {
    switch (certainty) {
        case Certainty::Low: return "low";
        case Certainty::Medium: return "medium";
        case Certainty::High: break;
    }
    return "high";
}

std::string_view to_string(RiseKind kind) {
    switch (kind) {
        case RiseKind::Earlier: return "in an earlier loop";
        case RiseKind::Stopped: return "stopped";
        case RiseKind::Uneven: break;
    }
    return "uneven";
}

std::optional<double> GrowingGroup::reserved_per_period() const {
    if (!bank_bytes || banks == 0) {
        return std::nullopt;
    }
    const double of_one = static_cast<double>(*bank_bytes) * banks;
    return wanders() ? bytes_per_period() * of_one / static_cast<double>(sizes.back()) : slope.per_period * of_one;
}

void GrowthObserver::begin(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            log_.held(*process, key, buffer);
        }
    }
}

void GrowthObserver::observe(const Event& event, const Applied& /*applied*/) {
    if (const auto* launch = std::get_if<ProgramLaunched>(&event)) {
        log_.launched(*launch);
    } else if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
        log_.refused(*clash);
    } else if (const auto* marked = std::get_if<Marked>(&event)) {
        log_.marked(marked->header.t_ns, !hint_.named.empty() && marked->name == hint_.named);
    }
}

void GrowthObserver::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    log_.started(process, key, buffer);
}

void GrowthObserver::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    log_.ended(process, key, buffer);
}

void GrowthObserver::launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    log_.resident(process, owner, program, planning);
}

void GrowthObserver::end(const TrackerView& view) {
    marks_ = view.marks;
    log_.finish();
    result_ = find_growth(log_, hint_);
}

}  // namespace tt::alloc_trace
