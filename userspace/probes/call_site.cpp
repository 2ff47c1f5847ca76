// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/call_site.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "probes/code/call_targets.hpp"
#include "probes/code/instruction.hpp"
#include "probes/disassembler.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxCallerBytes = 256U << 10U;  // real ones have a few kilobytes
constexpr std::size_t kMaxPieces = 64;                  // called functions looked into
constexpr std::size_t kTextPieceBytes = 4096;           // of each

// The calls and jumps that leave a piece of code, and the loads of addresses to call.
struct Calls {
    std::vector<Instruction> instructions;
    std::uint64_t end = 0;  // behind the last instruction that could be read
};

Calls collect_calls(std::span<const std::uint8_t> code, std::uint64_t address) {
    Calls calls;
    Disassembler disassembler(code, address);
    while (const cs_insn* next = disassembler.next()) {
        const Instruction instruction = reduce(*next);
        const bool leaves = instruction.slot || (instruction.target && *instruction.target - address >= code.size());
        const bool loads = instruction.action == Action::Load && instruction.global;
        const bool transfers = instruction.flow == Flow::Call || instruction.flow == Flow::Jump ||
                               instruction.flow == Flow::Branch;  // `je callee`: a conditional tail call
        if (loads || (leaves && transfers)) {
            calls.instructions.push_back(instruction);
        }
    }
    calls.end = disassembler.address();
    return calls;
}

bool any_leads_to(CallTargets& targets, const Calls& calls, std::uint64_t callee) {
    targets.resolve(calls.instructions);
    return std::any_of(calls.instructions.begin(), calls.instructions.end(), [&](const Instruction& instruction) {
        return targets.leads_to(instruction, callee) || targets.loads_address_of(instruction, callee);
    });
}

// The calls of what stands at the targets. Where these end is not known: reading on into the next function can only
// find another caller, and a hook that has any caller was not inlined away.
Calls calls_behind(const ElfFile& elf, const Calls& calls) {
    std::vector<std::uint64_t> pieces;
    for (const Instruction& instruction : calls.instructions) {
        if (instruction.target) {
            pieces.push_back(*instruction.target);
        }
    }
    std::sort(pieces.begin(), pieces.end());
    pieces.erase(std::unique(pieces.begin(), pieces.end()), pieces.end());
    pieces.resize(std::min(pieces.size(), kMaxPieces));
    Calls behind;
    for (const std::uint64_t piece : pieces) {
        if (const auto code = elf.read(piece, kTextPieceBytes)) {
            const Calls inner = collect_calls(*code, piece);
            behind.instructions.insert(behind.instructions.end(), inner.instructions.begin(), inner.instructions.end());
        }
    }
    return behind;
}

// Nothing if the caller's code cannot be read.
std::optional<Calls> calls_of(const ElfFile& elf, const ElfSymbol& caller) {
    if (caller.size == 0 || caller.size > kMaxCallerBytes || caller.ambiguous) {
        return std::nullopt;
    }
    const auto code = elf.read(caller.address, caller.size);
    if (!code || code->size() < caller.size) {
        return std::nullopt;
    }
    return collect_calls(*code, caller.address);
}

// No bytes in it that are no instructions.
bool is_read_to_its_end(const Calls& calls, const ElfSymbol& caller) {
    return calls.end >= caller.address + caller.size;
}

}  // namespace

CallEvidence find_own_call(const ElfFile& elf, const ElfSymbol& caller, const ElfSymbol& callee) {
    const auto calls = calls_of(elf, caller);
    if (!calls) {
        return CallEvidence::Unknown;
    }
    CallTargets targets(elf);
    if (any_leads_to(targets, *calls, callee.address)) {
        return CallEvidence::Called;
    }
    return is_read_to_its_end(*calls, caller) ? CallEvidence::NotSeen : CallEvidence::Unknown;
}

CallEvidence find_call(const ElfFile& elf, const ElfSymbol& caller, const ElfSymbol& callee) {
    const CallEvidence own = find_own_call(elf, caller, callee);
    if (own != CallEvidence::NotSeen) {
        return own;
    }
    CallTargets targets(elf);
    return any_leads_to(targets, calls_behind(elf, *calls_of(elf, caller)), callee.address) ? CallEvidence::Called
                                                                                            : CallEvidence::NotSeen;
}

}  // namespace tt::alloc_trace
