// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/summary_view.hpp"

#include <utility>

#include "report/capacity_words.hpp"

namespace tt::alloc_trace {
namespace {

// What is live, and what is free, as of `moment`.
SummaryProcess make_process(
    const ProcessState& state, const ProcessState& moment, const SessionInfo& session, const ViewFilter& filter
) {
    SummaryProcess process;
    process.pid = state.pid;
    process.parent_pid = state.parent_pid;
    process.command = state.command;
    process.ended = state.end == ProcessState::End::Exited;
    process.from_first_event = state.from_first_event;
    process.first_t_ns = state.first_t_ns;
    process.last_t_ns = state.last_t_ns;
    process.events = state.events;
    process.live_buffers = moment.live.buffers().size();
    for (const auto& entry : moment.live.buffers()) {
        process.live_bytes += entry.second.size;
    }
    process.hooked_allocs = state.hooked_allocs;
    process.programs = moment.programs.programs().size();
    for (const auto& entry : moment.programs.programs()) {
        for (const CircularBuffer& buffer : entry.second.circular_buffers) {
            ++(buffer.kind == PlanKind::DataflowBuffers ? process.program_dataflow_regions : process.program_circular_buffers);
        }
    }
    process.ends = state.ends;
    process.unknown_frees = state.unknown_frees;
    process.health = process_health(state, session, kFailureKindsKept);
    const CapacityMap capacity = capacities(moment);
    for (const auto& [place, whole] : state.places) {
        const PlaceUsage usage = with_live_of(whole, place, moment);
        for (const MemoryKind kind : kMemoryKinds) {
            const KindUsage of_kind = kind_usage(usage, kind);
            if (of_kind.ever_used() && filter.passes(place) && filter.passes(kind)) {
                process.rows.push_back({place, kind, of_kind, capacity_of(capacity, place, kind)});
            }
        }
    }
    return process;
}

}  // namespace

SummaryView build_summary_view(
    const TrackerView& view,
    const EventCounter& counts,
    std::string incomplete,
    const SessionInfo& session,
    const ViewFilter& filter,
    const TrackerView* last_use,
    const std::map<std::uint32_t, const ProcessState*>& ended
) {
    const TrackerView& moment = last_use == nullptr ? view : *last_use;
    SummaryView summary;
    summary.live_at = {last_place(moment), last_use != nullptr};
    summary.events = view.events;
    summary.first_t_ns = view.first_t_ns;
    summary.last_t_ns = view.last_t_ns;
    summary.counts = counts;
    summary.doubts = view.doubts();
    summary.known_before_attach = known_before_attach(view, session);
    summary.folded = view.folded;
    summary.incomplete = std::move(incomplete);
    for (const auto& process : view.processes) {
        const auto own = ended.find(process->number);
        const ProcessState* then = own == ended.end() ? moment.find(process->number) : own->second;
        summary.processes.push_back(make_process(*process, then == nullptr ? *process : *then, session, filter));
    }
    return summary;
}

}  // namespace tt::alloc_trace
