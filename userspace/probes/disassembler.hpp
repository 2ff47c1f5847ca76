// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// x86-64 instructions one at a time, from Capstone. Internal to probes/: no header outside of it includes Capstone.
#pragma once

#include <capstone/capstone.h>

#include <cstdint>
#include <span>
#include <string>

#include "probes/value_location.hpp"

namespace tt::alloc_trace {

// Not movable: an instruction shown by next() belongs to it and is valid until the next call. Stays in the thread that
// made it.
class Disassembler {
public:
    // `code` starts at `address` and must outlive this.
    Disassembler(std::span<const std::uint8_t> code, std::uint64_t address);
    Disassembler(const Disassembler&) = delete;
    Disassembler& operator=(const Disassembler&) = delete;
    ~Disassembler();

    // nullptr at the end of the code or at bytes that are no instruction.
    [[nodiscard]] const cs_insn* next();
    // The one at an address; nullptr too if that is not in the code. next() continues behind it.
    [[nodiscard]] const cs_insn* at(std::uint64_t address);
    [[nodiscard]] std::uint64_t address() const { return address_; }  // of the instruction next() will show

private:
    csh handle_ = 0;  // of the thread
    cs_insn* instruction_ = nullptr;
    std::span<const std::uint8_t> all_;
    std::uint64_t start_ = 0;
    const std::uint8_t* code_ = nullptr;  // what is left of it
    std::size_t left_ = 0;
    std::uint64_t address_ = 0;
};

// "push rbp", "ret"; Intel syntax.
[[nodiscard]] std::string text_of(const cs_insn& instruction);

// The 64-bit register a Capstone register (al, ah, ax, eax, rax) is part of; None for xmm0, rip, flags and the like.
[[nodiscard]] Register register_of(unsigned capstone_register);

}  // namespace tt::alloc_trace
