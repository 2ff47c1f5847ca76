// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Launches that ran over a live L1 buffer, and those that came closest to one: the same words in all views.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/launch_room.hpp"
#include "origin/call_site.hpp"
#include "report/display_text.hpp"
#include "report/memory_kind.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

// Those on a device that passes.
[[nodiscard]] std::vector<LaunchOverlap> passing(const std::vector<LaunchOverlap>& overlaps, const ViewFilter& filter);
[[nodiscard]] std::vector<LaunchApproach> passing(const std::vector<LaunchApproach>& approaches, const ViewFilter& filter);

// "! 3 launches ran over live L1 buffers ...", one line; nothing if none did.
[[nodiscard]] std::vector<Note> overlap_notes(const std::vector<LaunchOverlap>& overlaps, const SessionInfo& session);

// A table of them.
void append_overlaps(
    std::vector<std::string>& lines,
    const std::vector<LaunchOverlap>& overlaps,
    std::size_t top,
    const SessionInfo& session,
    CallSites& sites,
    const TextStyle& style
);

// "closest launch that ran: 55.6 KiB per core between ..."
[[nodiscard]] Note approach_note(const LaunchApproach& approach, const SessionInfo& session);

[[nodiscard]] nlohmann::ordered_json overlaps_json(const std::vector<LaunchOverlap>& overlaps);
[[nodiscard]] nlohmann::ordered_json approaches_json(const std::vector<LaunchApproach>& approaches);

}  // namespace tt::alloc_trace
