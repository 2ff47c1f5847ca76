// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// At which instruction of a function to probe, so that the argument registers are intact and a hit is cheap: the kernel
// emulates some instructions (2-3 us per hit), the others it copies out and single-steps (14-17 us).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.hpp"

namespace tt::alloc_trace {

enum class TrapCost : std::uint8_t {
    EmulatedInRegisters,  // relative jump, one-byte nop
    Emulated,             // push, relative call: the stack is written
    EmulatedNewer,        // nop of several bytes: emulated by kernels from 6.18 on, single-stepped by older ones
    SingleStepped,
};

// "emulated", "emulated by kernels from 6.18 on", "single-stepped".
[[nodiscard]] const char* to_string(TrapCost cost);

struct ProbeSite {
    std::uint32_t offset = 0;  // bytes from the function's entry
    std::string instruction;   // disassembled, e.g. "push rbp"
    TrapCost cost = TrapCost::SingleStepped;
    std::string reason;  // why here

    bool operator==(const ProbeSite&) const = default;
};

// The cheapest instruction of the function's first straight stretch that is passed once per call with all six integer
// argument registers, and all memory but the own stack frame, as they were at the entry. Pure. `code`: the first bytes
// of the function, at least 32 if it has so many. `function`: all of it, if its size is known; else nothing but a
// leading `endbr64` is gone past, since a loop could lead back. Error RunTime if the code is no instructions, or none
// that the kernel lets probe.
[[nodiscard]] Result<ProbeSite> choose_entry_site(
    std::span<const std::uint8_t> code, std::span<const std::uint8_t> function = {}
);

}  // namespace tt::alloc_trace
