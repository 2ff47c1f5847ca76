// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/scenarios.hpp"

#include <algorithm>
#include <stdexcept>

#include "driver/truth.hpp"
#include "runtime/idevice.hpp"

namespace standin {

const std::vector<Scenario>& all_scenarios() {
    static const std::vector<Scenario> table{
        {"nine-buffers", "one address, nine Buffer objects, one event", scenario_nine_buffers},
        {"excess-frees", "one address freed --repeat times too often", scenario_excess_frees},
        {"three-runs", "open, allocate, silent close with live buffers; three times", scenario_three_runs},
        {"free-after-close", "buffers destroyed after the close: no event", scenario_free_after_close},
        {"clear", "the user clears an allocator, and frees some of its buffers later", scenario_clear},
        {"oom", "--repeat failed allocations, all caught", scenario_oom},
        {"hooked", "hooked buffers at address 0 among real ones", scenario_hooked},
        {"programs", "4 programs with 3 circular buffers, launched again, destroyed, clashing", scenario_programs},
        {"fork", "a child allocates and frees on its own", scenario_fork},
        {"exec", "the process becomes a new one that runs nine-buffers", scenario_exec},
        {"exit-at-once", "the process is gone right after its last event", scenario_exit_at_once},
        {"throw-through", "an exception through every function, --repeat times", scenario_throw_through},
        {"all-types", "every buffer type on a mesh and on a chip", scenario_all_types},
        {"mesh-and-chip-same-id", "mesh 0 and chip 0 at the same addresses", scenario_mesh_and_chip_same_id},
        {"submesh-overlap", "mesh, submeshes and chip at the same addresses", scenario_submesh_overlap},
        {"sub-devices", "two sub-devices at the same L1 addresses", scenario_sub_devices},
        {"leak-block", "--repeat failures that leave their L1 block in use, by no buffer", scenario_leak_block},
        {"oom-exhausted", "--repeat times more L1 asked for than is free", scenario_oom_exhausted},
        {"oom-fragmented", "--repeat times more L1 asked for than any free block has", scenario_oom_fragmented},
        {"clash", "--repeat times two launches that throw: into L1 buffers, beyond L1", scenario_clash},
        {"override-state", "a submesh takes over the state of its parent's allocator", scenario_override_state},
        {"shrink-reset", "sub-devices with L1 of their own, loaded, cleared, loaded", scenario_shrink_reset},
        {"submesh-close", "one submesh is closed, the mesh stays open", scenario_submesh_close},
        {"reopen", "silent close and open, --repeat times; same chips, new allocators", scenario_reopen},
        {"destroy-after-close", "buffers of a closed mesh are destroyed behind the reopening", scenario_destroy_after_close},
        {"mark-as-deallocated", "buffers that only the allocator still knows", scenario_mark_as_deallocated},
        {"trace", "two captured traces, one released, allocations while they live", scenario_trace},
        {"crash", "abort with live buffers", scenario_crash},
    };
    return table;
}

std::vector<std::string> scenario_names() {
    std::vector<std::string> names;
    for (const Scenario& scenario : all_scenarios()) {
        names.emplace_back(scenario.name);
    }
    return names;
}

std::string scenario_help() {
    std::string help;
    for (const Scenario& scenario : all_scenarios()) {
        help += std::string("  ") + scenario.name + ": " + scenario.summary + "\n";
    }
    return help;
}

ScenarioWorkload::ScenarioWorkload(const Options& options, World& world, EventBook& book) :
    options_(options), world_(world), book_(book) {
    const auto& table = all_scenarios();
    const auto found = std::find_if(table.begin(), table.end(), [&](const Scenario& scenario) {
        return scenario.name == options.scenario;
    });
    if (found == table.end()) {
        throw std::runtime_error("unknown scenario " + options.scenario);
    }
    scenario_ = &*found;
}

void ScenarioWorkload::run(unsigned, ThreadLog& log, const std::atomic<bool>&) {
    ScenarioContext context{options_, world_, book_, log, kept_, programs_};
    scenario_->run(context);
}

void ScenarioWorkload::free_all(ThreadLog& log) {
    programs_.clear();
    for (Holding& holding : kept_) {
        release(log, holding);
    }
    kept_.clear();
}

Owner the_mesh(const ScenarioContext& context) {
    if (context.world.meshes().empty()) {
        throw std::runtime_error("this scenario needs a mesh");
    }
    return context.world.meshes().front();
}

Owner chip(const ScenarioContext& context, int id) {
    for (const Owner& owner : context.world.chips()) {
        if (owner.device->id() == id) {
            return owner;
        }
    }
    throw std::runtime_error("there is no chip " + std::to_string(id));
}

Holding must_allocate(ScenarioContext& context, const Request& request) {
    auto holding = allocate(context.log, request);
    if (!holding.has_value()) {
        throw std::runtime_error("the scenario's allocation failed");
    }
    return std::move(*holding);
}

Request request_of(const Owner& owner, tt::tt_metal::BufferType type, std::uint64_t pages) {
    Request request;
    request.owner = owner;
    request.type = type;
    request.page_size = type == tt::tt_metal::BufferType::L1_SMALL ? 64 : 2048;
    request.size = request.page_size * pages;
    if (type == tt::tt_metal::BufferType::L1_SMALL) {
        // It takes sharded buffers only.
        shard(request, tt::tt_metal::TensorMemoryLayout::HEIGHT_SHARDED, {8, 1}, static_cast<std::uint32_t>(pages));
    }
    return request;
}

void write_scenario_truth(ScenarioContext& context, const std::string& suffix) {
    context.book.flush();
    if (!context.options.truth_file.empty()) {
        write_truth(context.options.truth_file + suffix, context.world, context.book);
    }
}

}  // namespace standin
