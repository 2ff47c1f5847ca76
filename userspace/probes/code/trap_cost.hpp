// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How the kernel executes an instruction that carries a uprobe, after arch/x86/kernel/uprobes.c. Internal to probes/.
#pragma once

#include <capstone/capstone.h>

#include <optional>

#include "probes/probe_site.hpp"

namespace tt::alloc_trace {

// nullopt: there must be no probe. Either the kernel refuses one (lock and segment prefixes, `66 e8`, EVEX, ...), or it
// would take the instruction for another: it looks at the opcode byte alone, so that `vpor` (VEX eb) passes for a short
// jump and `xchg r8, rax` (49 90) for a nop, and the target would be harmed.
[[nodiscard]] std::optional<TrapCost> trap_cost(const cs_insn& instruction);

}  // namespace tt::alloc_trace
