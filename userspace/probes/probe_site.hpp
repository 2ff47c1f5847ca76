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
    Emulated,       // push, one-byte nop, relative call and jump
    EmulatedNewer,  // nop of several bytes: emulated by kernels from 6.18 on, single-stepped by older ones
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

// The entry, or the instruction behind a leading `endbr64` if that one is cheaper. Pure. `code`: at least the first 32
// bytes of the function if it has so many. Error RunTime if they are no instructions.
[[nodiscard]] Result<ProbeSite> choose_entry_site(std::span<const std::uint8_t> code);

}  // namespace tt::alloc_trace
