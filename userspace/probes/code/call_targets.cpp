// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/call_targets.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "probes/disassembler.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxRelocations = 4U << 20U;  // of a 1 GB library: some hundred thousand
constexpr std::size_t kChunk = 4096;                  // relocations read at once
constexpr std::size_t kPltEntryBytes = 32;
constexpr int kMaxPltInstructions = 3;                // up to the jump
constexpr std::size_t kMaxPltEntries = 4096;          // looked at; a function calls some hundred others
constexpr std::size_t kMaxName = 256;                 // all it takes to recognise those that never return

bool is_plain_transfer(const Instruction& instruction) {
    return instruction.flow == Flow::Call || instruction.flow == Flow::Jump || instruction.flow == Flow::Branch;
}

// `mov $n, %r11d`: which entry of the PLT this is, for the dynamic linker.
bool is_number_in_scratch(const cs_insn& instruction) {
    const cs_x86& x = instruction.detail->x86;
    return instruction.id == X86_INS_MOV && x.op_count == 2 && x.operands[0].type == X86_OP_REG &&
           x.operands[0].reg == X86_REG_R11D && x.operands[1].type == X86_OP_IMM;
}

}  // namespace

bool is_noreturn_name(std::string_view name) {
    static constexpr std::array<std::string_view, 18> kNames{
        "__cxa_throw",
        "__cxa_rethrow",
        "_Unwind_Resume",
        "_Unwind_Resume_or_Rethrow",
        "__cxa_bad_cast",
        "__cxa_bad_typeid",
        "__cxa_pure_virtual",
        "__cxa_throw_bad_array_new_length",
        "__stack_chk_fail",
        "abort",
        "exit",
        "_exit",
        "__assert_fail",
        "_ZSt9terminatev",
        "__clang_call_terminate",
        "__fortify_fail",
        "__chk_fail",
        "longjmp"
    };
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) {
        return true;
    }
    if (name.starts_with("_ZN2tt6assert6detail8tt_throw")) {  // the runtime's own, with or without template arguments
        return true;
    }
    // std::__throw_..., also in libc++'s inline namespace.
    const bool of_std = name.starts_with("_ZSt") || name.starts_with("_ZNSt");
    return of_std && name.find("__throw_") != std::string_view::npos;
}

// What the linkers of today make of a PLT entry: `jmp *slot` (lld, bfd, .plt.got), behind `endbr64` (.plt.sec) or behind a
// number in a register (mold), or the slot's content in a register of its own that a thunk jumps to (retpolines).
void CallTargets::read_plt_entry(std::uint64_t address) {
    std::optional<std::uint64_t>& entry = plt_[address];
    const auto code = elf_.read(address, kPltEntryBytes);
    if (!code) {
        return;
    }
    Disassembler disassembler(*code, address);
    std::optional<std::uint64_t> loaded;
    for (int i = 0; i < kMaxPltInstructions; ++i) {
        const cs_insn* next = disassembler.next();
        if (next == nullptr) {
            return;
        }
        const Instruction instruction = reduce(*next);
        const bool in_scratch = instruction.to == Register::R11;
        if (instruction.flow == Flow::Jump || (instruction.flow == Flow::Call && loaded)) {
            entry = instruction.slot ? instruction.slot : loaded;
            return;
        }
        if (instruction.action == Action::Load && in_scratch && instruction.global) {
            loaded = instruction.global;
        } else if (next->id != X86_INS_ENDBR64 && !is_number_in_scratch(*next)) {
            return;
        }
    }
}

SlotContent CallTargets::content_of(const ElfSection& symbols, std::uint64_t index) const {
    Elf64_Sym symbol{};
    if (index >= symbols.size / sizeof symbol ||
        !elf_.read_at(symbols.offset + index * sizeof symbol, &symbol, sizeof symbol)) {
        return {};
    }
    SlotContent content;
    content.address = symbol.st_shndx == SHN_UNDEF ? 0 : symbol.st_value;
    if (symbols.link >= elf_.sections().size()) {
        return content;
    }
    const ElfSection& strings = elf_.sections()[symbols.link];
    if (symbol.st_name >= strings.size) {
        return content;
    }
    std::array<char, kMaxName> text{};
    const std::size_t length = std::min<std::uint64_t>(text.size() - 1, strings.size - symbol.st_name);
    if (elf_.read_at(strings.offset + symbol.st_name, text.data(), length)) {
        content.name = text.data();
    }
    return content;
}

void CallTargets::read_relocations(const std::unordered_set<std::uint64_t>& wanted) {
    std::uint64_t left = kMaxRelocations;
    std::vector<Elf64_Rela> chunk;
    for (const ElfSection& section : elf_.sections()) {
        if (section.type != SHT_RELA || section.link >= elf_.sections().size()) {
            continue;
        }
        const std::uint64_t total = std::min(section.size / sizeof(Elf64_Rela), left);
        left -= total;
        for (std::uint64_t done = 0; done < total; done += chunk.size()) {
            chunk.resize(std::min<std::uint64_t>(kChunk, total - done));
            if (!elf_.read_at(
                    section.offset + done * sizeof(Elf64_Rela), chunk.data(), chunk.size() * sizeof(Elf64_Rela)
                )) {
                break;
            }
            for (const Elf64_Rela& entry : chunk) {
                if (!wanted.contains(entry.r_offset)) {
                    continue;
                }
                const auto type = ELF64_R_TYPE(entry.r_info);
                if (type == R_X86_64_RELATIVE) {
                    slots_[entry.r_offset] = {static_cast<std::uint64_t>(entry.r_addend), {}};
                } else if (type == R_X86_64_64) {
                    SlotContent content = content_of(elf_.sections()[section.link], ELF64_R_SYM(entry.r_info));
                    content.address += content.address != 0 ? static_cast<std::uint64_t>(entry.r_addend) : 0;
                    slots_[entry.r_offset] = std::move(content);
                } else if (type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT) {
                    slots_[entry.r_offset] = content_of(elf_.sections()[section.link], ELF64_R_SYM(entry.r_info));
                }
            }
        }
    }
}

void CallTargets::resolve(std::span<const Instruction> code) {
    std::unordered_set<std::uint64_t> wanted;
    for (const Instruction& instruction : code) {
        if (instruction.action == Action::Load && instruction.global && !slots_.contains(*instruction.global)) {
            wanted.insert(*instruction.global);
        }
        if (!is_plain_transfer(instruction)) {
            continue;
        }
        if (instruction.target && !plt_.contains(*instruction.target) && plt_.size() < kMaxPltEntries) {
            read_plt_entry(*instruction.target);
        }
        const auto slot = slot_of(instruction);
        if (slot && !slots_.contains(*slot)) {
            wanted.insert(*slot);
        }
    }
    if (!wanted.empty()) {
        read_relocations(wanted);
    }
}

void CallTargets::resolve_slots(std::span<const std::uint64_t> slots) {
    read_relocations({slots.begin(), slots.end()});
    for (const std::uint64_t slot : slots) {
        // Packed relative relocations, and files that are loaded where they say, have the address itself in its place.
        const auto bytes = slots_.contains(slot) ? std::nullopt : std::optional(elf_.read(slot, sizeof(std::uint64_t)));
        if (bytes && *bytes && (*bytes)->size() == sizeof(std::uint64_t)) {
            std::memcpy(&slots_[slot].address, (*bytes)->data(), sizeof(std::uint64_t));
        }
    }
}

std::uint64_t CallTargets::address_in(std::uint64_t slot) const {
    const auto content = slots_.find(slot);
    return content == slots_.end() ? 0 : content->second.address;
}

std::optional<std::uint64_t> CallTargets::slot_of(const Instruction& instruction) const {
    if (instruction.slot) {
        return instruction.slot;
    }
    if (!instruction.target) {
        return std::nullopt;
    }
    const auto entry = plt_.find(*instruction.target);
    return entry == plt_.end() ? std::nullopt : entry->second;
}

bool CallTargets::leads_to(const Instruction& instruction, std::uint64_t function) const {
    if (!is_plain_transfer(instruction)) {
        return false;
    }
    if (instruction.target == function) {
        return true;
    }
    const auto slot = slot_of(instruction);
    const auto content = slot ? slots_.find(*slot) : slots_.end();
    return content != slots_.end() && content->second.address == function && function != 0;
}

bool CallTargets::loads_address_of(const Instruction& instruction, std::uint64_t function) const {
    if (instruction.action != Action::Load || !instruction.global) {
        return false;
    }
    const auto content = slots_.find(*instruction.global);
    return content != slots_.end() && content->second.address == function && function != 0;
}

bool CallTargets::never_returns(const Instruction& instruction) const {
    const auto slot = slot_of(instruction);
    const auto content = slot ? slots_.find(*slot) : slots_.end();
    return content != slots_.end() && is_noreturn_name(content->second.name);
}

}  // namespace tt::alloc_trace
