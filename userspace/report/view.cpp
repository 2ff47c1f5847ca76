// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/view.hpp"

#include <algorithm>
#include <array>

#include "report/history_views.hpp"
#include "report/process_health.hpp"
#include "report/state_views.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::array kViews{
    ViewKind{"summary", "what happened: counts and sums per chip and type", false, make_summary_view},
    ViewKind{"live", "what was live at the end, or at --at TIME", true, make_live_view},
    ViewKind{"devices", "each chip: who used it and how much, at the end and at most", false, make_devices_view},
    ViewKind{"owners", "each chip, mesh and submesh: what it allocated, when it was opened and closed", false, make_owners_view},
    ViewKind{"anomalies", "double frees, overlaps and the like: counts, worst places, what it means", false, make_anomalies_view},
    ViewKind{"trace-unsafe", "allocations beside a captured trace, which may overwrite them", false, make_trace_unsafe_view},
    ViewKind{"gaps", "lost events, walks of the process's memory, pauses; what stayed uncertain", false, make_gaps_view},
};

}  // namespace

Completeness ReplayedStream::completeness() const {
    return {complete, tracker.lost.total(), known_before_attach(tracker, session)};
}

std::span<const ViewKind> view_kinds() { return kViews; }

const ViewKind* find_view(std::string_view name) {
    const auto* found = std::find_if(kViews.begin(), kViews.end(), [name](const ViewKind& kind) { return kind.name == name; });
    return found == kViews.end() ? nullptr : found;
}

}  // namespace tt::alloc_trace
