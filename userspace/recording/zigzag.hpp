// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What byte_writer and byte_reader share.
#pragma once

#include <cstdint>
#include <vector>

namespace tt::alloc_trace {

using Bytes = std::vector<std::uint8_t>;

// Small differences of either sign become small numbers; modulo 2^64, so every pair of values has a difference.
[[nodiscard]] constexpr std::uint64_t zigzag(std::uint64_t difference) {
    return difference << 1 ^ (0 - (difference >> 63));
}
[[nodiscard]] constexpr std::uint64_t unzigzag(std::uint64_t coded) { return coded >> 1 ^ (0 - (coded & 1)); }

}  // namespace tt::alloc_trace
