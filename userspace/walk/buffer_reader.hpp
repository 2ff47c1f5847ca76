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

enum class BufferState : std::uint8_t {
    Live,
    InFlight,     // being allocated or freed at this moment, or taken by graph capture: no device memory
    Implausible,  // no Buffer: freed since it was found, or the layout does not fit
};

struct BufferReading {
    BufferFields fields;  // of a live one
    BufferState state = BufferState::Implausible;
};

// One for each of `buffers`. `node_value`: AllocatorWalkLayout's. `allocator`: in which they are said to be; 0 if they or their chip have to tell.
[[nodiscard]] std::vector<BufferReading> read_buffers(
    const TargetReader& reader,
    const BufferLayout& layout,
    std::uint32_t node_value,
    OwnerReader& owners,
    std::span<const std::uint64_t> buffers,
    std::uint64_t allocator
);

}  // namespace tt::alloc_trace
