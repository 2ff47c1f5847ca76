// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/module_registry.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// Which requests can share an instance of the programs: one place of the values per role in each.
struct InstancePlan {
    InstanceConfig config;
    std::vector<std::size_t> requests{};  // indices into ProbePlan::requests
};

std::vector<InstancePlan> plan_instances(const TraceableModule& module) {
    const auto& requests = module.plan.requests;
    const bool by_status = std::any_of(requests.begin(), requests.end(), [](const ProbeRequest& request) {
        return request.role == ProbeRole::Freed && request.strategy == ProbeStrategy::EntryByStatus;
    });
    std::vector<InstancePlan> instances;
    for (std::size_t i = 0; i < module.plan.requests.size(); ++i) {
        const ProbeRequest& request = module.plan.requests[i];
        const auto role = static_cast<std::size_t>(request.role);
        auto fitting = std::find_if(instances.begin(), instances.end(), [&](const InstancePlan& instance) {
            return instance.config.probes[role].value_or(request.values) == request.values;
        });
        if (fitting == instances.end()) {
            fitting = instances.insert(instances.end(), InstancePlan{{module.layout, {}, by_status}, {}});
        }
        fitting->config.probes[role] = request.values;
        fitting->requests.push_back(i);
    }
    return instances;
}

Result<DecodedInstance> decoded(const InstancePlan& instance, const ProbePlan& plan) {
    auto window = window_of(instance.config.layout.buffer);
    if (!window) {
        return tl::make_unexpected(window.error());
    }
    DecodedInstance decoded{instance.config.layout, *window, {}};
    decoded.freed_by_status = instance.config.freed_by_status;
    for (const std::size_t index : instance.requests) {
        const ProbeRequest& request = plan.requests[index];
        decoded.sites[static_cast<std::size_t>(request.role)].push_back(request.site);
    }
    return decoded;
}

}  // namespace

Result<std::size_t> ModuleRegistry::add_modules_of(const ProcessHandle& process) {
    refused_.reset();
    Result<ModuleScan> scan = finder_.scan(process);
    if (!scan) {
        return tl::make_unexpected(scan.error());
    }
    scan_ = std::move(*scan);
    std::size_t traceable = 0;
    for (const MappedModule& module : scan_.modules) {
        const FileIdentity& identity = module.elf.identity();
        const Known* known = find(identity);
        if (known == nullptr) {
            Result<LayoutProfile> added = add(module, process);
            if (!added && added.error().hint.empty()) {
                added.error().hint = "tt-alloc-trace doctor --library " + module.path + " tells more";
            }
            known = &known_.emplace_back(
                added ? Known{identity, std::make_shared<const LayoutProfile>(*std::move(added)), std::nullopt}
                      : Known{identity, nullptr, added.error()}
            );
        }
        traceable += known->refused ? 0 : 1;
        refused_ = known->refused ? known->refused : refused_;
    }
    if (traceable == 0 && refused_) {
        return tl::make_unexpected(*refused_);
    }
    if (traceable > 0) {
        add_exception_runtimes(process);
    }
    return traceable;
}

// Optional: without it failures come without their message.
void ModuleRegistry::add_exception_runtimes(const ProcessHandle& process) {
    const Result<std::vector<ThrowSite>> sites = exception_runtimes_.find_new(process);
    if (!sites) {
        return;
    }
    for (const ThrowSite& site : *sites) {
        ProbeOutcome outcome = site.outcome;
        if (!outcome.symbol.empty()) {
            const ProbedFile file{site.module.elf.fd(), site.module.path};
            const Status attached = attacher_.attach_at(programs_.exception_thrown_program(), file, outcome.offset, scope_);
            outcome.attached = attached.has_value();
            outcome.detail = attached ? outcome.detail : attached.error().message;
        }
        probes_.push_back({std::move(outcome)});
    }
}

const ModuleRegistry::Known* ModuleRegistry::find(const FileIdentity& identity) const {
    const auto found =
        std::find_if(known_.begin(), known_.end(), [&](const Known& known) { return known.identity == identity; });
    return found == known_.end() ? nullptr : &*found;
}

std::vector<MappedLayout> ModuleRegistry::mapped_layouts() const {
    std::vector<MappedLayout> layouts;
    for (const MappedModule& module : scan_.modules) {
        const Known* known = find(module.elf.identity());
        for (const std::uint64_t bias : known != nullptr && known->layout ? module.load_biases : std::vector<std::uint64_t>{}) {
            layouts.push_back({known->layout, bias});
        }
    }
    return layouts;
}

Result<LayoutProfile> ModuleRegistry::add(const MappedModule& module, const ProcessHandle& process) {
    const LayoutSources sources{layout_file_, process.path_of("root")};
    const Result<TraceableModule> traceable = resolve_module(module.elf, sources);
    if (!traceable) {
        return tl::make_unexpected(traceable.error());
    }
    std::vector<InstanceId> instances(traceable->plan.requests.size());
    for (const InstancePlan& planned : plan_instances(*traceable)) {
        Result<DecodedInstance> decodable = decoded(planned, traceable->plan);
        if (!decodable) {
            return tl::make_unexpected(decodable.error());
        }
        const Result<InstanceId> loaded = programs_.load_instance(planned.config);
        if (!loaded) {
            return tl::make_unexpected(loaded.error());
        }
        decoder_.add_instance(*std::move(decodable));
        for (const std::size_t index : planned.requests) {
            instances[index] = *loaded;
        }
    }
    programs_.set_none_complete();
    Result<std::vector<ProbeOutcome>> outcomes =
        attacher_.attach(programs_, instances, traceable->plan, {module.elf.fd(), module.path}, scope_);
    if (!outcomes) {
        return tl::make_unexpected(outcomes.error());
    }
    ModuleInfo info = module_info(*traceable);
    info.path = module.path;
    modules_.push_back(std::move(info));
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
        const bool attached = (*outcomes)[i].attached;
        probes_.push_back(
            attached ? Probe{(*outcomes)[i], instances[i], traceable->plan.requests[i].role} : Probe{(*outcomes)[i]}
        );
    }
    programs_.set_complete_from_now();
    return traceable->layout;
}

std::vector<ProbeOutcome> ModuleRegistry::probes() const {
    std::vector<ProbeOutcome> outcomes;
    for (const Probe& probe : probes_) {
        outcomes.push_back(probe.outcome);
        if (probe.instance != 0 && probe.role != ProbeRole::AllocationEntered) {
            outcomes.back().hits = hits(probe);
        }
    }
    return outcomes;
}

std::vector<std::string> ModuleRegistry::silent_probes() const {
    constexpr std::uint64_t kManyHits = 1000;
    std::vector<std::string> silent;
    for (const Probe& probe : probes_) {
        const bool sibling_is_busy = std::any_of(probes_.begin(), probes_.end(), [&](const Probe& other) {
            return other.instance != 0 && other.outcome.module == probe.outcome.module &&
                   other.role == (probe.role == ProbeRole::Allocated ? ProbeRole::Freed : ProbeRole::Allocated) &&
                   hits(other) >= kManyHits;
        });
        if (probe.instance != 0 && probe.role <= ProbeRole::Freed && hits(probe) == 0 && sibling_is_busy) {
            silent.push_back(
                "the probe '" + probe.outcome.role + "' at " + probe.outcome.symbol +
                " was never hit, its counterpart often: what is shown is not the truth if this build does not call it"
            );
        }
    }
    return silent;
}

}  // namespace tt::alloc_trace
