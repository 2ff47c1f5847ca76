// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/view.hpp"

#include <algorithm>
#include <array>

#include "report/process_health.hpp"
#include "report/state_views.hpp"
#include "report/timeline_view.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::array kViews{
    ViewKind{"summary", "what happened: counts and sums per chip and type", false, make_summary_view},
    ViewKind{"live", "what was live at the end, or at --at TIME", true, make_live_view},
    ViewKind{"timeline", "memory over time, with failures, clashes, gaps and closes marked", false, make_timeline_view},
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
