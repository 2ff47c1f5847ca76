// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How a user says which buffers are to be larger: words that all hold, then the factor.
//
//     L1 sharded x2       DRAM:64M x2      64.0 MiB x1.5       mesh 0 x2      thread 4243 x2
//     iteration x2        loaded 5.3M x2   CB x1.2
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/fits.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::optional<ScaleRule> parse_scale(std::string_view text);

// Why nothing is like the rule, with the nearest there is: "no buffer is 'DRAM:65M x2'; the nearest sizes are DRAM:67108864, ...".
[[nodiscard]] std::string matches_nothing(const Fits& fits, const ScaleRule& rule);

}  // namespace tt::alloc_trace
