// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"

#include <array>
#include <charconv>

namespace tt::alloc_trace {

std::string hex(std::uint64_t number) {
    std::array<char, 16> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return "0x" + std::string(digits.data(), written.ptr);
}

}  // namespace tt::alloc_trace
