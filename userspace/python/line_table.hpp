// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The table by which CPython tells the line of an instruction: co_lnotab up to 3.9, co_linetable of 3.10, the location table from 3.11
// on. Pure. The bytes are the target's: any of them may be wrong, or the end missing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "python/python_version.hpp"

namespace tt::alloc_trace {

struct LineTable {
    PythonVersion version{};
    std::uint32_t first_line = 0;  // co_firstlineno
    std::span<const std::uint8_t> bytes{};
    bool cut = false;  // there were more bytes than these
};

// As the interpreter tells it for `instruction`, in bytes from the start of the bytecode; of one that has not begun (`kNotBegun`)
// the first line. Nothing: the instruction has no line, or lies behind what the table covers.
inline constexpr std::uint32_t kNotBegun = 0xffffffff;
[[nodiscard]] std::optional<std::uint32_t> line_of(const LineTable& table, std::uint32_t instruction);

}  // namespace tt::alloc_trace
