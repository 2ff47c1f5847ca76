// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Does a number of live buffers grow with the iterations, or does it only fill, swing or drift? Judged by the floor: the number
// it never falls below again. Weights and caches raise it once, saw-teeth and working sets not at all (but at the very end).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tt::alloc_trace {

// A stretch of at least one iteration.
struct LowWater {
    double periods = 0;    // iterations until its end
    std::int64_t low = 0;  // fewest live in it
};

struct GrowthSlope {
    double per_period = 0;   // buffers
    double grown = 0;        // buffers, in the iterations judged
    double periods = 0;      // iterations judged
    std::size_t steps = 0;   // rises of the floor that could be told apart
};

// nullopt: it does not grow steadily to the end. With fewer than `least_periods` iterations, three at least, each must add the
// same; only the first may be another one.
[[nodiscard]] std::optional<GrowthSlope> judge_growth(const std::vector<LowWater>& lows, double least_periods);

// What is more at the end than behind the first iteration, though it does not grow steadily.
struct GrowthRise {
    std::int64_t from = 0;   // fewest live in the second iteration
    std::int64_t to = 0;     // in the last one
    bool stopped = false;    // it did not rise any more in the last quarter
    double until = 0;        // iterations; of the last rise
};
[[nodiscard]] std::optional<GrowthRise> judge_rise(const std::vector<LowWater>& lows);

// The same workload several times, `run` places of `lows` each: every run adds as much as the others. At least three runs.
[[nodiscard]] std::optional<GrowthSlope> judge_runs(const std::vector<std::int64_t>& lows, std::size_t run);

}  // namespace tt::alloc_trace
