// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/trap_cost.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace tt::alloc_trace {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kOperandSize = 0x66;
constexpr std::array<std::uint8_t, 6> kHarmlessPrefixes{kOperandSize, 0x67, 0xf2, 0xf3, 0x64, 0x65};
constexpr std::array<std::uint8_t, 5> kRefusedPrefixes{0x26, 0x2e, 0x36, 0x3e, 0xf0};  // es, cs, ss, ds, lock
constexpr std::array<std::uint8_t, 5> kVectorPrefixes{0xc4, 0xc5, 0x62, 0x8f, 0xd5};   // VEX, EVEX, XOP, REX2
constexpr std::array<std::uint8_t, 20> kRefusedOpcodes{0x6c, 0x6d, 0x6e, 0x6f, 0x9a, 0xcd, 0xce, 0xcf, 0xcc, 0xe4,
                                                       0xe5, 0xe6, 0xe7, 0xea, 0xec, 0xed, 0xee, 0xef, 0xf1, 0xf4};
constexpr std::array<std::uint8_t, 3> kRefusedToo{0xfa, 0xfb, 0x8e};  // cli, sti, mov to a segment register
// Behind 0f. The kernel's list changed over time; these are refused by some or all.
constexpr std::array<std::uint8_t, 26> kRefusedTwoByte{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                                       0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x18, 0x30, 0x34, 0x35,
                                                       0x36, 0x37, 0x39, 0x78, 0x79, 0xa6, 0xa7, 0xae};

template <typename List>
bool is_one_of(const List& list, std::uint8_t byte) {
    return std::find(list.begin(), list.end(), byte) != list.end();
}

bool is_push(std::uint8_t opcode) {
    return (opcode & 0xf8U) == 0x50;
}

// Behind the prefixes: what one byte of opcode says.
std::optional<TrapCost> cost_of_opcode(Bytes bytes, std::uint8_t rex, bool has_prefix, bool operand_size, bool is_nop) {
    const std::uint8_t opcode = bytes[0];
    if (is_one_of(kRefusedOpcodes, opcode) || is_one_of(kRefusedToo, opcode)) {
        return std::nullopt;
    }
    if (is_push(opcode)) {
        const bool plain = !has_prefix && (rex == 0 || rex == 0x41);
        return plain ? TrapCost::Emulated : TrapCost::SingleStepped;
    }
    if (opcode == 0x90) {
        // With a REX prefix it may be an exchange with r8, which the kernel would leave out.
        if (rex != 0) {
            return std::nullopt;
        }
        return is_nop ? TrapCost::EmulatedInRegisters : TrapCost::SingleStepped;  // not: pause
    }
    if (opcode == 0xe8) {
        return operand_size ? std::nullopt : std::optional(TrapCost::Emulated);
    }
    if (opcode == 0xe9 || opcode == 0xeb || (opcode & 0xf0U) == 0x70) {
        return operand_size ? std::nullopt : std::optional(TrapCost::EmulatedInRegisters);
    }
    return TrapCost::SingleStepped;
}

std::optional<TrapCost> cost_of_two_bytes(const cs_insn& instruction, std::uint8_t second, bool operand_size) {
    if ((second & 0xf0U) == 0x80) {  // jcc
        return operand_size ? std::nullopt : std::optional(TrapCost::EmulatedInRegisters);
    }
    if (is_one_of(kRefusedTwoByte, second)) {
        return std::nullopt;
    }
    return instruction.id == X86_INS_NOP ? TrapCost::EmulatedNewer : TrapCost::SingleStepped;  // 0f 1f /0
}

}  // namespace

std::optional<TrapCost> trap_cost(const cs_insn& instruction) {
    Bytes bytes(instruction.bytes, std::min<std::size_t>(instruction.size, sizeof instruction.bytes));
    bool has_prefix = false;
    bool operand_size = false;
    for (; !bytes.empty(); bytes = bytes.subspan(1)) {
        if (is_one_of(kRefusedPrefixes, bytes[0])) {
            return std::nullopt;
        }
        if (!is_one_of(kHarmlessPrefixes, bytes[0])) {
            break;
        }
        has_prefix = true;
        operand_size = operand_size || bytes[0] == kOperandSize;
    }
    std::uint8_t rex = 0;
    if (!bytes.empty() && (bytes[0] & 0xf0U) == 0x40) {
        rex = bytes[0];
        bytes = bytes.subspan(1);
    }
    if (bytes.empty() || is_one_of(kVectorPrefixes, bytes[0])) {
        return std::nullopt;
    }
    if (bytes[0] == 0x0f) {
        return bytes.size() < 2 ? std::nullopt : cost_of_two_bytes(instruction, bytes[1], operand_size);
    }
    return cost_of_opcode(bytes, rex, has_prefix, operand_size, instruction.id == X86_INS_NOP);
}

}  // namespace tt::alloc_trace
