// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// L1 of a chip as text, the highest address on top, and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/l1_map.hpp"
#include "origin/call_site.hpp"
#include "report/display_text.hpp"

namespace tt::alloc_trace {

// The lowest `top` buffers and as many circular buffers (0: all) as of `t_ns`, and what to make of them.
void append_l1_map(
    std::vector<std::string>& lines,
    const L1Map& map,
    std::uint64_t t_ns,
    std::size_t top,
    CallSites& sites,
    const TextStyle& style
);

[[nodiscard]] nlohmann::ordered_json l1_maps_json(const std::vector<L1Map>& maps);

}  // namespace tt::alloc_trace
