// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/disassembler.hpp"

#include <new>

namespace tt::alloc_trace {

namespace {

// Opening one costs more than decoding a small function.
class CapstoneHandle {
public:
    CapstoneHandle() {
        if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle_) != CS_ERR_OK ||
            cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK) {
            throw std::bad_alloc();  // the one way these fail with a Capstone that has x86 in it
        }
    }
    CapstoneHandle(const CapstoneHandle&) = delete;
    CapstoneHandle& operator=(const CapstoneHandle&) = delete;
    ~CapstoneHandle() { cs_close(&handle_); }

    [[nodiscard]] csh get() const { return handle_; }

private:
    csh handle_ = 0;
};

csh handle_of_thread() {
    static thread_local const CapstoneHandle handle;
    return handle.get();
}

}  // namespace

Disassembler::Disassembler(std::span<const std::uint8_t> code, std::uint64_t address)
    : handle_(handle_of_thread()),
      instruction_(cs_malloc(handle_)),
      all_(code),
      start_(address),
      code_(code.data()),
      left_(code.size()),
      address_(address) {
    if (instruction_ == nullptr) {
        throw std::bad_alloc();
    }
}

Disassembler::~Disassembler() {
    cs_free(instruction_, 1);
}

const cs_insn* Disassembler::next() {
    return cs_disasm_iter(handle_, &code_, &left_, &address_, instruction_) ? instruction_ : nullptr;
}

const cs_insn* Disassembler::at(std::uint64_t address) {
    const std::uint64_t offset = address - start_;  // an address in front of the code becomes a huge offset
    if (offset >= all_.size()) {
        return nullptr;
    }
    code_ = all_.data() + offset;
    left_ = all_.size() - offset;
    address_ = address;
    return next();
}

std::string text_of(const cs_insn& instruction) {
    const std::string mnemonic = instruction.mnemonic;
    const std::string operands = instruction.op_str;
    return operands.empty() ? mnemonic : mnemonic + " " + operands;
}

Register register_of(unsigned capstone_register) {
    switch (capstone_register) {
        case X86_REG_RAX:
        case X86_REG_EAX:
        case X86_REG_AX:
        case X86_REG_AL:
        case X86_REG_AH:
            return Register::Rax;
        case X86_REG_RBX:
        case X86_REG_EBX:
        case X86_REG_BX:
        case X86_REG_BL:
        case X86_REG_BH:
            return Register::Rbx;
        case X86_REG_RCX:
        case X86_REG_ECX:
        case X86_REG_CX:
        case X86_REG_CL:
        case X86_REG_CH:
            return Register::Rcx;
        case X86_REG_RDX:
        case X86_REG_EDX:
        case X86_REG_DX:
        case X86_REG_DL:
        case X86_REG_DH:
            return Register::Rdx;
        case X86_REG_RSI:
        case X86_REG_ESI:
        case X86_REG_SI:
        case X86_REG_SIL:
            return Register::Rsi;
        case X86_REG_RDI:
        case X86_REG_EDI:
        case X86_REG_DI:
        case X86_REG_DIL:
            return Register::Rdi;
        case X86_REG_RBP:
        case X86_REG_EBP:
        case X86_REG_BP:
        case X86_REG_BPL:
            return Register::Rbp;
        case X86_REG_RSP:
        case X86_REG_ESP:
        case X86_REG_SP:
        case X86_REG_SPL:
            return Register::Rsp;
        case X86_REG_R8:
        case X86_REG_R8D:
        case X86_REG_R8W:
        case X86_REG_R8B:
            return Register::R8;
        case X86_REG_R9:
        case X86_REG_R9D:
        case X86_REG_R9W:
        case X86_REG_R9B:
            return Register::R9;
        case X86_REG_R10:
        case X86_REG_R10D:
        case X86_REG_R10W:
        case X86_REG_R10B:
            return Register::R10;
        case X86_REG_R11:
        case X86_REG_R11D:
        case X86_REG_R11W:
        case X86_REG_R11B:
            return Register::R11;
        case X86_REG_R12:
        case X86_REG_R12D:
        case X86_REG_R12W:
        case X86_REG_R12B:
            return Register::R12;
        case X86_REG_R13:
        case X86_REG_R13D:
        case X86_REG_R13W:
        case X86_REG_R13B:
            return Register::R13;
        case X86_REG_R14:
        case X86_REG_R14D:
        case X86_REG_R14W:
        case X86_REG_R14B:
            return Register::R14;
        case X86_REG_R15:
        case X86_REG_R15D:
        case X86_REG_R15W:
        case X86_REG_R15B:
            return Register::R15;
        default:
            return Register::None;
    }
}

}  // namespace tt::alloc_trace
