// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/owner_history.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// The tracker uses an entry again for another owner, and an owner may come to be known better in its entry.
bool is_same(const OwnerRecord& record, const Owner& owner) {
    const OwnerIdentity& known = record.owner;
    const bool same = known.kind == owner.kind && (known.id == owner.id || known.id < 0);
    return record.pointer == owner.pointer && (known.kind == OwnerKind::Unknown || same);
}

OwnerTypeUsage& usage_of(OwnerRecord& record, BufferType type) { return record.types[static_cast<std::size_t>(type)]; }

}  // namespace

void OwnerTypeUsage::start(const LiveBuffer& buffer, const std::optional<std::uint64_t>& footprint) {
    ++(buffer.origin() == FoundAs::Allocated ? allocs : found);
    ++live;
    bytes += buffer.size;
    footprint_bytes += footprint.value_or(0);
    footprint_unknown += footprint ? 0 : 1;
    take_peak();
}

void OwnerTypeUsage::end(const LiveBuffer& buffer, const std::optional<std::uint64_t>& footprint, FreeKind kind) {
    ++frees;
    released += is_release(kind) ? 1 : 0;
    --live;
    bytes -= buffer.size;
    footprint_bytes -= footprint.value_or(0);
    footprint_unknown -= footprint ? 0 : 1;
}

void OwnerTypeUsage::take_back(const LiveBuffer& buffer, const std::optional<std::uint64_t>& footprint) {
    end(buffer, footprint, FreeKind::Freed);
    --frees;
    --(buffer.origin() == FoundAs::Allocated ? allocs : found);
}

void OwnerTypeUsage::take_peak() {
    if (bytes >= peak_bytes) {
        peak_bytes = bytes;
        peak_footprint_known = footprint_unknown == 0;
    }
    if (footprint_unknown == 0) {
        peak_footprint_bytes = std::max(peak_footprint_bytes, footprint_bytes);
    }
}

void OwnerTypeUsage::take_live(const OwnerTypeUsage& moment) {
    live = moment.live;
    bytes = moment.bytes;
    footprint_bytes = moment.footprint_bytes;
    footprint_unknown = moment.footprint_unknown;
}

bool OwnerRecord::used() const {
    return std::any_of(types.begin(), types.end(), [](const OwnerTypeUsage& usage) { return usage.used(); });
}

bool OwnerRecord::holds_any() const {
    return std::any_of(types.begin(), types.end(), [](const OwnerTypeUsage& usage) { return usage.live > 0; });
}

void OwnerHistory::begin(const TrackerView& view) {
    find_process_.begin(view);
    for (const auto& process : view.processes) {
        take(*process);
    }
}

void OwnerHistory::take(const ProcessState& process) {
    if (process.end != ProcessState::End::Alive) {
        return;
    }
    for (std::uint32_t index = 0; index < process.owners.size(); ++index) {
        if (!process.owners[index].current) {
            continue;
        }
        if (OwnerRecord* known = record(process, index)) {
            recount(process, index, *known);
        }
    }
}

std::vector<OwnerRecord> OwnerHistory::owners_with_live_of(const std::vector<const ProcessState*>& then) const {
    OwnerHistory moment;
    for (const ProcessState* process : then) {
        moment.take(*process);
    }
    std::vector<OwnerRecord> owners = records_;
    for (const OwnerRecord& live : moment.records_) {
        const auto same = std::find_if(owners.rbegin(), owners.rend(), [&live](const OwnerRecord& owner) {
            return owner.process == live.process && owner.pointer == live.pointer && owner.owner == live.owner;
        });
        for (std::size_t i = 0; same != owners.rend() && i < kBufferTypeCount; ++i) {
            same->types[i].take_live(live.types[i]);
        }
    }
    return owners;
}

OwnerRecord* OwnerHistory::record(const ProcessState& process, std::uint32_t index) {
    const Owner& owner = process.owners[index];
    const auto [entry, added] = current_.try_emplace({process.number, index}, kNone);
    if (entry->second == kNone || !is_same(records_[entry->second], owner)) {
        entry->second = find_or_make(process, owner);
        if (entry->second == kNone) {
            return nullptr;
        }
    }
    OwnerRecord& known = records_[entry->second];
    if (known.owner.kind != owner.kind || known.owner.id != owner.id || known.owner.chips.size() != owner.chips.size()) {
        known.owner = identity_of(owner);
    }
    known.last_t_ns = process.last_t_ns;
    return &known;
}

// A chip that is opened again is the same object, and may have come to another entry of the tracker's.
std::uint32_t OwnerHistory::find_or_make(const ProcessState& process, const Owner& owner) {
    const Identity identity{process.number, owner.pointer, owner.kind, owner.id};
    const auto latest = latest_.find(identity);
    if (owner.id >= 0 && latest != latest_.end() && !records_[latest->second].process_ended && !records_[latest->second].holds_any()) {
        return latest->second;
    }
    if (records_.size() >= kMaxOwners) {
        return kNone;
    }
    const auto index = static_cast<std::uint32_t>(records_.size());
    OwnerRecord& made = records_.emplace_back();
    made.process = process.number;
    made.pid = process.pid;
    made.pointer = owner.pointer;
    made.owner = identity_of(owner);
    made.first_t_ns = process.last_t_ns;
    latest_[identity] = index;
    return index;
}

OwnerRecord* OwnerHistory::record_by_pointer(const EventHeader& header, std::uint64_t owner) {
    const ProcessState* process = find_process_(header.pid);
    if (process == nullptr) {
        return nullptr;
    }
    const auto found = process->owner_index.find(owner);
    return found == process->owner_index.end() ? nullptr : record(*process, found->second);
}

void OwnerHistory::observe(const Event& event, const Applied& /*applied*/) {
    if (const auto* seen = std::get_if<OwnerSeen>(&event)) {
        record_by_pointer(seen->header, seen->owner);
    } else if (const auto* closing = std::get_if<OwnerClosing>(&event)) {
        OwnerRecord* known = record_by_pointer(closing->header, closing->owner);
        if (known != nullptr && known->open) {  // a destructor closes what is closed already
            known->open = false;
            ++known->closes;
            known->closed_t_ns = closing->header.t_ns;
        }
    } else if (const auto* regions = std::get_if<AllocatorSeen>(&event)) {
        on_regions(*regions);
    } else if (std::holds_alternative<ProcessExited>(event) || std::holds_alternative<ProcessExec>(event)) {
        on_exit(header_of(event));
    }
}

// All device memory went with the process, or with its old address space.
void OwnerHistory::on_exit(const EventHeader& header) {
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        if (record->pid == header.pid && !record->process_ended) {
            record->process_ended = true;
            current_.erase(current_.lower_bound({record->process, 0}), current_.upper_bound({record->process, kNone}));
        }
    }
}

// The tracker gave all live buffers of the allocator another footprint.
void OwnerHistory::on_regions(const AllocatorSeen& event) {
    const ProcessState* process = find_process_(event.header.pid);
    const auto found = process->allocator_index.find(event.allocator);
    if (found == process->allocator_index.end()) {
        return;
    }
    const std::uint32_t index = process->allocators[found->second].owner;
    OwnerRecord* known = record(*process, index);
    if (known == nullptr) {
        return;
    }
    known->open = true;
    bool changed = false;
    for (const Region& region : event.regions) {
        std::optional<Region>& last = usage_of(*known, region.type).region;
        changed = changed || last != region;
        last = region;
    }
    if (changed) {
        recount(*process, index, *known);
    }
}

void OwnerHistory::recount(const ProcessState& process, std::uint32_t index, OwnerRecord& record) {
    for (OwnerTypeUsage& usage : record.types) {
        usage.live = usage.bytes = usage.footprint_bytes = usage.footprint_unknown = 0;
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (process.allocators[key.allocator].owner != index) {
            continue;
        }
        OwnerTypeUsage& usage = usage_of(record, key.type);
        const auto footprint = footprint_of(process, key, buffer);
        ++usage.live;
        usage.bytes += buffer.size;
        usage.footprint_bytes += footprint.value_or(0);
        usage.footprint_unknown += footprint ? 0 : 1;
    }
    for (const Allocator& allocator : process.allocators) {
        for (std::size_t i = 0; allocator.alive && allocator.owner == index && i < kBufferTypeCount; ++i) {
            if (const Region* region = allocator.region(static_cast<BufferType>(i))) {
                record.types[i].region = *region;
            }
        }
    }
    for (OwnerTypeUsage& usage : record.types) {
        usage.take_peak();
    }
}

void OwnerHistory::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    OwnerRecord* known = record(process, process.allocators[key.allocator].owner);
    if (known == nullptr) {
        ++not_kept_;
        return;
    }
    known->open = true;
    usage_of(*known, key.type).start(buffer, footprint_of(process, key, buffer));
}

void OwnerHistory::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) {
    OwnerRecord* known = record(process, process.allocators[key.allocator].owner);
    if (known == nullptr) {
        return;
    }
    ++known->ends[static_cast<std::size_t>(kind)];
    usage_of(*known, key.type).end(buffer, footprint_of(process, key, buffer), kind);
}

void OwnerHistory::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    OwnerRecord* known = record(process, process.allocators[key.allocator].owner);
    if (known == nullptr) {
        return;
    }
    OwnerTypeUsage& usage = usage_of(*known, key.type);
    if (before.origin() != FoundAs::Allocated && now.origin() == FoundAs::Allocated && usage.found > 0) {
        --usage.found;
        ++usage.allocs;
    }
    const auto was = footprint_of(process, key, before);
    const auto is = footprint_of(process, key, now);
    usage.footprint_bytes += is.value_or(0) - was.value_or(0);
    usage.footprint_unknown += (is ? 0U : 1U) - (was ? 0U : 1U);
}

}  // namespace tt::alloc_trace
