// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace_unsafe.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tt::alloc_trace {
namespace {

void add_footprint(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& footprint) {
    sum = sum && footprint ? std::optional(*sum + *footprint) : std::nullopt;
}

// Just allocated: whether it lies below something, with room below itself. nullopt: that is not known.
std::optional<bool> lies_below(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const Region* region = process.allocators[key.allocator].region(key.type);
    const std::optional<std::uint64_t> bytes = bank_footprint_of(process, key, buffer);
    if (region == nullptr || !bytes) {
        return std::nullopt;
    }
    const auto of_space = [&key](const AllocationKey& other) { return other.allocator == key.allocator && other.type == key.type; };
    bool below = key.address + *bytes == region->base + region->bytes;
    bool above = key.address == region->base;
    for (const auto& [other, neighbour] : process.live.buffers()) {
        if (of_space(other)) {
            below = below || other.address == key.address + *bytes;
            above = above || other.address + bank_footprint_of(process, other, neighbour).value_or(0) == key.address;
        }
    }
    return below && !above;
}

}  // namespace

TraceUnsafeObserver::TraceUnsafeObserver(LifeFilter filter) : filter_(std::move(filter)) {}

void TraceUnsafeObserver::begin(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const KeptTrace& trace : process->traces.kept()) {
            list(*process, trace, trace.allocs);
        }
    }
}

void TraceUnsafeObserver::end(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const KeptTrace& trace : process->traces.kept()) {
            row_of(*process, trace);
        }
        if (!process->traces.kept().empty()) {
            count_live(*process, std::nullopt);
        }
    }
}

void TraceUnsafeObserver::list(const ProcessState& process, const KeptTrace& trace, std::uint64_t allocs_before) {
    ++captured_;
    if (traces_.size() >= kMaxTraces) {
        return;
    }
    rows_[{process.number, trace.number}] = {traces_.size(), allocs_before};
    CapturedTrace& row = traces_.emplace_back();
    row.number = static_cast<std::uint32_t>(traces_.size());
    row.pid = process.pid;
    row.owner = identity_of(process.owners[trace.owner]);
    row.before_attach = trace.before_attach;
    row.captured_t_ns = trace.since_t_ns;
    if (trace.storage) {
        row.storage = {trace.storage->type, trace.storage->address, trace.storage_bytes};
    }
}

// Brought up to date. Null: not listed.
CapturedTrace* TraceUnsafeObserver::row_of(const ProcessState& process, const KeptTrace& trace) {
    const auto found = rows_.find({process.number, trace.number});
    if (found == rows_.end()) {
        return nullptr;
    }
    CapturedTrace& row = traces_[found->second.index];
    row.id = trace.id;
    row.allocs = trace.allocs - found->second.allocs_before;
    return &row;
}

void TraceUnsafeObserver::trace_kept(const ProcessState& process, const KeptTrace& trace) { list(process, trace, 0); }

void TraceUnsafeObserver::trace_replayed(const ProcessState& process, const KeptTrace& trace) {
    ++replays_;
    freed_last_.clear();
    if (CapturedTrace* row = row_of(process, trace)) {
        ++row->replays;
        row->last_replay_t_ns = process.last_t_ns;
    }
}

void TraceUnsafeObserver::trace_released(const ProcessState& process, const KeptTrace& trace, bool /*closed*/) {
    if (CapturedTrace* row = row_of(process, trace)) {
        row->released_t_ns = process.last_t_ns;
        rows_.erase({process.number, trace.number});
    }
}

void TraceUnsafeObserver::traces_closing(const ProcessState& process, std::uint32_t owner) {
    count_live(process, owner);
    count_freed(process);
}

void TraceUnsafeObserver::started(const ProcessState& /*process*/, const AllocationKey& /*key*/, const LiveBuffer& /*buffer*/) {
    freed_last_.clear();
}

void TraceUnsafeObserver::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    if (!process.traces.at_risk(process.allocators[key.allocator].owner, buffer) || !passes(process, key)) {
        return;
    }
    Freed& freed = freed_last_[{process.number, identity_of(process.owner_of(key)), key.type, buffer.size}];
    ++freed.buffers;
    freed.not_replayed += buffer.replayed_over == 0 ? 1 : 0;
}

// A job that ends gives back what it held to the end.
void TraceUnsafeObserver::count_freed(const ProcessState& process) {
    for (const auto& [key, freed] : freed_last_) {
        if (key.process != process.number) {
            continue;
        }
        totals_.live += freed.buffers;
        totals_.live_bytes += freed.buffers * key.size;
        totals_.live_not_replayed += freed.not_replayed;
        if (const auto group = groups_.find(key); group != groups_.end()) {
            group->second.live += freed.buffers;
        }
    }
    std::erase_if(freed_last_, [&](const auto& entry) { return entry.first.process == process.number; });
}

bool TraceUnsafeObserver::passes(const ProcessState& process, const AllocationKey& key) const {
    return !filter_ || filter_(process.owner_of(key).places, key.type);
}

// Null: there are too many.
UnsafeGroup* TraceUnsafeObserver::group_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const GroupKey group_key{process.number, identity_of(process.owner_of(key)), key.type, buffer.size};
    auto found = groups_.find(group_key);
    if (found == groups_.end()) {
        if (groups_.size() >= kMaxGroups) {
            return nullptr;
        }
        UnsafeGroup fresh;
        fresh.pid = process.pid;
        fresh.owner = group_key.owner;
        fresh.type = key.type;
        fresh.size = buffer.size;
        fresh.first_t_ns = buffer.t_ns;
        found = groups_.emplace(group_key, std::move(fresh)).first;
    }
    return &found->second;
}

void TraceUnsafeObserver::name_trace(UnsafeGroup& group, std::uint32_t number) {
    const auto at = std::lower_bound(group.traces.begin(), group.traces.end(), number);
    if (at != group.traces.end() && *at == number) {
        return;
    }
    if (group.traces.size() < kMaxTracesNamed) {
        group.traces.insert(at, number);
    } else {
        group.more_traces = true;
    }
}

void TraceUnsafeObserver::came_at_risk(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (!passes(process, key)) {
        return;
    }
    ++totals_.allocs;
    UnsafeGroup* group = group_of(process, key, buffer);
    if (group == nullptr) {
        return;
    }
    ++group->count;
    group->stacks.add(static_cast<std::uint32_t>(buffer.stack));
    add_footprint(group->bank_bytes, bank_footprint_of(process, key, buffer));
    group->last_t_ns = std::max(group->last_t_ns, buffer.t_ns);
    if (key.type == BufferType::Dram && group->count <= kMaxLookedAt) {
        const std::optional<bool> from_top = lies_below(process, key, buffer);
        group->looked_at += from_top ? 1 : 0;
        group->from_top += from_top.value_or(false) ? 1 : 0;
    }
    for (const KeptTrace& trace : process.traces.kept()) {
        const bool concerned = TraceTable::concerns(trace, process.allocators[key.allocator].owner, buffer);
        if (const CapturedTrace* row = concerned && !group->more_traces ? row_of(process, trace) : nullptr) {
            name_trace(*group, row->number);
        }
    }
}

void TraceUnsafeObserver::replayed_over(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const KeptTrace& trace
) {
    if (!passes(process, key)) {
        return;
    }
    if (CapturedTrace* row = row_of(process, trace)) {
        ++row->replayed_over;
    }
    if (buffer.replayed_over != 0) {
        return;
    }
    const bool written = writes_over(process, trace, key, buffer).value_or(false);
    ++totals_.replayed_over;
    totals_.replayed_over_bytes += buffer.size;
    totals_.written_over += written ? 1 : 0;
    if (UnsafeGroup* group = group_of(process, key, buffer)) {
        ++group->replayed_over;
        group->written_over += written ? 1 : 0;
    }
}

// Of one owner, or of all.
void TraceUnsafeObserver::count_live(const ProcessState& process, std::optional<std::uint32_t> owner) {
    for (const auto& [key, buffer] : process.live.buffers()) {
        const std::uint32_t its_owner = process.allocators[key.allocator].owner;
        const bool asked = !owner || *owner == its_owner;
        if (!asked || !process.traces.at_risk(its_owner, buffer) || !passes(process, key)) {
            continue;
        }
        ++totals_.live;
        totals_.live_bytes += buffer.size;
        totals_.live_not_replayed += buffer.replayed_over == 0 ? 1 : 0;
        if (UnsafeGroup* group = group_of(process, key, buffer)) {
            ++group->live;
        }
    }
}

std::vector<UnsafeGroup> TraceUnsafeObserver::groups() const {
    std::vector<UnsafeGroup> sorted;
    for (const auto& entry : groups_) {
        sorted.push_back(entry.second);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const UnsafeGroup& a, const UnsafeGroup& b) {
        const auto weight = [](const UnsafeGroup& group) {
            return std::tuple(group.replayed_over * group.size, group.live * group.size, group.count * group.size);
        };
        return weight(a) > weight(b);
    });
    return sorted;
}

}  // namespace tt::alloc_trace
