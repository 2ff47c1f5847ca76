// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the calls and jumps of a piece of code end up at: a function of the same file, directly, through a PLT entry or
// through a GOT slot that the dynamic linker fills. Internal to probes/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "probes/code/instruction.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// What the dynamic linker writes into a slot.
struct SlotContent {
    std::uint64_t address = 0;  // in the file; 0: defined elsewhere
    std::string name;           // empty: none, or not read
};

// Borrows the file. Not thread-safe.
class CallTargets {
public:
    explicit CallTargets(const ElfFile& elf) : elf_(elf) {}

    // Looks up what these calls and jumps use, in one pass over the file's relocations however many they are. Others
    // are unknown to the following functions. Bounded; what lies behind a bound stays unknown, too.
    void resolve(std::span<const Instruction> code);

    // Likewise what is in slots of 8 bytes: of a GOT, a vtable.
    void resolve_slots(std::span<const std::uint64_t> slots);
    // The address in the file that such a slot holds once the file is loaded; 0: none, or not known.
    [[nodiscard]] std::uint64_t address_in(std::uint64_t slot) const;

    // Whether a call or jump goes to the function at `function`.
    [[nodiscard]] bool leads_to(const Instruction& instruction, std::uint64_t function) const;
    // Whether it loads the function's address from a GOT slot, to call it through a register (-fno-plt).
    [[nodiscard]] bool loads_address_of(const Instruction& instruction, std::uint64_t function) const;
    // Whether it never comes back, by the name of what is called: __cxa_throw, std::__throw_length_error, ...
    [[nodiscard]] bool never_returns(const Instruction& instruction) const;

private:
    // The slot a call or jump goes through, itself or by way of a PLT entry.
    [[nodiscard]] std::optional<std::uint64_t> slot_of(const Instruction& instruction) const;
    void read_plt_entry(std::uint64_t address);
    void read_relocations(const std::unordered_set<std::uint64_t>& wanted);
    [[nodiscard]] SlotContent content_of(const ElfSection& symbols, std::uint64_t index) const;

    const ElfFile& elf_;
    std::unordered_map<std::uint64_t, std::optional<std::uint64_t>> plt_;  // entry -> slot; none: no PLT entry
    std::unordered_map<std::uint64_t, SlotContent> slots_;
};

// Whether a function of this (mangled) name ends every path by an exception or the end of the process.
[[nodiscard]] bool is_noreturn_name(std::string_view name);

}  // namespace tt::alloc_trace
