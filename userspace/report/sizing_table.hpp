// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What each region of a device needed at most, in the unit of the parameter that a device is opened with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/region_needs.hpp"
#include "report/memory_kind.hpp"
#include "report/text_table.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {

// Nothing if no region passes the filter.
void append_sizing(
    std::vector<std::string>& lines,
    const std::vector<RegionNeed>& needs,
    const ViewFilter& filter,
    std::size_t top,
    const ReplayedStream& stream,
    const TextStyle& style
);

[[nodiscard]] nlohmann::ordered_json sizing_json(const std::vector<RegionNeed>& needs, const ViewFilter& filter, const std::vector<PhaseMark>& marks);

}  // namespace tt::alloc_trace
