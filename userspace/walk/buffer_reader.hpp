// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What Buffer objects say of themselves, many at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "event/event.hpp"
#include "probes/layout_profile.hpp"
#include "walk/owner_reader.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

struct BufferReadings {
    std::vector<BufferFields> live;
    std::size_t in_flight = 0;    // being allocated or freed at this moment, or taken by graph capture: no device memory
    std::size_t implausible = 0;  // no Buffers: freed since, or the layout does not fit
};

// `allocator`: in which they are said to be; 0 if that is not known (they say it themselves, or their chip does).
[[nodiscard]] BufferReadings read_buffers(
    const TargetReader& reader,
    const BufferLayout& layout,
    OwnerReader& owners,
    std::span<const std::uint64_t> buffers,
    std::uint64_t allocator
);

}  // namespace tt::alloc_trace
