// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/probe_site.hpp"

#include <algorithm>

#include "probes/disassembler.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint8_t kOperandSize = 0x66;
constexpr std::uint8_t kPushR8 = 0x41;  // REX.B

bool is_one_of(std::uint8_t value, std::uint8_t first, std::uint8_t last) {
    return value >= first && value <= last;
}

// What arch/x86/kernel/uprobes.c emulates (push_setup_xol_ops, branch_setup_xol_ops): the opcodes, not the mnemonics,
// decide.
TrapCost cost_of(const cs_insn& instruction) {
    const std::span<const std::uint8_t> bytes(instruction.bytes, instruction.size);
    if ((bytes.size() == 1 && is_one_of(bytes[0], 0x50, 0x57)) ||
        (bytes.size() == 2 && bytes[0] == kPushR8 && is_one_of(bytes[1], 0x50, 0x57))) {
        return TrapCost::Emulated;  // push r64
    }
    const std::uint8_t first = bytes[0];
    if (first == 0x90 && bytes.size() == 1) {
        return TrapCost::Emulated;  // nop
    }
    if (first == 0xe8 || first == 0xe9 || first == 0xeb || is_one_of(first, 0x70, 0x7f) ||
        (first == 0x0f && bytes.size() == 6 && is_one_of(bytes[1], 0x80, 0x8f))) {
        return TrapCost::Emulated;  // call, jmp, jcc relative
    }
    const auto opcode = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b != kOperandSize; });
    const bool is_nop = instruction.id == X86_INS_NOP;
    if (is_nop && opcode != bytes.end()) {
        return *opcode == 0x90 ? TrapCost::Emulated : TrapCost::EmulatedNewer;  // 66 90, 0f 1f /0
    }
    return TrapCost::SingleStepped;
}

}  // namespace

const char* to_string(TrapCost cost) {
    switch (cost) {
        case TrapCost::Emulated:
            return "emulated";
        case TrapCost::EmulatedNewer:
            return "emulated by kernels from 6.18 on";
        case TrapCost::SingleStepped:
            break;
    }
    return "single-stepped";
}

Result<ProbeSite> choose_entry_site(std::span<const std::uint8_t> code) {
    Disassembler disassembler(code, 0);
    const cs_insn* instruction = disassembler.next();
    if (instruction == nullptr) {
        return fail(ErrorCode::RunTime, "no instruction at the function's entry");
    }
    ProbeSite entry{0, text_of(*instruction), cost_of(*instruction), "entry"};
    if (instruction->id != X86_INS_ENDBR64) {
        return entry;
    }
    const auto offset = static_cast<std::uint32_t>(instruction->size);
    const cs_insn* second = disassembler.next();
    if (second != nullptr && cost_of(*second) != TrapCost::SingleStepped) {
        return ProbeSite{offset, text_of(*second), cost_of(*second), "behind endbr64, which changes no register"};
    }
    return entry;
}

}  // namespace tt::alloc_trace
