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

// "phases: start, load +00:00:02.343972343, decode ...": those within the window; none if there are no marks.
[[nodiscard]] std::vector<Note> phase_notes(const TrackerView& tracker, const SessionInfo& session, const ReplayWindow& window);

// The phase of an event as JSON: its label, or null if there are no marks.
[[nodiscard]] nlohmann::ordered_json phase_json(const std::vector<PhaseMark>& marks, std::uint64_t event);

}  // namespace tt::alloc_trace
