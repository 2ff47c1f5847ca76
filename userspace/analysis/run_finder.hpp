// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Does a program do the same thing a few times over, each time over thousands of allocations? Told by when the shapes that are not
// always in use come and go: shift the whole by one run, and it fits onto itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tt::alloc_trace {

struct FoundRuns {
    std::size_t length = 0;  // bins
    double runs = 0;         // 3 to 16, or nearly
    std::size_t shapes = 0;  // that tell so
};

// `active`: of each shape, the bins of 0..bins-1 in which it was allocated or launched, ascending.
[[nodiscard]] std::optional<FoundRuns> find_runs(const std::vector<std::vector<std::uint32_t>>& active, std::size_t bins);

}  // namespace tt::alloc_trace
