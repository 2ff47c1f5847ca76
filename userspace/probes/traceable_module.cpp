// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/traceable_module.hpp"

#include <algorithm>

#include "probes/probe_spec.hpp"
#include "probes/program_decoder.hpp"
#include "probes/runtime_build.hpp"
#include "probes/layout/runtime_symbols.hpp"
#include "target/elf_text.hpp"

namespace tt::alloc_trace {
namespace {

// What tells where a program keeps one kind of its buffers: the first says all, the others a part of it each.
struct PlanFunctions {
    std::string_view invalidate;
    std::string_view allocate;
    std::string_view validate;
};
constexpr PlanFunctions kCircular{
    "_ZN2tt8tt_metal6detail11ProgramImpl37invalidate_circular_buffer_allocationEv",
    symbol::kProgramImplPlace,
    "_ZN2tt8tt_metal6detail11ProgramImpl31validate_circular_buffer_regionEPKNS0_7IDeviceE"
};
constexpr PlanFunctions kDataflow{
    "_ZN2tt8tt_metal6detail11ProgramImpl37invalidate_dataflow_buffer_allocationEv",
    symbol::kProgramImplPlaceDataflow,
    "_ZN2tt8tt_metal6detail11ProgramImpl31validate_dataflow_buffer_regionEPKNS0_7IDeviceE"
};

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
        names.insert(names.end(), {spec.only_beside, spec.not_beside});
    }
    for (const PlanFunctions& functions : {kCircular, kDataflow}) {
        names.insert(names.end(), {functions.invalidate, functions.allocate, functions.validate});
    }
    std::erase(names, std::string_view{});
    return names;
}

// A plan as far as the code tells it; what it does not tell does not exist.
ProgramPlan decode_plan(const PlanFunctions& functions, const SymbolMap& symbols, const ElfFile& elf) {
    ProgramPlan plan;
    if (const ElfSymbol* invalidate = find_symbol(symbols, functions.invalidate)) {
        if (const auto whole = decode_invalidation(elf, *invalidate)) {
            return *whole;
        }
    }
    if (const ElfSymbol* allocate = find_symbol(symbols, functions.allocate)) {
        plan.placing_needed = decode_placing_needed(elf, *allocate).value_or(Field{});
    }
    if (const ElfSymbol* validate = find_symbol(symbols, functions.validate)) {
        plan.vectors = decode_allocators(elf, *validate).value_or(RegionVectors{});
    }
    return plan;
}

// Both kinds of buffers lie in allocators of one class.
bool agree_on_elements(const RegionVectors& vectors, const ProgramLayout& layout) {
    return !layout.allocators.exists() ||
           (vectors.element == layout.allocator_element && vectors.regions == layout.allocator_regions);
}

// What the code of a program's methods tells of it goes before the era table.
ProgramLayout program_layout(ProgramLayout layout, const SymbolMap& symbols, const ElfFile& elf) {
    const ProgramPlan circular = decode_plan(kCircular, symbols, elf);
    if (circular.placing_needed.exists()) {
        layout.placing_needed = circular.placing_needed;
    }
    if (circular.vectors.allocators.exists()) {
        layout.allocators = circular.vectors.allocators;
        layout.allocator_element = circular.vectors.element;
        layout.allocator_regions = circular.vectors.regions;
    }
    layout.has_dataflow = find_symbol(symbols, kDataflow.allocate) != nullptr ? 1 : 0;
    const ProgramPlan dataflow = decode_plan(kDataflow, symbols, elf);
    if (dataflow.placing_needed.exists() && dataflow.vectors.allocators.exists() && agree_on_elements(dataflow.vectors, layout)) {
        layout.dataflow_placing_needed = dataflow.placing_needed;
        layout.dataflow_allocators = dataflow.vectors.allocators;
        layout.allocator_element = dataflow.vectors.element;
        layout.allocator_regions = dataflow.vectors.regions;
    }
    return layout;
}

// Where the code told something else than the layout had before, that is the evidence.
void note_program(LayoutProfile& layout, const LayoutProfile& before) {
    for (const LayoutItem& item : layout_items()) {
        if (!item.name.starts_with("program.")) {
            continue;
        }
        const Field field = item.field == nullptr ? Field{} : item.field(layout);
        const std::uint32_t number = item.number == nullptr ? 0 : item.number(layout);
        const bool same = item.field == nullptr ? number == item.number(before) : field == item.field(before);
        if (same || (number == 0 && !field.exists())) {
            continue;
        }
        const std::string value = item.field == nullptr
                                      ? std::to_string(number)
                                      : std::to_string(field.width) + " bytes at " + std::to_string(field.offset);
        std::erase_if(layout.evidence, [&](const LayoutEvidence& evidence) { return evidence.item == item.name; });
        layout.evidence.push_back({item.name, value, "code of ProgramImpl"});
    }
}

void drop_role(ProbePlan& plan, ProbeRole role, const std::string& why) {
    const auto of_role = [role](const ProbeRequest& request) { return request.role == role; };
    const auto request = std::find_if(plan.requests.begin(), plan.requests.end(), of_role);
    if (request != plan.requests.end()) {
        plan.skipped.push_back({role, request->symbol, why});
        std::erase_if(plan.requests, of_role);
    }
}

void resolve_program(TraceableModule& module, const SymbolMap& symbols, const ElfFile& elf) {
    const LayoutProfile before = module.layout;
    module.layout.program = program_layout(before.program, symbols, elf);
    note_program(module.layout, before);
    const ProgramLayout& layout = module.layout.program;
    if (!layout.placing_needed.exists() || !layout.allocators.exists() || !layout.allocator_regions.exists()) {
        drop_role(
            module.plan,
            ProbeRole::ProgramPlaced,
            "where a program keeps its circular buffers is not known; circular buffers are not shown"
        );
    }
    if (!layout.dataflow_allocators.exists()) {
        drop_role(
            module.plan,
            ProbeRole::DataflowBuffersPlaced,
            "where a program keeps its dataflow buffers is not known; dataflow buffers are not shown"
        );
    }
}

}  // namespace

std::vector<std::string> screening_symbols() {
    std::vector<std::string> names{std::string(symbol::kChipVtable)};  // newer than the catalog: found, to be refused in words
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
