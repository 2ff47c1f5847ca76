// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The targets of a computed jump, if it is a switch as g++ and clang make them: an index checked with `cmp; ja`, and a
// table of 32-bit distances from the table itself. Internal to probes/.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "probes/code/instruction.hpp"

namespace tt::alloc_trace {

// `code` ends with the jump. Empty if it is anything else, or the number of entries is not known.
[[nodiscard]] std::vector<std::uint64_t> read_jump_table(
    std::span<const Instruction> code,
    const std::function<std::vector<std::uint8_t>(std::uint64_t address, std::size_t size)>& reader
);

}  // namespace tt::alloc_trace
