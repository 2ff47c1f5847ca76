// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/growth.hpp"
#include "analysis/growth_stretch.hpp"

namespace tt::alloc_trace {

// Adds what grows in sizes that change: the bytes of an owner, type and thread grow, and the groups that were found to grow do not
// explain it. `iterations`: index into the result, of the loop that ran in `stretch`. The numbers of the groups that make it up.
std::vector<std::uint32_t> add_wandering(
    const GrowthLog& log, const GrowthTrack& track, const GrowthStretch& stretch, std::size_t iterations, double least_periods, GrowthResult& result
);

}  // namespace tt::alloc_trace
