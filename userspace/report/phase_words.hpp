// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Marks and phases in words, the same in all views.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/observer.hpp"
#include "report/view_words.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

// "its marks: load, decode, decode#2 and 3 more; report FILE phases shows all"
[[nodiscard]] std::string marks_there_are(const std::vector<PhaseMark>& marks);

// "load from +00:00:02.343972343, decode from ...": those within the window; empty if there are none.
[[nodiscard]] std::string phases_text(const TrackerView& tracker, const SessionInfo& session, const ReplayWindow& window);

// The same as "phases: ...".
[[nodiscard]] std::vector<Note> phase_notes(const TrackerView& tracker, const SessionInfo& session, const ReplayWindow& window);

// The phase of an event as JSON: its label, or null if there are no marks.
[[nodiscard]] nlohmann::ordered_json phase_json(const std::vector<PhaseMark>& marks, std::uint64_t event);

}  // namespace tt::alloc_trace
