// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The longest period that repeats up to the end of a sequence: what follows each of its starts is like what followed the one
// before. A period inside of it that repeats a whole number of times is a part of it (layers of a step).
#pragma once

#include <optional>
#include <vector>

#include "analysis/loop_candidates.hpp"

namespace tt::alloc_trace {

struct LoopPart {
    std::uint32_t count = 0;  // in what it is part of
    double length = 0;        // places in the sequence

    bool operator==(const LoopPart&) const = default;
};

struct FoundLoop {
    LoopCandidate at;
    double explained = 0;         // places that are like those of a neighbour iteration
    double likeness = 0;          // their share of all places of the loop
    bool exact = false;           // all distances are alike, within 2 %
    std::vector<LoopPart> parts;  // the longest first; each is part of the one before
};

[[nodiscard]] std::optional<FoundLoop> find_loop(ShapeSequence sequence, std::size_t shapes);

}  // namespace tt::alloc_trace
