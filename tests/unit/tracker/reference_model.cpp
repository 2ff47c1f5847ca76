// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "reference_model.hpp"

#include <algorithm>

namespace tt::alloc_trace::test {
namespace {

std::vector<Place> places_of(const OwnerSeen& event) {
    if (event.kind == OwnerKind::Unknown) {
        return {Place{}};
    }
    if (event.chips.empty()) {
        return {Place{event.kind, event.id}};
    }
    std::vector<Place> places;
    for (const std::int32_t chip : event.chips) {
        places.push_back(Place{OwnerKind::Chip, chip});
    }
    return places;
}

}  // namespace

Usage ModelProcess::usage(const Place& place, BufferType type) const {
    Usage sum;
    for (const auto& [key, buffer] : live) {
        if (std::get<BufferType>(key) == type && std::count(buffer.places.begin(), buffer.places.end(), place) > 0) {
            ++sum.buffers;
            sum.bytes += buffer.size;
        }
    }
    if (const auto count = counts.find({place, type}); count != counts.end()) {
        sum.allocs = count->second.allocs;
        sum.frees = count->second.frees;
        sum.peak_bytes = count->second.peak_bytes;
    }
    return sum;
}

std::optional<UnknownFree> ReferenceModel::apply(const Event& event) {
    const EventHeader& header = header_of(event);
    if (const auto* loss = std::get_if<Lost>(&event)) {
        missing_allocations_ += loss->allocated;
        last_gap_ns_ = loss->allocated > 0 ? header.t_ns : last_gap_ns_;
        return std::nullopt;
    }
    if (of_no_process(event)) {
        return std::nullopt;
    }
    ModelProcess& of = process(header.pid);
    if (const auto* allocation = std::get_if<Allocated>(&event)) {
        return allocated(of, *allocation);
    }
    if (const auto* free = std::get_if<Freed>(&event)) {
        return freed(of, *free);
    }
    if (const auto* owner = std::get_if<OwnerSeen>(&event)) {
        owner_seen(of, *owner);
    } else if (const auto* closing = std::get_if<OwnerClosing>(&event)) {
        if (of.owners.contains(closing->owner)) {
            of.closing.emplace(closing->owner, of.owners[closing->owner].generation);
        }
    } else if (const auto* release = std::get_if<AllocatorReleased>(&event)) {
        released(of, *release);
    } else if (const auto* fork = std::get_if<ProcessForked>(&event)) {
        forked_.insert(fork->child_pid);
    } else if (std::holds_alternative<ProcessExec>(event)) {
        end_all(of, header.t_ns);
        of.inherits = false;
    } else if (std::holds_alternative<ProcessExited>(event)) {
        end_all(of, header.t_ns);
        of.alive = false;
    } else if (const auto* seen = std::get_if<ProcessSeen>(&event)) {
        if (of.start_time_ns != 0 && of.start_time_ns != seen->start_time_ns) {
            end_all(of, header.t_ns);
            of.alive = false;
        }
        ModelProcess& now = process(header.pid);
        now.start_time_ns = seen->start_time_ns;
        now.from_first_event = seen->from_first_event;
        now.inherits = forked_.erase(header.pid) > 0 || now.inherits;
    }
    return std::nullopt;
}

ModelProcess& ReferenceModel::process(std::uint32_t pid) {
    const auto found = std::find_if(processes_.begin(), processes_.end(), [&](const ModelProcess& process) {
        return process.alive && process.pid == pid;
    });
    if (found != processes_.end()) {
        return *found;
    }
    processes_.emplace_back().pid = pid;
    return processes_.back();
}

// Two sightings are of one object if what both could read of it agrees: the later one completes or corrects the earlier.
void ReferenceModel::owner_seen(ModelProcess& process, const OwnerSeen& event) {
    ModelProcess::Owner& owner = process.owners[event.owner];
    OwnerSeen& known = owner.seen;
    const bool first = !owner.known;
    owner.known = true;
    if (!first && event.kind == OwnerKind::Unknown) {
        return;
    }
    const bool kinds_agree = known.kind == OwnerKind::Unknown || known.kind == event.kind;
    const bool ids_agree = known.id < 0 || event.id < 0 || known.id == event.id;
    if (!kinds_agree || !ids_agree) {
        owner.generation += 1;
        known = event;
        return;
    }
    if (event.id < 0 && known.kind == event.kind) {
        return;
    }
    const bool says_less = event.chips.empty() && known.kind == event.kind && known.id == event.id;
    const bool says_the_same = known.kind == event.kind && known.id == event.id && known.chips == event.chips;
    if (says_less || says_the_same) {
        return;
    }
    known = event;
    for (auto& [key, buffer] : process.live) {
        const ModelProcess::Allocator& allocator = process.allocators[std::get<0>(key)];
        const bool is_its = allocator.owner == event.owner && allocator.owner_generation == owner.generation &&
                            allocator.generation == std::get<1>(key);
        if (!is_its) {
            continue;
        }
        for (const Place& place : buffer.places) {
            ++process.counts[{place, std::get<BufferType>(key)}].frees;
        }
        buffer.places = places_of(known);
        for (const Place& place : buffer.places) {
            ++process.counts[{place, std::get<BufferType>(key)}].allocs;
        }
    }
    for (const Place& place : places_of(known)) {
        for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
            take(process, place, static_cast<BufferType>(type));
        }
    }
}

void ReferenceModel::take(ModelProcess& process, const Place& place, BufferType type) {
    std::uint64_t& peak = process.counts[{place, type}].peak_bytes;
    peak = std::max(peak, process.usage(place, type).bytes);
}

// An allocator is of one owner all its life: the same pointer with another one means that its end was missed.
ModelKey ReferenceModel::key(ModelProcess& process, const BufferFields& fields, std::uint64_t t_ns) {
    ModelProcess::Owner& owner = process.owners[fields.owner];
    owner.known = true;
    ModelProcess::Allocator& allocator = process.allocators[fields.allocator];
    if (!allocator.present || allocator.owner != fields.owner || allocator.owner_generation != owner.generation) {
        process.closing.erase({fields.owner, owner.generation});
        for (auto live = process.live.begin(); live != process.live.end();) {
            const ModelKey at = (live++)->first;
            if (std::get<0>(at) == fields.allocator && std::get<1>(at) == allocator.generation) {
                end(process, at, FreeKind::ReleasedByClose, t_ns);
            }
        }
        allocator = {allocator.generation + 1, fields.owner, owner.generation, true};
    }
    return {fields.allocator, allocator.generation, fields.type, fields.address};
}

std::optional<UnknownFree> ReferenceModel::allocated(ModelProcess& process, const Allocated& event) {
    if (event.buffer.hooked) {
        ++process.hooked;
        return std::nullopt;
    }
    const ModelKey at = key(process, event.buffer, event.header.t_ns);
    if (process.live.contains(at)) {
        end(process, at, FreeKind::Inferred, event.header.t_ns);
        process.past.erase(at);
    }
    const ModelProcess::Owner& owner = process.owners[event.buffer.owner];
    const std::vector<Place> places = places_of(owner.seen);
    process.live[at] = {event.buffer.buffer, event.buffer.size, event.header.t_ns, places};
    for (const Place& place : places) {
        ++process.counts[{place, event.buffer.type}].allocs;
        take(process, place, event.buffer.type);
    }
    return std::nullopt;
}

std::optional<UnknownFree> ReferenceModel::freed(ModelProcess& process, const Freed& event) {
    if (event.buffer.hooked) {
        return std::nullopt;
    }
    if (process.allocators[event.buffer.allocator].dead) {
        return std::nullopt;  // the Buffer outlived its device, the memory did not
    }
    const ModelKey at = key(process, event.buffer, event.header.t_ns);
    std::optional<UnknownFree> unknown;
    const auto live = process.live.find(at);
    const auto past = process.past.find(at);
    if (live == process.live.end() && past != process.past.end() && past->second.end == FreeKind::ReleasedByClose) {
        return std::nullopt;  // its end is counted already
    }
    if (live == process.live.end()) {
        unknown = reason(process, at);
        process.past[at] = {FreeKind::Freed, event.header.t_ns};
    } else if (live->second.buffer != event.buffer.buffer && !(last_gap_ns_ && *last_gap_ns_ >= live->second.t_ns)) {
        unknown = UnknownFree::Double;
    } else {
        end(process, at, FreeKind::Freed, event.header.t_ns);
    }
    if (unknown) {
        ++process.unknown_frees.at(static_cast<std::size_t>(*unknown));
    }
    return unknown;
}

UnknownFree ReferenceModel::reason(const ModelProcess& process, const ModelKey& key) {
    const auto past = process.past.find(key);
    const std::uint64_t known_since_ns = past == process.past.end() ? 0 : past->second.t_ns;
    if (missing_allocations_ > 0 && last_gap_ns_ && *last_gap_ns_ >= known_since_ns) {
        --missing_allocations_;
        return UnknownFree::InGap;
    }
    if (past == process.past.end()) {
        const bool explained = !process.from_first_event || process.inherits;
        return explained ? UnknownFree::BeforeAttach : UnknownFree::Unexplained;
    }
    return past->second.end == FreeKind::Cleared ? UnknownFree::AfterClear : UnknownFree::Double;
}

void ReferenceModel::released(ModelProcess& process, const AllocatorReleased& event) {
    const bool destroyed = event.how == AllocatorRelease::Destroyed;
    process.allocators[event.allocator].dead = destroyed || process.allocators[event.allocator].dead;
    const auto allocator = process.allocators.find(event.allocator);
    if (!allocator->second.present) {
        return;
    }
    const std::pair owner{allocator->second.owner, allocator->second.owner_generation};
    const bool closes = destroyed || process.closing.contains(owner);
    for (auto live = process.live.begin(); live != process.live.end();) {
        const ModelKey at = (live++)->first;
        if (std::get<0>(at) == event.allocator && std::get<1>(at) == allocator->second.generation) {
            end(process, at, closes ? FreeKind::ReleasedByClose : FreeKind::Cleared, event.header.t_ns);
        }
    }
    allocator->second.present = !destroyed;
}

void ReferenceModel::end(ModelProcess& process, const ModelKey& key, FreeKind kind, std::uint64_t t_ns) {
    const auto live = process.live.find(key);
    ++process.ends.at(static_cast<std::size_t>(kind));
    for (const Place& place : live->second.places) {
        ++process.counts[{place, std::get<BufferType>(key)}].frees;
    }
    process.live.erase(live);
    process.past[key] = {kind, t_ns};
}

void ReferenceModel::end_all(ModelProcess& process, std::uint64_t t_ns) {
    while (!process.live.empty()) {
        const ModelKey first = process.live.begin()->first;
        end(process, first, FreeKind::ReleasedByExit, t_ns);
    }
    // Nothing of the old address space has a meaning in a new one; generations never come again.
    for (auto& [pointer, allocator] : process.allocators) {
        allocator.present = false;
        allocator.dead = false;
    }
    for (auto& [pointer, owner] : process.owners) {
        owner = {owner.generation + 1, {}, false};
    }
}

}  // namespace tt::alloc_trace::test
