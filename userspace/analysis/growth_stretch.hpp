// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The stretch of a process in which a loop ran, in the bins of its clock, and what was live in each of its iterations.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/growth_judge.hpp"
#include "analysis/growth_log.hpp"
#include "analysis/iteration_finder.hpp"
#include "analysis/iteration_hint.hpp"

namespace tt::alloc_trace {

struct GrowthStretch {
    std::uint32_t first = 0;      // bin
    std::vector<double> periods;  // iterations until the end of each bin
    std::uint64_t begin_clock = 0;  // before its first mark
    std::uint64_t begin_t_ns = 0;

    [[nodiscard]] std::uint32_t last() const { return first + static_cast<std::uint32_t>(periods.size()) - 1; }
    [[nodiscard]] double count() const { return periods.back(); }
};

// Of iterations found in the latest marks. Where these are not all, and the loop fills them, it goes back to where its anchor does.
[[nodiscard]] GrowthStretch stretch_of(const GrowthLog& log, const GrowthTrack& track, const FoundIterations& found);

// As the user says; nullopt: there is no such mark.
[[nodiscard]] std::optional<GrowthStretch> stretch_of(const GrowthLog& log, const GrowthTrack& track, const IterationHint& hint);

// The whole, in runs of `length` bins.
[[nodiscard]] GrowthStretch stretch_of_runs(const GrowthTrack& track, std::size_t length);

// Whether the process frees anything in the stretch, but for its first bin, to which other work may belong.
[[nodiscard]] bool frees_in(const GrowthLog& log, const GrowthTrack& track, const GrowthStretch& stretch);

// Fewest live in each iteration, or in some of them together where a bin is longer.
[[nodiscard]] std::vector<LowWater> low_water(const GroupSeries& series, const GrowthStretch& stretch);

}  // namespace tt::alloc_trace
