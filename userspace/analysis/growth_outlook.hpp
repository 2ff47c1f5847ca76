// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/growth.hpp"
#include "analysis/growth_stretch.hpp"

namespace tt::alloc_trace {

// Of each owner and type of which a group grows, where capacity and footprints are known. `stretches`: of result.iterations.
[[nodiscard]] std::vector<GrowthOutlook> growth_outlook(
    const GrowthLog& log, const GrowthResult& result, const std::vector<GrowthStretch>& stretches
);

}  // namespace tt::alloc_trace
