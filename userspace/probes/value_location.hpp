// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where a value is when a probe hits: in a register, or in memory at a register plus a displacement (a spilled
// argument).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tt::alloc_trace {

// The 64-bit general registers.
enum class Register : std::uint8_t {
    None,
    Rax,
    Rbx,
    Rcx,
    Rdx,
    Rsi,
    Rdi,
    Rbp,
    Rsp,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15
};
inline constexpr std::size_t kRegisterCount = 17;  // with None
// What a called function may overwrite (System V ABI).
inline constexpr std::array<Register, 9> kCallerSaved{
    Register::Rax,
    Register::Rcx,
    Register::Rdx,
    Register::Rsi,
    Register::Rdi,
    Register::R8,
    Register::R9,
    Register::R10,
    Register::R11
};

// "rdi"; "nowhere" for None.
[[nodiscard]] const char* to_string(Register reg);

struct ValueLocation {
    Register reg = Register::None;  // None: the value is not to be had here
    bool in_memory = false;         // 8 bytes at reg + displacement, reg as it is when the probe hits
    std::int32_t displacement = 0;

    [[nodiscard]] bool exists() const { return reg != Register::None; }
    bool operator==(const ValueLocation&) const = default;
};

// "rdi", "[rbp-0x18]", "nowhere".
[[nodiscard]] std::string to_string(const ValueLocation& location);

}  // namespace tt::alloc_trace
