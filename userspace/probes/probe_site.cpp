// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/probe_site.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "probes/code/instruction.hpp"
#include "probes/disassembler.hpp"

namespace tt::alloc_trace {
namespace {

constexpr int kMaxDetour = 8;                     // instructions; a prologue's pushes come within
constexpr std::size_t kMaxFunction = 64U << 10U;  // looked through for jumps; of a larger one only the entry is probed

constexpr std::uint32_t kEndbr64Size = 4;

constexpr std::array<Register, 6> kArguments{
    Register::Rdi, Register::Rsi, Register::Rdx, Register::Rcx, Register::R8, Register::R9
};

bool keeps_arguments(const Instruction& instruction) {
    const bool sets = instruction.action == Action::Copy || instruction.action == Action::Load ||
                      instruction.action == Action::Address || instruction.action == Action::Add ||
                      instruction.action == Action::Pop;
    return std::none_of(kArguments.begin(), kArguments.end(), [&](Register reg) {
        return instruction.overwritten.contains(reg) || (sets && instruction.to == reg);
    });
}

// The lowest offset behind the entry that a jump of the function goes to; nothing if its jumps are not all known.
std::optional<std::uint64_t> first_jump_target(std::span<const std::uint8_t> function) {
    std::uint64_t first = function.size();
    Disassembler disassembler(function, 0);
    while (disassembler.address() < function.size()) {
        const cs_insn* next = disassembler.next();
        if (next == nullptr) {
            return std::nullopt;
        }
        const Instruction instruction = reduce(*next);
        // A computed jump leads to a case of a switch, which is never in front of it in the first stretch.
        if (instruction.flow != Flow::Call && instruction.target && *instruction.target != 0) {
            first = std::min(first, *instruction.target);
        }
    }
    return first;
}

}  // namespace

const char* to_string(TrapCost cost) {
    switch (cost) {
        case TrapCost::EmulatedInRegisters:
        case TrapCost::Emulated:
            return "emulated";
        case TrapCost::EmulatedNewer:
            return "emulated by kernels from 6.18 on";
        case TrapCost::SingleStepped:
            break;
    }
    return "single-stepped";
}

Result<ProbeSite> choose_entry_site(std::span<const std::uint8_t> code, std::span<const std::uint8_t> function) {
    std::optional<std::uint64_t> limit;  // offset up to which nothing jumps; none: not known
    if (!function.empty() && function.size() <= kMaxFunction) {
        limit = first_jump_target(function);
    }
    Disassembler disassembler(code, 0);
    std::optional<ProbeSite> best;
    bool starts_with_endbr64 = false;
    for (int i = 0; i < kMaxDetour; ++i) {
        const cs_insn* next = disassembler.next();
        if (next == nullptr || (limit && i > 0 && next->address >= *limit)) {
            break;
        }
        const Instruction instruction = reduce(*next);
        const bool is_endbr64 = i == 0 && next->id == X86_INS_ENDBR64;
        starts_with_endbr64 = starts_with_endbr64 || is_endbr64;
        if (instruction.cost && (!best || *instruction.cost < best->cost)) {
            const auto offset = static_cast<std::uint32_t>(instruction.address);
            const char* why = i == 0 ? "entry"
                              : starts_with_endbr64 && offset == kEndbr64Size
                                  ? "behind endbr64, which changes no register"
                                  : "cheaper than the entry, with the arguments intact";
            best = ProbeSite{offset, text_of(*next), *instruction.cost, why};
        }
        const bool may_go_on = limit || is_endbr64;
        if (!may_go_on || instruction.flow != Flow::Next || !keeps_arguments(instruction) ||
            instruction.writes_objects()) {
            break;
        }
    }
    if (!best) {
        return fail(ErrorCode::RunTime, "no instruction at the function's entry that could be probed");
    }
    return *best;
}

}  // namespace tt::alloc_trace
