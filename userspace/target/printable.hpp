// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Names from a traced process are hostile: they may hold terminal escapes, and bytes that no JSON string can hold.
#pragma once

#include <string>
#include <string_view>

namespace tt::alloc_trace {

// The text with control characters and everything that is no valid UTF-8 replaced by '?'.
[[nodiscard]] std::string without_unprintable(std::string_view text);

}  // namespace tt::alloc_trace
