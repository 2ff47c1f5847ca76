// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// L1 core by core as text and JSON: what circular buffers take of some cores, and buffers of each.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/core_plan.hpp"
#include "analysis/l1_map.hpp"
#include "analysis/peak.hpp"
#include "report/display_text.hpp"

namespace tt::alloc_trace {

struct CoreFill {
    std::vector<CorePart> parts;                // of circular buffers, fullest first
    std::optional<std::uint64_t> buffer_bytes;  // reserved on each core; nullopt: not known
    std::uint32_t cores = 0;                    // of a chip; 0: not known
    std::uint64_t core_bytes = 0;               // that a core has for both; 0: not known
    bool cores_complete = true;                 // false: more cores hold circular buffers than are known

    [[nodiscard]] std::uint64_t busiest() const { return buffer_bytes.value_or(0) + (parts.empty() ? 0 : parts.front().bytes); }
};

[[nodiscard]] CoreFill core_fill(const CorePeak& peak);
[[nodiscard]] CoreFill core_fill(const L1Map& map);

// "(0,0)", "(0,0)-(3,7), (5,0)-(5,7)"; beyond `most` "and 3 more".
[[nodiscard]] std::string core_list(const std::vector<CoreRange>& cores, std::size_t most = 4);

// "core (1,0)", "each of 16 cores, as (1,0)", "each core": the one that is fullest.
[[nodiscard]] std::string busiest_core(const CoreFill& fill);

// A table of equal cores, fullest first: how many, which, bytes of each.
void append_cores(std::vector<std::string>& lines, const CoreFill& fill, std::size_t top, const TextStyle& style);

[[nodiscard]] nlohmann::ordered_json core_ranges_json(const std::vector<CoreRange>& cores);  // [[x0, y0, x1, y1]]
[[nodiscard]] nlohmann::ordered_json core_fill_json(const CoreFill& fill);

}  // namespace tt::alloc_trace
