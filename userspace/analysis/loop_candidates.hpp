// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where a loop may begin anew: places at which a shape comes back at regular distances, up to the end of a sequence. A shape that
// comes in bursts (in each layer of a step) is a candidate once for each level of its bursts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tt::alloc_trace {

using ShapeSequence = std::span<const std::uint32_t>;  // shapes, numbered from 0, in the order in which they came

struct LoopCandidate {
    std::uint32_t shape = 0;
    std::vector<std::uint32_t> starts;  // positions in the sequence, at least three
    double period = 0;                  // median distance
    double odd = 0;                     // share of distances that are not like the median
    bool every_time = true;             // each time the shape comes; false: only behind a longer distance
    std::uint32_t shapes = 1;           // that are candidates of the same number and distance
};

// The most promising ones, shortest distance first. Costs about as much as to sort the sequence.
[[nodiscard]] std::vector<LoopCandidate> loop_candidates(ShapeSequence sequence, std::size_t shapes);

}  // namespace tt::alloc_trace
