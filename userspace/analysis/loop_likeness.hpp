// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How like each other are stretches of a sequence? Measured by the three-place words in them: order counts, but an insertion
// costs three words only.
#pragma once

#include <vector>

#include "analysis/loop_candidates.hpp"

namespace tt::alloc_trace {

class LoopLikeness {
public:
    explicit LoopLikeness(ShapeSequence sequence);

    // Of each stretch bounds[i] .. bounds[i + 1] with the one before it: 0..1, 0 of the first.
    [[nodiscard]] std::vector<double> of(const std::vector<std::uint32_t>& bounds);

private:
    std::vector<std::uint32_t> words_;  // one per place
    std::vector<std::uint32_t> counts_[2];
};

}  // namespace tt::alloc_trace
