// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Catalog x one module -> which instructions to probe and which probes are left out, each with its reason. Plans only;
// the attacher executes it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "event/session_info.hpp"
#include "probes/probe_site.hpp"
#include "probes/probe_spec.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct ProbeRequest {
    ProbeRole role = ProbeRole::Allocated;
    bool required = false;
    std::string symbol;             // mangled
    std::uint64_t address = 0;      // of the function, ELF address
    std::uint64_t site = 0;         // of the instruction to probe, ELF address
    std::uint64_t file_offset = 0;  // of the instruction to probe: what perf_event_open wants
    std::string instruction;
    TrapCost cost = TrapCost::SingleStepped;
    ProbeStrategy strategy = ProbeStrategy::Entry;
    ProbeValues values;     // where they are at the instruction
    std::string detail;     // why this symbol and this place
};

struct SkippedProbe {
    ProbeRole role = ProbeRole::Allocated;
    std::string symbol;  // empty if none was found
    std::string reason;  // and what is lost by it
};

struct ProbePlan {
    std::vector<ProbeRequest> requests;  // in the order of the catalog
    std::vector<SkippedProbe> skipped;
};

// Error NotTraceable if a required spec has no usable symbol. `symbols`: those of the catalog's that the file defines.
[[nodiscard]] Result<ProbePlan> make_probe_plan(
    std::span<const ProbeSpec> catalog, const SymbolMap& symbols, const ElfFile& elf
);

// `attached` is left false: the attacher sets it, and puts the kernel's refusal into `detail`.
[[nodiscard]] ProbeOutcome to_outcome(const ProbeRequest& request, const std::string& module_path);
[[nodiscard]] ProbeOutcome to_outcome(const SkippedProbe& skipped, const std::string& module_path);

}  // namespace tt::alloc_trace
