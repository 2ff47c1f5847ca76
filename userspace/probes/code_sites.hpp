// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Instructions inside a function at which something is known to have happened: behind a call that returned without an
// exception, or at a return. Found by following the machine code; in doubt there is no site, and the reason is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "probes/probe_site.hpp"
#include "probes/value_location.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct CodeSite {
    std::uint32_t offset = 0;  // of the instruction, bytes from the function's entry
    std::string instruction;   // disassembled
    TrapCost cost = TrapCost::SingleStepped;
    ValueLocation argument;  // where the function's followed argument is at that instruction
    ValueLocation second;    // where the other one is, if two are followed
    ValueLocation result;    // where the call's result (or the function's own) is
    std::string reason;      // "behind the call at +0x6c: argument 0 in rbx, result in rax"

    bool operator==(const CodeSite&) const = default;
};

// The places in `function` where a call of `callee` (direct, through its PLT entry or GOT slot) has just returned, one
// per call, by ascending offset; at each the function's `argument`th integer argument (0 = rdi) as it was at entry, and
// the call's result. Each is passed exactly once per call that returns, and never otherwise. It may be some
// instructions behind the call where a cheaper one follows: never behind a jump, another call, or a place that is
// jumped to. Other code may join right behind the call only if it certainly brings 0 in place of the result: a hook took
// the call's place. Then the site is passed for those as well, with result 0.
//
// The argument counts as unchanged in a register that calls preserve, and in a stack slot whose own address is never
// computed. Code the unwinder enters (landing pads) is left out of account: a value still in use has one place on all
// paths.
//
// Error NotTraceable, in words and with the instruction's address: no such call, a tail call or one in a part split off
// among them, one only landing pads make, the argument or the result is lost, a computed jump, unreadable code, size
// unknown or above kMaxFunctionBytes.
[[nodiscard]] Result<std::vector<CodeSite>> find_after_call_sites(
    const ElfFile& elf, const ElfSymbol& function, const ElfSymbol& callee, std::uint32_t argument
);

// The places in `function` from which it certainly goes on to call `callee`, or to jump to it, one per call, by ascending
// offset: the cheapest at which two integer arguments of the function are at hand as they were at its entry (`first` in
// CodeSite::argument, `second` in CodeSite::second). Nothing but the function's own frame is written between it and the call,
// and nothing is called but `getter`, if there is one. Errors as above; also where every kernel would have to single-step.
[[nodiscard]] Result<std::vector<CodeSite>> find_before_call_sites(
    const ElfFile& elf,
    const ElfSymbol& function,
    const ElfSymbol& callee,
    const ElfSymbol* getter,
    std::uint32_t first,
    std::uint32_t second
);

// All `ret` instructions of `function` (the last resort), by ascending offset; result is rax, argument is nowhere.
// Error NotTraceable if the function can be left otherwise (tail jump, jump to a split-off part that returns) or is not
// readable to its end.
[[nodiscard]] Result<std::vector<CodeSite>> find_return_sites(const ElfFile& elf, const ElfSymbol& function);

}  // namespace tt::alloc_trace
