// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One Capstone handle for x86-64, and its instructions one at a time. Internal to probes/: no other header includes
// Capstone.
#pragma once

#include <capstone/capstone.h>

#include <cstdint>
#include <span>
#include <string>

namespace tt::alloc_trace {

// Not movable: an instruction shown by next() belongs to it and is valid until the next call. Not thread-safe.
class Disassembler {
public:
    // `code` starts at `address` and must outlive this.
    Disassembler(std::span<const std::uint8_t> code, std::uint64_t address);
    Disassembler(const Disassembler&) = delete;
    Disassembler& operator=(const Disassembler&) = delete;
    ~Disassembler();

    // nullptr at the end of the code or at bytes that are no instruction.
    [[nodiscard]] const cs_insn* next();
    [[nodiscard]] std::uint64_t address() const { return address_; }  // of the instruction next() will show

private:
    csh handle_ = 0;
    cs_insn* instruction_ = nullptr;
    const std::uint8_t* code_ = nullptr;
    std::size_t left_ = 0;
    std::uint64_t address_ = 0;
};

// "push rbp", "ret"; Intel syntax.
[[nodiscard]] std::string text_of(const cs_insn& instruction);

}  // namespace tt::alloc_trace
