// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/buffer_classes.hpp"

#include <algorithm>
#include <utility>

namespace tt::alloc_trace::watch {
namespace {

// Instead of the frame of a call site where there is none.
constexpr std::uint64_t kNoFrame = std::uint64_t{1} << 32U;

BufferClass class_of(const Owner& owner, const AllocationKey& key, const LiveBuffer& buffer) {
    return {owner.kind, owner.id, key.type, buffer.origin(), buffer.size, static_cast<std::uint32_t>(buffer.stack)};
}

void add(ClassSum& sum, const LiveBuffer& buffer) {
    ++sum.count;
    sum.bytes += buffer.size;
    sum.newest_t_ns = std::max(sum.newest_t_ns, buffer.t_ns);
}

bool is_on(const std::vector<Place>& places, const Place& place) {
    return std::find(places.begin(), places.end(), place) != places.end();
}

}  // namespace

void each_buffer(
    const ProcessState& process,
    const Place& place,
    MemoryKind kind,
    const std::function<void(const AllocationKey&, const LiveBuffer&, const BufferClass&)>& take
) {
    std::vector<bool> here;  // by owner
    for (const Owner& owner : process.owners) {
        here.push_back(is_on(owner.places, place));
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        const std::uint32_t owner = process.allocators[key.allocator].owner;
        if (here[owner] && memory_kind(key.type) == kind) {
            take(key, buffer, class_of(process.owners[owner], key, buffer));
        }
    }
}

ClassBaseline::ClassBaseline(const TrackerView& view) {
    for (const auto& process : view.processes) {
        Process& kept = processes_[process_key(*process)];
        for (const auto& [key, buffer] : process->live.buffers()) {
            const Owner& owner = process->owner_of(key);
            kept.places.try_emplace({owner.kind, owner.id}, owner.places);
            add(kept.sums[class_of(owner, key, buffer)], buffer);
        }
    }
}

ClassSums ClassBaseline::of(const ProcessKey& process, const Place& place, MemoryKind kind) const {
    ClassSums sums;
    const auto found = processes_.find(process);
    if (found == processes_.end()) {
        return sums;
    }
    for (const auto& [one, sum] : found->second.sums) {
        if (memory_kind(one.type) == kind && is_on(found->second.places.at({one.owner_kind, one.owner_id}), place)) {
            sums.emplace(one, sum);
        }
    }
    return sums;
}

RowId group_id(const BufferClass& one, Grouping grouping, CallSites& sites) {
    RowId id;
    if (grouping == Grouping::All || grouping == Grouping::Owner) {
        id.a = static_cast<std::uint64_t>(one.owner_kind) << 32U | static_cast<std::uint32_t>(one.owner_id);
    }
    if (grouping == Grouping::All || grouping == Grouping::Size) {
        id.b = one.size;
    }
    if (grouping == Grouping::All || grouping == Grouping::CallSite) {
        const std::uint32_t frame = sites.of(one.stack).frame;
        id.c = frame != 0 ? frame : kNoFrame + static_cast<std::uint64_t>(one.found_as);
    }
    return id;
}

std::string call_site_text(const BufferClass& one, CallSites& sites) {
    if (const std::string& text = sites.of(one.stack).text; !text.empty()) {
        return text;
    }
    switch (one.found_as) {
        case FoundAs::PreExisting: return "before the attach";
        case FoundAs::Inferred: return "its event was lost";
        case FoundAs::Allocated: break;
    }
    return "not taken";
}

std::vector<Group> group(const ClassSums& now, const ClassSums* before, Grouping grouping, CallSites& sites) {
    std::map<RowId, Group> groups;
    std::map<RowId, std::uint64_t> largest;
    for (const auto& [one, sum] : now) {
        const RowId id = group_id(one, grouping, sites);
        Group& into = groups[id];
        into.id = id;
        if (sum.bytes >= largest[id]) {
            largest[id] = sum.bytes;
            into.example = one;
        }
        into.sum.count += sum.count;
        into.sum.bytes += sum.bytes;
        into.sum.newest_t_ns = std::max(into.sum.newest_t_ns, sum.newest_t_ns);
    }
    if (before != nullptr) {
        for (auto& entry : groups) {
            entry.second.change_bytes = static_cast<std::int64_t>(entry.second.sum.bytes);
            entry.second.change_count = static_cast<std::int64_t>(entry.second.sum.count);
        }
        for (const auto& [one, sum] : *before) {
            const RowId id = group_id(one, grouping, sites);
            const auto [found, gone] = groups.try_emplace(id);
            if (gone) {  // nothing of it is left: that, too, is a change
                found->second.id = id;
                found->second.example = one;
            }
            found->second.change_bytes -= static_cast<std::int64_t>(sum.bytes);
            found->second.change_count -= static_cast<std::int64_t>(sum.count);
        }
    }
    std::vector<Group> sorted;
    for (auto& [id, one] : groups) {
        if (grouping == Grouping::All || grouping == Grouping::CallSite) {
            one.call_site = call_site_text(one.example, sites);
        }
        sorted.push_back(std::move(one));
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const Group& a, const Group& b) { return a.sum.bytes > b.sum.bytes; });
    return sorted;
}

}  // namespace tt::alloc_trace::watch
