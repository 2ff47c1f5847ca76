// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The one entry of probes/: everything that has to be known of an ELF file before it can be traced, for a live
// process's module and for a library file alike.
//
//     ModuleFinder finder(screening_symbols());
//     for (MappedModule& m : finder.scan(process)->modules) { auto traceable = resolve_module(m.elf); ... }
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "event/session_info.hpp"
#include "probes/layout/resolve_layout.hpp"
#include "probes/layout_profile.hpp"
#include "probes/probe_plan.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct TraceableModule {
    std::string path;
    std::string build_id;
    std::string era;  // of tt-metal, in words
    LayoutProfile layout;
    ProbePlan plan;
};

// Symbols of which a file that holds the runtime (of any period) defines at least one: what ModuleFinder is to look
// for.
[[nodiscard]] std::vector<std::string> screening_symbols();

// Error NotTraceable in words: not the runtime, a period whose layout is not supported, layout contradicted or
// unverified, a required function missing.
[[nodiscard]] Result<TraceableModule> resolve_module(const ElfFile& elf, const LayoutSources& sources = {});

[[nodiscard]] ModuleInfo module_info(const TraceableModule& module);

}  // namespace tt::alloc_trace
