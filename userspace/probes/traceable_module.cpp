// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/traceable_module.hpp"

#include "probes/layout_check.hpp"
#include "probes/probe_spec.hpp"
#include "probes/runtime_build.hpp"

namespace tt::alloc_trace {
namespace {

std::vector<std::string_view> all_symbols() {
    std::vector<std::string_view> names = fingerprint_symbols();
    for (const std::string_view name : layout_symbols()) {
        names.push_back(name);
    }
    for (const ProbeSpec& spec : probe_catalog()) {
        names.push_back(spec.caller);
        for (const ProbeSpelling& spelling : spec.spellings) {
            names.insert(names.end(), spelling.symbols.begin(), spelling.symbols.end());
        }
    }
    return names;
}

}  // namespace

std::vector<std::string> screening_symbols() {
    std::vector<std::string> names;
    for (const ForeignEra& era : foreign_eras()) {
        names.emplace_back(era.symbol);
    }
    for (const ProbeSpec& spec : probe_catalog()) {
        if (spec.role == ProbeRole::Allocated) {
            for (const ProbeSpelling& spelling : spec.spellings) {
                names.emplace_back(spelling.symbols[0]);
            }
        }
    }
    return names;
}

Result<TraceableModule> resolve_module(const ElfFile& elf) {
    const auto symbols = elf.find_symbols(all_symbols(), SymbolTables::All);
    if (!symbols) {
        return tl::make_unexpected(symbols.error());
    }
    const auto build = identify_build(*symbols, elf.path());
    if (!build) {
        return tl::make_unexpected(build.error());
    }
    auto layout = resolve_layout(*build, *symbols, elf);
    if (!layout) {
        return tl::make_unexpected(layout.error());
    }
    auto plan = make_probe_plan(probe_catalog(), *symbols, elf);
    if (!plan) {
        return tl::make_unexpected(plan.error());
    }
    return TraceableModule{elf.path(), elf.build_id(), *std::move(layout), *std::move(plan)};
}

ModuleInfo module_info(const TraceableModule& module) {
    return {
        module.path, module.build_id, module.layout.name, module.layout.evidence + " (" + module.layout.variant + ")"
    };
}

}  // namespace tt::alloc_trace
