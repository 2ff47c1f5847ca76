// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `static T object; return object;`: which object of the file a function returns, whatever the compiler puts around its
// first construction. Internal to probes/.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/code/function_code.hpp"

namespace tt::alloc_trace {

// The address in rax at every return that is reached; nothing if they differ, or one is not the address of something in
// the file.
[[nodiscard]] std::optional<std::uint64_t> returned_address(const FunctionCode& code);

}  // namespace tt::alloc_trace
