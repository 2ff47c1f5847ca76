// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/live_view.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/phases.hpp"
#include "report/origin_words.hpp"
#include "report/owner_labels.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kFailuresShown = 3;

class OwnerNames {
public:
    explicit OwnerNames(std::vector<LiveView::OwnerName>& names) : names_(names) {}

    std::uint32_t index(const Owner& owner) {
        const auto [found, added] = index_.try_emplace(
            std::tuple(owner.kind, owner.id, owner.chips), static_cast<std::uint32_t>(names_.size())
        );
        if (added) {
            names_.push_back({owner_label(owner.kind, owner.id), to_string(owner), owner.chips});
        }
        return found->second;
    }

private:
    std::vector<LiveView::OwnerName>& names_;
    std::map<std::tuple<OwnerKind, std::int32_t, std::vector<std::int32_t>>, std::uint32_t> index_;
};

void add_buffers(LiveView& live, const ProcessState& process, const ViewFilter& filter, OriginMatcher& origins, OwnerNames& names) {
    struct Named {
        std::uint32_t name = 0;
        bool passes = false;
    };
    std::vector<Named> owners;  // by index into process.owners: looked up once, not per buffer
    for (const Owner& owner : process.owners) {
        owners.push_back({names.index(owner), filter.passes_any(owner.places)});
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        const Allocator& allocator = process.allocators[key.allocator];
        const Named owner = owners[allocator.owner];
        if (!owner.passes || !filter.passes(memory_kind(key.type)) || !origins.passes(static_cast<std::uint32_t>(buffer.stack))) {
            continue;
        }
        const FootprintShape shape = buffer.shape();
        live.buffers.push_back(
            {process.pid,
             buffer.tid,
             owner.name,
             key.type,
             allocator.pointer,
             key.address,
             buffer.size,
             buffer.page_size,
             buffer.buffer,
             buffer.t_ns,
             buffer.origin(),
             process.traces.at_risk(allocator.owner, buffer),
             chip_footprint(shape, allocator.region(key.type)),
             shape.per_core,
             shape.cores,
             key.core,
             static_cast<std::uint32_t>(buffer.stack)}
        );
        live.bytes += buffer.size;
    }
}

void add_circular_buffers(LiveView& live, const ProcessState& process, const ViewFilter& filter) {
    if (!filter.passes(MemoryKind::CircularBuffer)) {
        return;
    }
    for (const auto& entry : process.places) {
        const Place& place = entry.first;
        if (!filter.passes(place)) {
            continue;
        }
        for (const std::uint64_t program : process.programs.resident_programs(place)) {
            const auto found = process.programs.programs().find(program);
            if (found == process.programs.programs().end()) {
                continue;
            }
            for (const CircularBuffer& cb : found->second.circular_buffers) {
                const std::uint64_t cores = cb.core_count();
                live.circular_buffers.push_back(
                    {process.pid, place, program, cb.address, cb.size, cores, cb.size * cores, cb.cores_complete, cb.kind}
                );
            }
        }
    }
}

void add_capacities(LiveView& live, const ProcessState& process, const ViewFilter& filter) {
    for (const auto& [where, capacity] : capacities(process)) {
        const auto& [place, type] = where;
        if (capacity.known() && capacity.bank_bytes > 0 && filter.passes(place) && filter.passes(memory_kind(type))) {
            live.capacities.push_back({process.pid, place, type, capacity});
        }
    }
}

std::vector<LiveView::Group> grouped(const std::vector<LiveView::Buffer>& buffers, CallSites sites) {
    std::map<std::tuple<std::uint32_t, std::uint32_t, BufferType, std::uint64_t>, LiveView::Group> groups;
    for (const LiveView::Buffer& buffer : buffers) {
        LiveView::Group& group = groups[{buffer.pid, buffer.owner, buffer.type, buffer.size}];
        if (group.count == 0) {
            group = {buffer.pid, buffer.owner, buffer.type, buffer.size, 0, 0, buffer.t_ns, buffer.t_ns};
        }
        ++group.count;
        group.bytes += buffer.size;
        group.first_t_ns = std::min(group.first_t_ns, buffer.t_ns);
        group.last_t_ns = std::max(group.last_t_ns, buffer.t_ns);
        group.stacks.add(buffer.stack);
    }
    std::vector<LiveView::Group> sorted;
    for (const auto& entry : groups) {
        sorted.push_back(entry.second);
        sorted.back().call_sites = call_sites_text(entry.second.stacks, sites);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const LiveView::Group& a, const LiveView::Group& b) {
        return a.bytes > b.bytes;
    });
    return sorted;
}

}  // namespace

LiveView build_live_view(
    const TrackerView& view, const SessionInfo& session, const ViewFilter& filter, const TrackerView* last_use,
    const OriginFilter& origins
) {
    const TrackerView& moment = last_use == nullptr ? view : *last_use;
    LiveView live;
    live.moment = {last_place(moment), last_use != nullptr};
    live.phase = phase_at(view.marks, live.moment.place.event);
    live.events = view.events;
    live.doubts = view.doubts();
    live.known_before_attach = known_before_attach(view, session);
    OwnerNames names(live.owners);
    OriginMatcher matcher(origins);
    matcher.begin(moment.stacks);
    for (const auto& process : moment.processes) {
        add_buffers(live, *process, filter, matcher, names);
        if (origins.empty()) {
            add_circular_buffers(live, *process, filter);
        }
        add_capacities(live, *process, filter);
    }
    for (const auto& process : view.processes) {
        live.processes.push_back(
            {process->pid,
             process->command,
             process->end == ProcessState::End::Exited,
             process->from_first_event,
             process_health(*process, session, kFailuresShown),
             worth_naming(*process)}
        );
    }
    std::sort(live.buffers.begin(), live.buffers.end(), [](const LiveView::Buffer& a, const LiveView::Buffer& b) {
        return std::tie(a.pid, a.allocator, a.type, a.address, a.core, a.t_ns) <
               std::tie(b.pid, b.allocator, b.type, b.address, b.core, b.t_ns);
    });
    live.groups = grouped(live.buffers, CallSites(moment.stacks));
    return live;
}

}  // namespace tt::alloc_trace
