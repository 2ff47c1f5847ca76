// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/call_site.hpp"

#include <elf.h>

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "probes/disassembler.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxCallerBytes = 256U << 10U;  // real ones have a few kilobytes
constexpr std::uint64_t kMaxRelocations = 4U << 20U;    // of a 1 GB library: some hundred thousand
constexpr std::size_t kMaxSymbolReads = 1U << 18U;      // distinct functions imported or exported through the GOT
constexpr std::size_t kChunk = 4096;                    // relocations read at once
constexpr std::size_t kMaxPieces = 64;                  // called functions looked into
constexpr std::size_t kPieceBytes = 4096;               // of each
constexpr std::size_t kPltEntryBytes = 32;              // endbr64; [bnd] jmp *slot(%rip); nops

using Addresses = std::unordered_set<std::uint64_t>;

bool is_symbol_at(const ElfFile& elf, const ElfSection& symbols, std::uint64_t index, std::uint64_t address) {
    Elf64_Sym symbol{};
    return index < symbols.size / sizeof symbol &&
           elf.read_at(symbols.offset + index * sizeof symbol, &symbol, sizeof symbol) &&
           symbol.st_shndx != SHN_UNDEF && symbol.st_value == address;
}

// Addresses of the GOT slots that the dynamic linker fills with `callee`.
Addresses slots_of(const ElfFile& elf, std::uint64_t callee) {
    Addresses slots;
    std::unordered_set<std::uint64_t> other;  // symbol indexes known to be something else: slots repeat
    std::uint64_t left = kMaxRelocations;
    std::vector<Elf64_Rela> chunk;
    for (const ElfSection& section : elf.sections()) {
        if (section.type != SHT_RELA || section.link >= elf.sections().size()) {
            continue;
        }
        const ElfSection& symbols = elf.sections()[section.link];
        const std::uint64_t total = std::min(section.size / sizeof(Elf64_Rela), left);
        left -= total;
        for (std::uint64_t done = 0; done < total; done += chunk.size()) {
            chunk.resize(std::min<std::uint64_t>(kChunk, total - done));
            if (!elf.read_at(
                    section.offset + done * sizeof(Elf64_Rela), chunk.data(), chunk.size() * sizeof(Elf64_Rela)
                )) {
                break;
            }
            for (const Elf64_Rela& entry : chunk) {
                const auto type = ELF64_R_TYPE(entry.r_info);
                const std::uint64_t index = ELF64_R_SYM(entry.r_info);
                if (type == R_X86_64_RELATIVE && static_cast<std::uint64_t>(entry.r_addend) == callee) {
                    slots.insert(entry.r_offset);
                } else if ((type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT) && !other.contains(index) &&
                           other.size() < kMaxSymbolReads) {
                    if (is_symbol_at(elf, symbols, index, callee)) {
                        slots.insert(entry.r_offset);
                    } else {
                        other.insert(index);
                    }
                }
            }
        }
    }
    return slots;
}

// Where a direct call or jump goes.
std::optional<std::uint64_t> direct_target(const cs_insn& instruction) {
    const cs_x86& x = instruction.detail->x86;
    if (x.op_count != 1 || x.operands[0].type != X86_OP_IMM) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(x.operands[0].imm);
}

// The slot of `call *slot(%rip)`.
std::optional<std::uint64_t> slot_used(const cs_insn& instruction) {
    const cs_x86& x = instruction.detail->x86;
    if (x.op_count != 1 || x.operands[0].type != X86_OP_MEM || x.operands[0].mem.base != X86_REG_RIP ||
        x.operands[0].mem.index != X86_REG_INVALID) {
        return std::nullopt;
    }
    return instruction.address + instruction.size + static_cast<std::uint64_t>(x.operands[0].mem.disp);
}

bool is_call_or_jump(const cs_insn& instruction) {
    return instruction.id == X86_INS_CALL || instruction.id == X86_INS_JMP;
}

bool is_plt_entry_for(const ElfFile& elf, std::uint64_t address, const Addresses& slots) {
    const auto code = elf.read(address, kPltEntryBytes);
    if (!code) {
        return false;
    }
    Disassembler disassembler(*code, address);
    for (int i = 0; i < 2; ++i) {
        const cs_insn* instruction = disassembler.next();
        if (instruction == nullptr) {
            return false;
        }
        if (instruction->id == X86_INS_JMP) {
            const auto slot = slot_used(*instruction);
            return slot && slots.contains(*slot);
        }
        if (instruction->id != X86_INS_ENDBR64) {
            return false;
        }
    }
    return false;
}

// Where the direct calls and jumps of a piece of code go, and the slots its indirect ones use.
struct Calls {
    Addresses targets;
    Addresses slots;
};

// Returns the address behind the last instruction that could be read.
std::uint64_t collect_calls(std::span<const std::uint8_t> code, std::uint64_t address, Calls& calls) {
    Disassembler disassembler(code, address);
    while (const cs_insn* instruction = disassembler.next()) {
        if (!is_call_or_jump(*instruction)) {
            continue;
        }
        const auto target = direct_target(*instruction);
        if (target && (*target < address || *target - address >= code.size())) {
            calls.targets.insert(*target);
        } else if (const auto slot = slot_used(*instruction)) {
            calls.slots.insert(*slot);
        }
    }
    return disassembler.address();
}

class CallFinder {
public:
    CallFinder(const ElfFile& elf, std::uint64_t callee) : elf_(elf), callee_(callee), slots_(slots_of(elf, callee)) {}

    [[nodiscard]] bool found_in(const Calls& calls) const {
        return std::any_of(
                   calls.slots.begin(), calls.slots.end(), [&](std::uint64_t at) { return slots_.contains(at); }
               ) ||
               std::any_of(calls.targets.begin(), calls.targets.end(), [&](std::uint64_t at) {
                   return at == callee_ || is_plt_entry_for(elf_, at, slots_);
               });
    }

    // The same for what stands at the targets. Where these end is not known: reading on into the next function can only
    // find another caller, and a hook that has any caller was not inlined away.
    [[nodiscard]] bool found_behind(const Calls& calls) const {
        std::size_t left = kMaxPieces;
        return std::any_of(calls.targets.begin(), calls.targets.end(), [&](std::uint64_t at) {
            if (left == 0) {
                return false;
            }
            --left;
            const auto code = elf_.read(at, kPieceBytes);
            Calls inner;
            return code && collect_calls(*code, at, inner) > at && found_in(inner);
        });
    }

private:
    const ElfFile& elf_;
    std::uint64_t callee_;
    Addresses slots_;
};

}  // namespace

CallEvidence find_call(const ElfFile& elf, const ElfSymbol& caller, const ElfSymbol& callee) {
    if (caller.size == 0 || caller.size > kMaxCallerBytes || caller.ambiguous) {
        return CallEvidence::Unknown;
    }
    const auto code = elf.read(caller.address, caller.size);
    if (!code || code->size() < caller.size) {
        return CallEvidence::Unknown;
    }
    Calls calls;
    const std::uint64_t end = collect_calls(*code, caller.address, calls);
    const CallFinder finder(elf, callee.address);
    if (finder.found_in(calls)) {
        return CallEvidence::Called;
    }
    if (end < caller.address + caller.size) {
        return CallEvidence::Unknown;  // bytes that are no instructions: not read to its end
    }
    return finder.found_behind(calls) ? CallEvidence::Called : CallEvidence::NotSeen;
}

}  // namespace tt::alloc_trace
