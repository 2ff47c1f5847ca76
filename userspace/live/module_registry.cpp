// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/module_registry.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

std::uint32_t record_kind(ProbeRole role) {
    switch (role) {
        case ProbeRole::Allocated: return TAT_EVENT_ALLOCATED;
        case ProbeRole::Freed: return TAT_EVENT_FREED;
        case ProbeRole::CircularBufferAllocated: return TAT_EVENT_CIRCULAR_BUFFER;
        case ProbeRole::ProgramLaunched: return TAT_EVENT_PROGRAM_LAUNCHED;
        default: return 0;  // these announce no owner
    }
}

ModuleIdentity identity_of(const TraceableModule& module, const ElfFile& elf) {
    ModuleIdentity identity;
    identity.owner = module.layout.owner;
    for (const ProbeRequest& request : module.plan.requests) {
        // The probe may sit a little behind the entry: what hits is the instruction, not the function.
        if (const Result<std::uint64_t> entry = elf.file_offset(request.address)) {
            identity.probe_address[record_kind(request.role)] = request.address + (request.file_offset - *entry);
        }
    }
    return identity;
}

}  // namespace

Result<std::size_t> ModuleRegistry::add_modules_of(const ProcessHandle& process) {
    Result<ModuleScan> scan = finder_.scan(process);
    if (!scan) {
        return tl::make_unexpected(scan.error());
    }
    scan_ = std::move(*scan);
    std::size_t traceable = 0;
    std::optional<Error> refused;
    for (const MappedModule& module : scan_.modules) {
        const FileIdentity& identity = module.elf.identity();
        const Known* known = find(identity);
        if (known == nullptr) {
            Status added = add(module);
            known = &known_.emplace_back(Known{identity, added ? std::nullopt : std::optional(added.error())});
        }
        traceable += known->refused ? 0 : 1;
        refused = known->refused ? known->refused : refused;
    }
    if (traceable == 0 && refused) {
        return tl::make_unexpected(*refused);
    }
    return traceable;
}

const ModuleRegistry::Known* ModuleRegistry::find(const FileIdentity& identity) const {
    const auto found =
        std::find_if(known_.begin(), known_.end(), [&](const Known& known) { return known.identity == identity; });
    return found == known_.end() ? nullptr : &*found;
}

Status ModuleRegistry::add(const MappedModule& module) {
    const Result<TraceableModule> traceable = resolve_module(module.elf);
    if (!traceable) {
        return tl::make_unexpected(traceable.error());
    }
    if (Status accepted = accept_layout(traceable->layout); !accepted) {
        return accepted;
    }
    decoder_.add_module(identity_of(*traceable, module.elf));
    Result<std::vector<ProbeOutcome>> outcomes =
        attacher_.attach(programs_, traceable->plan, {module.elf.fd(), module.path}, scope_);
    if (!outcomes) {
        return tl::make_unexpected(outcomes.error());
    }
    ModuleInfo info = module_info(*traceable);
    info.path = module.path;
    modules_.push_back(std::move(info));
    probes_.insert(probes_.end(), outcomes->begin(), outcomes->end());
    programs_.set_complete_from_now();
    return {};
}

Status ModuleRegistry::accept_layout(const LayoutProfile& layout) {
    if (layout_) {
        const bool same = layout_->buffer == layout.buffer && layout_->owner.mesh_impl == layout.owner.mesh_impl &&
                          layout_->owner.mesh_chips == layout.owner.mesh_chips;
        if (!same) {
            return fail(
                ErrorCode::NotTraceable,
                "its object layout (" + layout.name + ", " + layout.variant + ") is not that of the runtime traced first (" +
                    layout_->name + ", " + layout_->variant + ")",
                "trace this process with a second tt-alloc-trace"
            );
        }
        return {};
    }
    if (Status set = programs_.set_layout(layout); !set) {
        return set;
    }
    decoder_.set_layout(layout);
    layout_ = layout;
    return {};
}

}  // namespace tt::alloc_trace
