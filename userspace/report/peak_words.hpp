// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Peaks in the views that show them: their names and the filter --type.
#pragma once

#include <string_view>

#include "analysis/peak.hpp"
#include "report/memory_kind.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::string_view to_string(PeakOf of);  // "DRAM", ..., "CB", "L1+CB"
[[nodiscard]] bool passes(const ViewFilter& filter, PeakOf of);

}  // namespace tt::alloc_trace
