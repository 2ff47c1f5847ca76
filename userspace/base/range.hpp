// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Ranges of device addresses, whose sizes may be nonsense.
#pragma once

#include <cstdint>

namespace tt::alloc_trace {

// begin + bytes, or the last address there is.
[[nodiscard]] constexpr std::uint64_t end_of(std::uint64_t begin, std::uint64_t bytes) {
    return bytes > ~begin ? ~std::uint64_t{0} : begin + bytes;
}

}  // namespace tt::alloc_trace
