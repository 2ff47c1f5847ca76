// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace tt::alloc_trace {

[[nodiscard]] std::string hex(std::uint64_t number);  // "0x1a2b"

}  // namespace tt::alloc_trace
