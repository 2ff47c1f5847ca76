// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/disassembler.hpp"

#include <new>

namespace tt::alloc_trace {

Disassembler::Disassembler(std::span<const std::uint8_t> code, std::uint64_t address)
    : code_(code.data()), left_(code.size()), address_(address) {
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle_) != CS_ERR_OK ||
        cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK) {
        throw std::bad_alloc();  // the one way these fail with a Capstone that has x86 in it
    }
    instruction_ = cs_malloc(handle_);
    if (instruction_ == nullptr) {
        throw std::bad_alloc();
    }
}

Disassembler::~Disassembler() {
    if (instruction_ != nullptr) {
        cs_free(instruction_, 1);
    }
    if (handle_ != 0) {
        cs_close(&handle_);
    }
}

const cs_insn* Disassembler::next() {
    return cs_disasm_iter(handle_, &code_, &left_, &address_, instruction_) ? instruction_ : nullptr;
}

std::string text_of(const cs_insn& instruction) {
    const std::string mnemonic = instruction.mnemonic;
    const std::string operands = instruction.op_str;
    return operands.empty() ? mnemonic : mnemonic + " " + operands;
}

}  // namespace tt::alloc_trace
