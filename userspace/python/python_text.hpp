// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// CPython's strings as UTF-8.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tt::alloc_trace {

// `bytes`: as the string object holds its characters, `width` (1, 2 or 4) bytes for each; what is left at the end is left out. What is
// no character (a surrogate, beyond Unicode) becomes U+FFFD. Empty for any other width.
[[nodiscard]] std::string python_text(std::span<const std::uint8_t> bytes, unsigned width);

}  // namespace tt::alloc_trace
