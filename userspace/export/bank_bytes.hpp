// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What formats that draw addresses show of a buffer.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// Bytes of one bank. Where they are not known the size stands for them, as far as the bank reaches.
[[nodiscard]] inline std::uint64_t shown_bank_bytes(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const Region* region = process.allocators[key.allocator].region(key.type);
    const std::uint64_t end = region == nullptr ? ~std::uint64_t{0} : region->base + region->bytes;
    return bank_footprint_of(process, key, buffer).value_or(std::min(buffer.size, end - std::min(end, key.address)));
}

}  // namespace tt::alloc_trace
