// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Finds the iterations of a loop in the latest allocations of a process. A shape (allocations of one owner, type and size, or
// launches of one program) that comes at equal distances, counted in allocations of its thread, votes for that distance; one that
// comes in bursts (layers of a step) votes for the distance of the bursts. The distance with the most shapes behind it wins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tt::alloc_trace {

struct ShapeMark {
    std::uint64_t t_ns = 0;
    std::uint32_t shape = 0;
    std::uint32_t tid = 0;
};

struct FoundIterations {
    std::uint32_t anchor = 0;           // the shape that counts iterations
    double anchors_per_period = 1;
    double marks_per_period = 0;        // of the thread, usable ones
    std::uint64_t period_ns = 0;        // median
    std::uint64_t first_t_ns = 0;       // begin of the first one and of the last one seen among the marks
    std::uint64_t last_t_ns = 0;
    std::uint32_t periods = 0;          // seen among the marks
    std::uint32_t shapes = 0;           // that agree
    bool exact = false;                 // each distance is like the others, within a quarter
    std::uint32_t tid = 0;              // the thread; 0: all together
};

// `usable` by shape: others (those that are never freed) neither vote nor count. nullopt: no regular distance up to the end.
[[nodiscard]] std::optional<FoundIterations> find_iterations(
    std::span<const ShapeMark> marks, const std::vector<bool>& usable
);

}  // namespace tt::alloc_trace
