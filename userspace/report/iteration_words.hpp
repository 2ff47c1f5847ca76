// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How a user says what an iteration is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "analysis/iteration_hint.hpp"

namespace tt::alloc_trace {

// "2.5s", "80ms", "3m", "1h": so much time; "755": so many allocations and launches of the process. False: it is none of these.
[[nodiscard]] bool parse_period(std::string_view text, IterationHint& hint);

// "DRAM:4096", "L1:1.5M": an allocation of that type and size (binary units) begins an iteration; sizes with a unit as they are printed,
// rounded. "mark:step": each mark of that name does.
[[nodiscard]] bool parse_mark(std::string_view text, IterationHint& hint);

}  // namespace tt::alloc_trace
