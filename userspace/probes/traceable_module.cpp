// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/traceable_module.hpp"

#include <algorithm>

#include "probes/probe_spec.hpp"
#include "probes/program_decoder.hpp"
#include "probes/runtime_build.hpp"
#include "target/elf_text.hpp"

namespace tt::alloc_trace {
namespace {

// Of a period newer than the catalog: found, to be refused in words.
constexpr std::string_view kDeviceVtable = "_ZTVN2tt8tt_metal6DeviceE";

std::vector<std::string_view> all_symbols() {
    std::vector<std::string_view> names = layout_symbols();
    for (const std::string_view name : fingerprint_symbols()) {
        names.push_back(name);
    }
    for (const ProbeSpec& spec : probe_catalog()) {
        for (const ProbeAlternative& alternative : spec.alternatives) {
            names.insert(names.end(), alternative.symbols.begin(), alternative.symbols.end());
            names.insert(names.end(), alternative.others.begin(), alternative.others.end());
        }
    }
    std::erase(names, std::string_view{});
    return names;
}

const ProbeRequest* find_request(const ProbePlan& plan, ProbeRole role) {
    const auto at = std::find_if(plan.requests.begin(), plan.requests.end(), [&](const auto& request) {
        return request.role == role;
    });
    return at == plan.requests.end() ? nullptr : &*at;
}

// Where the hook of circular buffers is gone they are read from the program object. What its methods' code tells of the
// object goes before the era table.
ProgramLayout program_layout(const TraceableModule& module, const SymbolMap& symbols, const ElfFile& elf) {
    ProgramLayout layout = module.layout.program;
    const ProbeRequest* launched = find_request(module.plan, ProbeRole::ProgramLaunched);
    const ProbeRequest* placed = find_request(module.plan, ProbeRole::ProgramPlaced);
    const ElfSymbol* launching = launched == nullptr ? nullptr : find_symbol(symbols, launched->symbol);
    if (launching != nullptr) {
        layout.placing_needed = decode_placing_needed(elf, *launching).value_or(layout.placing_needed);
    }
    if (const auto vectors = decode_allocators(elf, *find_symbol(symbols, placed->symbol))) {
        layout.allocators = vectors->allocators;
        layout.allocator_element = vectors->element;
        layout.allocator_regions = vectors->regions;
    }
    return layout;
}

void resolve_program(TraceableModule& module, const SymbolMap& symbols, const ElfFile& elf) {
    const ProbeRequest* placed = find_request(module.plan, ProbeRole::ProgramPlaced);
    if (placed == nullptr) {
        return;
    }
    module.layout.program = program_layout(module, symbols, elf);
    const ProgramLayout& layout = module.layout.program;
    if (layout.placing_needed.exists() && layout.allocators.exists() && layout.allocator_regions.exists()) {
        return;
    }
    module.plan.skipped.push_back(
        {ProbeRole::ProgramPlaced,
         placed->symbol,
         "where a program keeps its circular buffers is not known; circular buffers are not shown"}
    );
    std::erase_if(module.plan.requests, [](const auto& request) { return request.role == ProbeRole::ProgramPlaced; });
}

}  // namespace

std::vector<std::string> screening_symbols() {
    std::vector<std::string> names{std::string(kDeviceVtable)};
    for (const ProbeSpec& spec : probe_catalog()) {
        if (spec.role == ProbeRole::Allocated) {
            for (const ProbeAlternative& alternative : spec.alternatives) {
                names.emplace_back(alternative.symbols[0]);
            }
        }
    }
    return names;
}

Result<TraceableModule> resolve_module(const ElfFile& elf, const LayoutSources& sources) {
    const auto symbols = elf.find_symbols(all_symbols(), SymbolTables::All);
    if (!symbols) {
        return tl::make_unexpected(symbols.error());
    }
    const auto build = identify_build(*symbols, elf.path());
    if (!build) {
        return tl::make_unexpected(has_runtime_inside(elf) ? hidden_runtime(elf.path()) : build.error());
    }
    auto layout = resolve_layout(elf, *symbols, sources);
    if (!layout) {
        return tl::make_unexpected(layout.error());
    }
    auto plan = make_probe_plan(probe_catalog(), *symbols, elf);
    if (!plan) {
        return tl::make_unexpected(plan.error());
    }
    TraceableModule module{elf.path(), elf.build_id(), build->era, *std::move(layout), *std::move(plan)};
    resolve_program(module, *symbols, elf);
    return module;
}

ModuleInfo module_info(const TraceableModule& module) {
    ModuleInfo info{
        module.path, module.build_id, module.layout.name, module.layout.summary + " (" + module.layout.variant + ")", module.era, {}
    };
    for (const LayoutEvidence& evidence : module.layout.evidence) {
        info.layout_facts.push_back({evidence.item, evidence.value, evidence.source});
    }
    return info;
}

}  // namespace tt::alloc_trace
