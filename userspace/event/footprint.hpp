// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a buffer really takes: the runtime pads pages, deals them out over the banks in whole rows, and reserves the same range in
// every bank, whether a bank uses it or not (lock-step).
#pragma once

#include <cstdint>
#include <optional>

#include "event/event.hpp"

namespace tt::alloc_trace {

struct FootprintShape {
    std::uint64_t size = 0;             // logical bytes per chip
    std::uint64_t page_size = 0;        // bytes
    bool sharded = false;
    std::uint64_t pages_per_shard = 0;  // 0: not known
    std::uint64_t block_bytes = 0;      // per bank, from the allocator's own free list; 0: not known
    bool per_core = false;              // not in every bank: in those of `cores` cores
    std::uint32_t cores = 0;            // 0: not known
};

// Bytes of each bank that it lies in; nullopt if what it takes to tell is not known. `region` may be null.
[[nodiscard]] std::optional<std::uint64_t> bank_footprint(const FootprintShape& shape, const Region* region);

// Bytes of one chip: those of all these banks. nullopt also without a region: a block's share is known then, the banks are not.
[[nodiscard]] std::optional<std::uint64_t> chip_footprint(const FootprintShape& shape, const Region* region);

}  // namespace tt::alloc_trace
