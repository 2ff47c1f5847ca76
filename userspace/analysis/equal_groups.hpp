// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where a sequence consists of equal groups that follow each other: the layers of a model that was loaded, a cache in parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tt::alloc_trace {

struct EqualGroups {
    std::size_t begin = 0;   // place in the sequence
    std::size_t length = 0;  // of one group
    std::size_t count = 0;   // groups; 3 at least, of single places 4

    [[nodiscard]] std::size_t end() const { return begin + length * count; }
    bool operator==(const EqualGroups&) const = default;
};

// Those that hold most bytes first, then what is left beside them; in order. At most 8. `sizes`: of the places, bytes; equal sizes are
// alike. Time is bounded: of very long sequences only short groups are found.
[[nodiscard]] std::vector<EqualGroups> find_equal_groups(std::span<const std::uint64_t> sizes);

}  // namespace tt::alloc_trace
