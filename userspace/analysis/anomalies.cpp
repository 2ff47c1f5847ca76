// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/anomalies.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/range.hpp"

namespace tt::alloc_trace {
namespace {

void take_time(AnomalyPlace& place, std::uint64_t t_ns) {
    place.first_t_ns = place.count == 0 ? t_ns : place.first_t_ns;
    place.last_t_ns = t_ns;
}

void sum_up(Anomaly& sum, const AnomalyPlace& place) {
    sum.first_t_ns = sum.count == 0 ? place.first_t_ns : std::min(sum.first_t_ns, place.first_t_ns);
    sum.last_t_ns = std::max(sum.last_t_ns, place.last_t_ns);
    sum.count += place.count;
    sum.bytes += place.size;
    sum.places.push_back(place);
}

AnomalyKind kind_of(AllocatorChange how) {
    switch (how) {
        case AllocatorChange::StateOverridden: return AnomalyKind::StateOverridden;
        case AllocatorChange::Shrunk: return AnomalyKind::Shrunk;
        case AllocatorChange::Reset: break;
    }
    return AnomalyKind::Reset;
}

// A free in a gap has its allocation among the lost events, and one after a clear had it before the clear: neither is too many.
bool may_be_excess(UnknownFree reason) {
    return reason == UnknownFree::Double || reason == UnknownFree::Unexplained || reason == UnknownFree::BeforeAttach;
}

// That walks found and no loss explains.
std::uint64_t differences_of(const ProcessState& process) { return process.contradictions.found + process.contradictions.gone; }

}  // namespace

std::string_view to_string(AnomalyKind kind) {
    constexpr std::array<std::string_view, kAnomalyKindCount> kNames{
        "double_free",      "excess_frees",     "unexplained_free", "unexplained_difference", "overlap",
        "inferred_end",     "free_after_clear", "free_after_close", "allocator_cleared",      "allocator_overridden",
        "allocator_shrunk", "allocator_reset",  "hooked",           "address_reuse",          "launch_overlap",
        "held_twice",
    };
    return kNames[static_cast<std::size_t>(kind)];
}

AnomalyObserver::AnomalyObserver(LifeFilter filter) : filter_(std::move(filter)) {}

void AnomalyObserver::begin(const TrackerView& view) {
    find_process_.begin(view);
    room_.begin(view);
    held_twice_.begin(view);
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            if (buffer.per_core == 0) {
                addresses_[{process->number, key.allocator, key.generation, key.type}].addresses.insert(key.address);
            }
        }
        if (process->end == ProcessState::End::Alive) {
            differences_[process->pid].known = differences_of(*process);
        }
    }
}

void AnomalyObserver::launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    room_.launched(process, owner, program, planning);
}

void AnomalyObserver::end(const TrackerView& view) { room_.end(view); }

void AnomalyObserver::observe(const Event& event, const Applied& applied) {
    room_.observe(event, applied);
    held_twice_.observe(event, applied);
    if (const auto* freed = std::get_if<Freed>(&event)) {
        on_free(*freed, applied);
    } else if (const auto* allocated = std::get_if<Allocated>(&event)) {
        if (allocated->buffer.hooked) {
            const ProcessState* process = find_process_(allocated->header.pid);
            add(AnomalyKind::Hooked, allocated->header, *process, owner_by_pointer(*process, allocated->buffer.owner), allocated->buffer);
        }
    } else if (const auto* released = std::get_if<AllocatorReleased>(&event)) {
        if (applied.released_kind == FreeKind::Cleared && applied.released > 0) {
            on_allocator(released->header, released->allocator, AnomalyKind::Cleared, applied.released_bytes);
        }
    } else if (const auto* changed = std::get_if<AllocatorChanged>(&event)) {
        on_allocator(changed->header, changed->allocator, kind_of(changed->how), 0);
    } else if (const auto* found = std::get_if<BufferFound>(&event)) {
        differences_[found->header.pid].latest = found->buffer;
    } else if (const auto* gone = std::get_if<BufferGone>(&event)) {
        differences_[gone->header.pid].latest = gone->buffer;
    } else if (const auto* walked = std::get_if<ProcessWalked>(&event)) {
        on_walk(*walked);
    } else if (const auto* regions = std::get_if<AllocatorSeen>(&event)) {
        on_regions(*regions);
    } else if (const auto* exited = std::get_if<ProcessExited>(&event)) {
        differences_.erase(exited->header.pid);
    }
}

void AnomalyObserver::on_free(const Freed& event, const Applied& applied) {
    if (!applied.unknown_free && !applied.after_close) {
        return;
    }
    const ProcessState* process = find_process_(event.header.pid);
    const Owner* owner = owner_by_pointer(*process, event.buffer.owner);
    const auto count = [&](AnomalyKind kind) { add(kind, event.header, *process, owner, event.buffer); };
    if (applied.after_close) {
        count(AnomalyKind::FreeAfterClose);
        return;
    }
    switch (*applied.unknown_free) {
        case UnknownFree::Double: count(AnomalyKind::DoubleFree); break;
        case UnknownFree::AfterClear: count(AnomalyKind::FreeAfterClear); break;
        case UnknownFree::Unexplained: count(AnomalyKind::UnexplainedFree); break;
        case UnknownFree::BeforeAttach:
        case UnknownFree::InGap: break;
    }
    if (may_be_excess(*applied.unknown_free)) {
        count(AnomalyKind::ExcessFrees);
    }
}

void AnomalyObserver::on_allocator(
    const EventHeader& header, std::uint64_t allocator, AnomalyKind kind, std::uint64_t bytes
) {
    const ProcessState* process = find_process_(header.pid);
    BufferFields fields;
    fields.allocator = allocator;
    fields.size = bytes;
    add(kind, header, *process, owner_by_allocator(*process, allocator), fields, true);
}

void AnomalyObserver::on_walk(const ProcessWalked& event) {
    const ProcessState* process = find_process_(event.header.pid);
    Difference& difference = differences_[event.header.pid];
    const std::uint64_t now = differences_of(*process);
    if (now > difference.known) {
        const BufferFields fields = difference.latest.value_or(BufferFields{});
        const Owner* owner = owner_by_allocator(*process, fields.allocator);
        if (AnomalyPlace* place = add(AnomalyKind::UnexplainedDifference, event.header, *process, owner, fields)) {
            const std::uint64_t more = now - difference.known - 1;  // a walk may bring many: the latest is the example
            place->count += more;
            tallies_[static_cast<std::size_t>(AnomalyKind::UnexplainedDifference)].sum.count += more;
        }
    }
    difference = {now, std::nullopt};
}

void AnomalyObserver::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    room_.started(process, key, buffer);
    held_twice_.started(process, key, buffer);
    if (const std::uint64_t* before = past_sizes_.find({process.number, key}); before != nullptr && *before != buffer.size) {
        if (AnomalyPlace* place = add(AnomalyKind::AddressReuse, process, key, buffer)) {
            place->other_size = *before;
        }
    }
    if (buffer.per_core != 0) {
        ++not_placed_;
        return;
    }
    LiveAddresses& space = addresses_[{process.number, key.allocator, key.generation, key.type}];
    not_placed_ += check_overlap(process, key, buffer, space.addresses) ? 0 : 1;
    space.addresses.insert(key.address);
    space.region_known = process.allocators[key.allocator].region(key.type) != nullptr;
}

void AnomalyObserver::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
) {
    room_.ended(process, key, buffer, kind);
    held_twice_.ended(process, key, buffer, kind);
    const auto space = addresses_.find({process.number, key.allocator, key.generation, key.type});
    if (space != addresses_.end() && buffer.per_core == 0) {
        space->second.addresses.erase(key.address);
        if (space->second.addresses.empty()) {
            addresses_.erase(space);
        }
    }
    past_sizes_.put({process.number, key}, buffer.size);
    if (kind == FreeKind::Inferred) {
        add(AnomalyKind::InferredEnd, process, key, buffer);
    }
}

// What it can be told now, which it could not when the buffers came.
void AnomalyObserver::on_regions(const AllocatorSeen& event) {
    const ProcessState& process = *find_process_(event.header.pid);
    const auto index = process.allocator_index.find(event.allocator);
    if (index == process.allocator_index.end()) {
        return;
    }
    const Allocator& allocator = process.allocators[index->second];
    for (const Region& region : event.regions) {
        const auto found = addresses_.find({process.number, index->second, allocator.generation, region.type});
        if (found == addresses_.end() || found->second.region_known) {
            continue;
        }
        found->second.region_known = true;
        std::set<std::uint64_t> below;
        for (const std::uint64_t address : found->second.addresses) {
            const AllocationKey key{address, index->second, region.type, 0, allocator.generation};
            const LiveBuffer* buffer = process.live.find(key);
            not_placed_ -= buffer != nullptr && check_overlap(process, key, *buffer, below) ? 1 : 0;
            below.insert(below.end(), address);
        }
    }
}

// Against its neighbours only: where overlaps are many, one that spans several buffers counts once.
bool AnomalyObserver::check_overlap(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const std::set<std::uint64_t>& others
) {
    const auto bytes = bank_footprint_of(process, key, buffer);
    if (!bytes) {
        return false;
    }
    const auto overlaps = [&](std::uint64_t address) {
        AllocationKey other_key = key;
        other_key.address = address;
        const LiveBuffer* other = process.live.find(other_key);
        const auto other_bytes = other == nullptr ? std::nullopt : bank_footprint_of(process, other_key, *other);
        if (!other_bytes || end_of(address, *other_bytes) <= key.address || end_of(key.address, *bytes) <= address) {
            return false;
        }
        if (AnomalyPlace* place = add(AnomalyKind::Overlap, process, key, buffer)) {
            place->other_size = other->size;
            place->other_address = address;
        }
        return true;
    };
    const auto below = others.lower_bound(key.address);
    const auto above = others.upper_bound(key.address);
    if (below == others.begin() || !overlaps(*std::prev(below))) {
        (void)(above != others.end() && overlaps(*above));
    }
    return true;
}

bool AnomalyObserver::passes(const Owner* owner, std::optional<BufferType> type) const {
    static const std::vector<Place> kUnknown{Place{}};
    return !filter_ || filter_(owner == nullptr ? kUnknown : owner->places, type);
}

// nullptr: filtered out.
AnomalyPlace* AnomalyObserver::add(
    AnomalyKind kind,
    const EventHeader& header,
    const ProcessState& process,
    const Owner* owner,
    const BufferFields& buffer,
    bool of_allocator
) {
    const auto type = of_allocator ? std::nullopt : std::optional(buffer.type);
    if (!passes(owner, type)) {
        return nullptr;
    }
    Tally& tally = tallies_[static_cast<std::size_t>(kind)];
    tally.sum.first_t_ns = tally.sum.count == 0 ? header.t_ns : tally.sum.first_t_ns;
    tally.sum.last_t_ns = header.t_ns;
    ++tally.sum.count;
    tally.sum.bytes += buffer.size;
    AnomalyPlace& place =
        tally.places[{process.number, buffer.allocator, static_cast<std::uint8_t>(buffer.type), buffer.address}];
    if (place.count == 0) {
        place.pid = process.pid;
        place.owner = owner == nullptr ? OwnerIdentity{} : identity_of(*owner);
        place.allocator = buffer.allocator;
        place.type = type;
        place.address = buffer.address;
    }
    take_time(place, header.t_ns);
    ++place.count;
    place.size = buffer.size;
    place.buffer = buffer.buffer;
    place.tid = header.tid;
    place.stack = header.stack;
    return &place;
}

AnomalyPlace* AnomalyObserver::add(
    AnomalyKind kind, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer
) {
    BufferFields fields;
    fields.buffer = buffer.buffer;
    fields.allocator = process.allocators[key.allocator].pointer;
    fields.address = key.address;
    fields.size = buffer.size;
    fields.type = key.type;
    return add(kind, {process.last_t_ns, process.pid, buffer.tid, static_cast<std::uint32_t>(buffer.stack)}, process, &process.owner_of(key), fields);
}

std::vector<LaunchOverlap> AnomalyObserver::launch_overlaps() const {
    std::vector<LaunchOverlap> all = room_.overlaps();
    std::erase_if(all, [this](const LaunchOverlap& overlap) { return filter_ && !filter_(overlap.places, BufferType::L1); });
    return all;
}

std::vector<HeldTwicePair> AnomalyObserver::held_twice() const {
    std::vector<HeldTwicePair> all = held_twice_.pairs();
    std::erase_if(all, [this](const HeldTwicePair& pair) { return filter_ && !filter_(pair.places, pair.type); });
    return all;
}

Anomaly AnomalyObserver::launch_overlap_result() const {
    Anomaly result;
    for (const LaunchOverlap& overlap : launch_overlaps()) {
        AnomalyPlace place;
        place.count = overlap.launches;
        place.pid = overlap.pid;
        place.owner = {overlap.buffer.owner.kind, overlap.buffer.owner.id, overlap.buffer.owner.chips};
        place.allocator = overlap.buffer.allocator;
        place.type = BufferType::L1;
        place.address = overlap.buffer.address;
        place.size = overlap.buffer.size;
        place.other_size = overlap.bytes;
        place.other_address = overlap.planned.begin;
        place.buffer = overlap.buffer.buffer;
        place.tid = overlap.buffer.tid;
        place.stack = overlap.buffer.stack;
        place.first_t_ns = overlap.first.t_ns;
        place.last_t_ns = overlap.last.t_ns;
        sum_up(result, place);
    }
    result.exact = room_.overlapping_launches() == result.count || filter_;
    return result;
}

Anomaly AnomalyObserver::held_twice_result() const {
    Anomaly result;
    for (const HeldTwicePair& pair : held_twice()) {
        AnomalyPlace place;
        place.count = pair.buffers;
        place.pid = pair.pid;
        place.owner = pair.owner;
        place.allocator = pair.allocator;
        place.type = pair.type;
        place.address = pair.address;
        place.size = pair.most_bytes;
        place.first_t_ns = pair.first_t_ns;
        place.last_t_ns = pair.last_t_ns;
        sum_up(result, place);
    }
    return result;
}

Anomaly AnomalyObserver::result(AnomalyKind kind) const {
    if (kind == AnomalyKind::LaunchOverlap) {
        return launch_overlap_result();
    }
    if (kind == AnomalyKind::HeldTwice) {
        return held_twice_result();
    }
    const Tally& tally = tallies_[static_cast<std::size_t>(kind)];
    Anomaly result = tally.sum;
    result.places = tally.places.highest_first();
    result.exact = tally.places.exact();
    if (kind != AnomalyKind::ExcessFrees) {
        return result;
    }
    // One free too many is of a buffer that may be older than the trace; two of one address cannot be.
    std::erase_if(result.places, [](const AnomalyPlace& place) { return place.count < 2; });
    result.count = result.bytes = result.first_t_ns = result.last_t_ns = 0;
    for (const AnomalyPlace& place : result.places) {
        result.first_t_ns = result.count == 0 ? place.first_t_ns : std::min(result.first_t_ns, place.first_t_ns);
        result.last_t_ns = std::max(result.last_t_ns, place.last_t_ns);
        result.count += place.count;
        result.bytes += place.size * place.count;
    }
    return result;
}

}  // namespace tt::alloc_trace
