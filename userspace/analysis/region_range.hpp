// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// What the allocators over a place may hand out of a type, in each bank; together.
struct RegionRange {
    std::uint32_t banks = 0;  // 0: not known
    std::uint64_t begin = ~std::uint64_t{0};
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t bytes() const { return end > begin ? end - begin : 0; }
};
[[nodiscard]] RegionRange region_range(const ProcessState& process, const Place& place, BufferType type);

}  // namespace tt::alloc_trace
