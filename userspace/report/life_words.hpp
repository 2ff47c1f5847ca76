// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was live at a moment, split by life (analysis/life_split.hpp).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/life_split.hpp"
#include "event/session_info.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {

// An empty line, what the words mean, a table. Bytes are footprints, if `footprints`, else sizes.
void append_life(
    std::vector<std::string>& lines, const LifeSplit& split, bool footprints, const SessionInfo& session, const TextStyle& style
);

[[nodiscard]] nlohmann::ordered_json life_json(const LifeSplit& split);

}  // namespace tt::alloc_trace
