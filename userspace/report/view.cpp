// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/view.hpp"

#include <algorithm>
#include <array>
#include <concepts>

#include "report/clash_view.hpp"
#include "report/failures_view.hpp"
#include "report/fits_view.hpp"
#include "report/fragmentation_view.hpp"
#include "report/growth_view.hpp"
#include "report/history_views.hpp"
#include "report/leaks_view.hpp"
#include "report/peak_view.hpp"
#include "report/phases_view.hpp"
#include "report/process_health.hpp"
#include "report/state_views.hpp"
#include "report/timeline_view.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint8_t bits(std::same_as<ViewOption> auto... options) { return (0 | ... | static_cast<std::uint8_t>(options)); }

constexpr std::array kViews{
    ViewKind{"summary", "what happened: counts and sums per chip and type", ViewSpan::Stretch, make_summary_view},
    ViewKind{"live", "what was live at the end, or at --at TIME", ViewSpan::Moment, make_live_view, bits(ViewOption::Origins)},
    ViewKind{"peak", "highest use per chip and type, and what was live then", ViewSpan::Stretch, make_peak_view},
    ViewKind{"failures", "refused allocations: exhausted or fragmented, and what would have helped", ViewSpan::Stretch, make_failures_view},
    ViewKind{"clash", "L1 where circular buffers and buffers clashed or came closest, or --at TIME", ViewSpan::MomentAndPast, make_clash_view},
    ViewKind{"fragmentation", "free memory in how many pieces, and who pins them; --need SIZE", ViewSpan::MomentAndPast, make_fragmentation_view, bits(ViewOption::Need)},
    ViewKind{"fits", "would it fit if some buffers were larger (--scale)", ViewSpan::Stretch, make_fits_view,
             bits(ViewOption::Scale, ViewOption::Iterations, ViewOption::FailMisfit)},
    ViewKind{"growth", "what grows from iteration to iteration (--period, --mark)", ViewSpan::Stretch, make_growth_view, bits(ViewOption::Iterations)},
    ViewKind{"leaks", "what remained at the end, by kind of end", ViewSpan::Stretch, make_leaks_view, bits(ViewOption::Iterations, ViewOption::Origins)},
    ViewKind{"callsites", "which line or function allocated, how often and how much (record --stacks)", ViewSpan::Stretch, make_callsites_view,
             bits(ViewOption::Origins, ViewOption::OriginKey)},
    ViewKind{"ops", "the same by operation, as ttnn::softmax", ViewSpan::Stretch, make_ops_view, bits(ViewOption::Origins)},
    ViewKind{"devices", "each chip: who used it and how much, at the end and at most", ViewSpan::Stretch, make_devices_view},
    ViewKind{"owners", "each chip, mesh and submesh: what it allocated, when it was opened and closed", ViewSpan::Stretch, make_owners_view},
    ViewKind{"anomalies", "double frees, overlaps and the like: counts, worst places, what it means", ViewSpan::Stretch, make_anomalies_view},
    ViewKind{"trace-unsafe", "buffers that the replay of a captured trace may overwrite", ViewSpan::Stretch, make_trace_unsafe_view},
    ViewKind{"gaps", "lost events, walks of the process's memory, pauses; what stayed uncertain", ViewSpan::Stretch, make_gaps_view},
    ViewKind{"phases", "each stretch between two marks (tt-alloc-trace mark): what it allocated, held and left", ViewSpan::Stretch, make_phases_view},
    ViewKind{"timeline", "memory over time, with failures, clashes, gaps and closes marked", ViewSpan::Stretch, make_timeline_view},
};

}  // namespace

Completeness ReplayedStream::completeness() const {
    return {complete, tracker.doubts(), known_before_attach(tracker, session)};
}

LiveMoment ReplayedStream::live_moment() const {
    LiveMoment moment{last_place(live()), last_use != nullptr};
    for (const auto& process : tracker.processes) {
        const ProcessState* then = live().find(process->number);
        const bool over = process->end == ProcessState::End::Exited && (then == nullptr || then->live.buffers().empty());
        const std::optional<StreamPlace> place = over && uses != nullptr ? uses->of(*process) : std::nullopt;
        if (place && place->event <= moment.place.event) {
            moment.ended.push_back({process->pid, *place, ended.contains(process->number), process->number});
        }
    }
    return moment;
}

const ProcessState& ReplayedStream::live_of(const ProcessState& process) const {
    if (const auto own = ended.find(process.number); own != ended.end()) {
        return *own->second;
    }
    const ProcessState* then = live().find(process.number);
    return then == nullptr ? process : *then;
}

std::span<const ViewKind> view_kinds() { return kViews; }

const ViewKind* find_view(std::string_view name) {
    const auto* found = std::find_if(kViews.begin(), kViews.end(), [name](const ViewKind& kind) { return kind.name == name; });
    return found == kViews.end() ? nullptr : found;
}

}  // namespace tt::alloc_trace
