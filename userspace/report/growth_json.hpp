// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/growth.hpp"

namespace tt::alloc_trace {

// Elements of the arrays of docs/schemas/growth.schema.json.
[[nodiscard]] nlohmann::ordered_json growth_process_json(const GrowthProcess& process);
[[nodiscard]] nlohmann::ordered_json iterations_json(const GrowthLog& log, const Iterations& found);
[[nodiscard]] nlohmann::ordered_json growing_json(const GrowthLog& log, const GrowthResult& result, const GrowingGroup& group);
[[nodiscard]] nlohmann::ordered_json risen_json(const GrowthLog& log, const GrowthResult& result, const RisenGroup& group);
[[nodiscard]] nlohmann::ordered_json outlook_json(const GrowthLog& log, const GrowthResult& result, const GrowthOutlook& outlook);

}  // namespace tt::alloc_trace
