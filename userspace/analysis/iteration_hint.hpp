// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "event/event.hpp"

namespace tt::alloc_trace {

// What counts iterations, if the user says it; none set: found by itself.
struct IterationHint {
    std::uint64_t period_ns = 0;
    std::uint64_t period_marks = 0;  // allocations and launches of the process
    struct Mark {                    // an allocation that begins an iteration
        BufferType type = BufferType::Dram;
        std::uint64_t size = 0;
        std::uint64_t tolerance = 0;  // bytes: sizes are printed rounded

        [[nodiscard]] std::uint64_t distance(std::uint64_t other) const { return other > size ? other - size : size - other; }
    };
    std::optional<Mark> mark{};
    std::string named{};  // marks of this name (event Marked) begin iterations

    [[nodiscard]] bool given() const { return period_ns != 0 || period_marks != 0 || by_mark(); }
    [[nodiscard]] bool by_mark() const { return mark.has_value() || !named.empty(); }
};

}  // namespace tt::alloc_trace
