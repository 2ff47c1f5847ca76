// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/object_table.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace tt::alloc_trace {
namespace {

// Entries before the ended ones are looked for: more than any job has open at a time.
constexpr std::size_t kEntriesBeforeReuse = 256;

std::vector<Place> places_of(const OwnerSeen& owner) {
    if (owner.kind == OwnerKind::Unknown || owner.chips.empty()) {
        return {Place{owner.kind, owner.id}};
    }
    std::vector<Place> places;
    for (const std::int32_t chip : owner.chips) {
        places.push_back({OwnerKind::Chip, chip});
    }
    return places;
}

Owner make_owner(ProcessState& process, const OwnerSeen& seen) {
    Owner owner;
    owner.pointer = seen.owner;
    owner.kind = seen.kind;
    owner.id = seen.id;
    owner.chips = seen.chips;
    owner.places = places_of(seen);
    for (const Place& place : owner.places) {
        owner.usages.push_back(&process.places[place]);
    }
    return owner;
}

void enter(PlaceUsage& place, const AllocationKey& key, const LiveBuffer& buffer, Usage::Footprint footprint) {
    Usage& usage = place.of(key.type);
    if (buffer.origin() == FoundAs::Allocated) {
        usage.add(buffer.size, footprint);
    } else {
        usage.add_found(buffer.size, footprint);
    }
    usage.per_core += buffer.per_core;
}

void leave(
    PlaceUsage& place, const AllocationKey& key, const LiveBuffer& buffer, Usage::Footprint footprint, bool release = false
) {
    place.of(key.type).remove(buffer.size, footprint, release);
    place.of(key.type).per_core -= buffer.per_core;
}

void take_peaks(const Owner& owner) {
    for (PlaceUsage* place : owner.usages) {
        for (Usage& usage : place->types) {
            usage.take_peak();
        }
    }
}

bool reusable(const Owner& owner) { return owner.allocators == 0 && (owner.closing || !owner.current); }

// Places of meshes whose chips are not known come and go with the meshes; chips stay.
void forget_unused_places(ProcessState& process) {
    std::set<Place> used;
    for (const Owner& owner : process.owners) {
        used.insert(owner.places.begin(), owner.places.end());
    }
    std::erase_if(process.places, [&](const auto& entry) {
        const bool forget = entry.first.kind == OwnerKind::Mesh && !used.contains(entry.first);
        if (forget) {
            process.programs.release({entry.first});
        }
        return forget;
    });
    process.shared.forget(process);
}

void find_reusable_owners(ProcessState& process) {
    for (std::uint32_t index = 0; index < process.owners.size(); ++index) {
        Owner& owner = process.owners[index];
        if (!reusable(owner)) {
            continue;
        }
        if (owner.current) {
            process.owner_index.erase(owner.pointer);
        }
        owner = Owner{};
        owner.current = false;
        process.spare_owners.push_back(index);
    }
    forget_unused_places(process);
    process.owners_before_reuse =
        std::max(kEntriesBeforeReuse, 2 * (process.owners.size() - process.spare_owners.size()));
}

// Those that were destroyed, and emptied ones of owners that closed: not all builds tell of the destruction.
void find_reusable_allocators(ProcessState& process) {
    constexpr std::uint16_t kLastGeneration = std::numeric_limits<std::uint16_t>::max();
    for (std::uint32_t index = 0; index < process.allocators.size(); ++index) {
        Allocator& allocator = process.allocators[index];
        const Owner& owner = process.owners[allocator.owner];
        if (allocator.alive && allocator.live == 0 && (owner.closing || !owner.current)) {
            end_allocator(process, index);
        }
        if (!allocator.alive && allocator.generation != kLastGeneration) {
            allocator.owner = 0;
            process.spare_allocators.push_back(index);
        }
    }
    process.allocators_before_reuse =
        std::max(kEntriesBeforeReuse, 2 * (process.allocators.size() - process.spare_allocators.size()));
}

std::uint32_t take_spare(std::vector<std::uint32_t>& spare) {
    const std::uint32_t index = spare.back();
    spare.pop_back();
    return index;
}

std::uint32_t add_owner(ProcessState& process, const OwnerSeen& seen) {
    if (const auto known = process.owner_index.find(seen.owner); known != process.owner_index.end()) {
        process.owners[known->second].current = false;
        process.traces.release_owner(process, known->second);
    }
    if (process.spare_owners.empty() && process.owners.size() >= process.owners_before_reuse) {
        find_reusable_owners(process);
    }
    Owner owner = make_owner(process, seen);
    if (process.spare_owners.empty()) {
        process.spare_owners.push_back(static_cast<std::uint32_t>(process.owners.size()));
        process.owners.emplace_back();
    }
    const std::uint32_t index = take_spare(process.spare_owners);
    process.owners[index] = std::move(owner);
    process.owner_index[seen.owner] = index;
    return index;
}

std::uint32_t add_allocator(ProcessState& process, std::uint64_t pointer, std::uint32_t owner) {
    if (process.spare_allocators.empty() && process.allocators.size() >= process.allocators_before_reuse) {
        find_reusable_allocators(process);
    }
    if (process.spare_allocators.empty()) {
        process.spare_allocators.push_back(static_cast<std::uint32_t>(process.allocators.size()));
        process.allocators.emplace_back().alive = false;
    }
    const std::uint32_t index = take_spare(process.spare_allocators);
    Allocator allocator;
    allocator.pointer = pointer;
    allocator.owner = owner;
    allocator.generation = static_cast<std::uint16_t>(process.allocators[index].generation + 1);
    process.allocators[index] = allocator;
    process.allocator_index[pointer] = index;
    process.dead_allocators.erase(pointer);
    ++process.owners[owner].allocators;
    process.owners[owner].closing = false;  // it was opened again: a closing one gets no new allocator
    return index;
}

// The same object, better known: its live buffers move to where they belong.
void refine_owner(ProcessState& process, std::uint32_t index, const OwnerSeen& seen) {
    Owner refined = make_owner(process, seen);
    Owner& known = process.owners[index];
    refined.closing = known.closing;
    refined.allocators = known.allocators;
    process.gone_through += process.live.buffers().size();
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (process.allocators[key.allocator].owner != index) {
            continue;
        }
        const Usage::Footprint footprint = footprint_of(process, key, buffer);
        for (PlaceUsage* usage : known.usages) {
            leave(*usage, key, buffer, footprint);
        }
        for (PlaceUsage* usage : refined.usages) {
            enter(*usage, key, buffer, footprint);
        }
    }
    known = std::move(refined);
    process.shared.rebuild(process);
    take_peaks(known);
}

bool holds_buffers(const ProcessState& process, std::uint32_t owner) {
    return std::any_of(process.allocators.begin(), process.allocators.end(), [owner](const Allocator& allocator) {
        return allocator.alive && allocator.owner == owner && allocator.live > 0;
    });
}

}  // namespace

std::optional<std::uint64_t> footprint_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const Region* region = process.allocators[key.allocator].region(key.type);
    return region == nullptr ? std::nullopt : chip_footprint(buffer.shape(), region);
}

std::optional<std::uint64_t> bank_footprint_of(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer
) {
    const Region* region = process.allocators[key.allocator].region(key.type);
    return region == nullptr || buffer.per_core != 0 ? std::nullopt : bank_footprint(buffer.shape(), region);
}

std::uint32_t owner_index(ProcessState& process, std::uint64_t pointer) {
    if (const auto found = process.owner_index.find(pointer); found != process.owner_index.end()) {
        return found->second;
    }
    OwnerSeen unidentified;
    unidentified.owner = pointer;
    return add_owner(process, unidentified);
}

// Owners are announced again and again, and each time a part of them may be unreadable. Same kind and id at the same
// pointer is the same object: chips stay in the pool, ids of meshes do not come again; a mesh may have been reshaped.
bool announce_owner(ProcessState& process, const OwnerSeen& seen) {
    const auto found = process.owner_index.find(seen.owner);
    if (found == process.owner_index.end()) {
        add_owner(process, seen);
        return false;
    }
    const Owner& known = process.owners[found->second];
    const bool same_kind = known.kind == seen.kind;
    const bool same = same_kind && known.id == seen.id;
    const bool says_less = seen.kind == OwnerKind::Unknown || (same_kind && seen.id < 0) || (same && seen.chips.empty());
    if (says_less || (same && seen.chips == known.chips)) {
        return false;
    }
    if (same || known.kind == OwnerKind::Unknown || (same_kind && known.id < 0)) {
        refine_owner(process, found->second, seen);
        return false;
    }
    const bool holds = !known.closing && holds_buffers(process, found->second);
    add_owner(process, seen);
    return holds;
}

void restore_owner(ProcessState& process, const Owner& owner) {
    OwnerSeen seen;
    seen.owner = owner.pointer;
    seen.kind = owner.kind;
    seen.id = owner.id;
    seen.chips = owner.chips;
    const auto index = static_cast<std::uint32_t>(process.owners.size());
    Owner& restored = process.owners.emplace_back(make_owner(process, seen));
    restored.closing = owner.closing;
    restored.current = owner.current;
    if (restored.current) {
        process.owner_index[restored.pointer] = index;
    }
}

std::uint32_t allocator_index(
    ProcessState& process, std::uint64_t pointer, std::uint64_t owner_pointer, std::uint64_t t_ns
) {
    const std::uint32_t owner = owner_index(process, owner_pointer);
    const auto found = process.allocator_index.find(pointer);
    if (found == process.allocator_index.end()) {
        return add_allocator(process, pointer, owner);
    }
    const std::uint32_t index = found->second;
    if (process.allocators[index].owner == owner) {
        return index;
    }
    if (process.allocators[index].live > 0) {
        release(process, FreeKind::ReleasedByClose, {AllocationTable::End::Released, t_ns}, [index](const AllocationKey& key) {
            return key.allocator == index;
        });
    }
    end_allocator(process, index);
    return add_allocator(process, pointer, owner);
}

AllocationKey key_of(ProcessState& process, const BufferFields& buffer, std::uint64_t t_ns) {
    const std::uint32_t index = allocator_index(process, buffer.allocator, buffer.owner, t_ns);
    return {buffer.address, index, buffer.type, buffer.core, process.allocators[index].generation};
}

void set_regions(ProcessState& process, std::uint32_t index, const std::vector<Region>& regions) {
    Allocator& allocator = process.allocators[index];
    std::array<Region, kBufferTypeCount> now{};
    for (const Region& region : regions) {
        now[static_cast<std::size_t>(region.type)] = region;
    }
    if (now == allocator.regions) {
        return;
    }
    process.gone_through += process.live.buffers().size();
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.allocator != index) {
            continue;
        }
        const Region& region = now[static_cast<std::size_t>(key.type)];
        const Usage::Footprint before = footprint_of(process, key, buffer);
        const Usage::Footprint after = region.banks == 0 ? std::nullopt : chip_footprint(buffer.shape(), &region);
        for (PlaceUsage* usage : process.owners[allocator.owner].usages) {
            usage->of(key.type).change_footprint(before, after);
        }
    }
    allocator.regions = now;
    process.shared.rebuild(process);
    take_peaks(process.owners[allocator.owner]);
}

void end_allocator(ProcessState& process, std::uint32_t index) {
    Allocator& allocator = process.allocators[index];
    process.allocator_index.erase(allocator.pointer);
    --process.owners[allocator.owner].allocators;
    allocator.alive = false;
}

void end_all_objects(ProcessState& process) {
    for (Allocator& allocator : process.allocators) {
        allocator.alive = false;
    }
    for (Owner& owner : process.owners) {
        owner.current = false;
        owner.allocators = 0;
    }
    process.owner_index.clear();
    process.allocator_index.clear();
    process.dead_allocators.clear();
    process.shared.forget(process);
}

void count_start(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    Allocator& allocator = process.allocators[key.allocator];
    ++allocator.live;
    const Usage::Footprint footprint = footprint_of(process, key, buffer);
    process.shared.start(process, key, buffer);
    for (PlaceUsage* usage : process.owners[allocator.owner].usages) {
        enter(*usage, key, buffer, footprint);
        usage->of(key.type).take_peak();
    }
    process.traces.started(process, key, buffer);
    if (process.listener != nullptr) {
        process.listener->started(process, key, buffer);
    }
}

void count_end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) {
    ++process.ends[static_cast<std::size_t>(kind)];
    Allocator& allocator = process.allocators[key.allocator];
    --allocator.live;
    const Usage::Footprint footprint = footprint_of(process, key, buffer);
    for (PlaceUsage* usage : process.owners[allocator.owner].usages) {
        leave(*usage, key, buffer, footprint, is_release(kind));
    }
    process.shared.end(process, key, buffer);
    process.traces.ended(process, key, buffer);
    if (process.listener != nullptr) {
        process.listener->ended(process, key, buffer, kind);
    }
}

void replace_live(ProcessState& process, const AllocationKey& key, const LiveBuffer& now) {
    const LiveBuffer before = *process.live.find(key);
    const Usage::Footprint was = footprint_of(process, key, before);
    const Usage::Footprint is = footprint_of(process, key, now);
    process.shared.end(process, key, before);
    process.live.update(key, now);
    process.shared.start(process, key, now);
    for (PlaceUsage* place : process.owner_of(key).usages) {
        Usage& usage = place->of(key.type);
        usage.change_footprint(was, is);
        usage.per_core += now.per_core;
        usage.per_core -= before.per_core;
        usage.take_peak();
        if (before.origin() != FoundAs::Allocated && now.origin() == FoundAs::Allocated) {
            --usage.found;
            ++usage.allocs;
        }
    }
    process.traces.started(process, key, now);
    if (process.listener != nullptr) {
        process.listener->known_better(process, key, before, now);
    }
}

Applied release(
    ProcessState& process,
    FreeKind kind,
    AllocationTable::Past past,
    const std::function<bool(const AllocationKey&)>& matches
) {
    Applied applied;
    applied.released_kind = kind;
    process.gone_through += process.live.buffers().size();
    process.live.release_if(matches, past, [&](const AllocationKey& key, const LiveBuffer& buffer) {
        count_end(process, key, buffer, kind);
        ++applied.released;
        applied.released_bytes += buffer.size;
    });
    return applied;
}

void update_circular_buffers(ProcessState& process, const Owner& owner) {
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        const ProgramTable::Resident resident = process.programs.resident(owner.places[i]);
        CircularBufferUsage& usage = owner.usages[i]->circular_buffers;
        const bool same = usage.count == resident.count && usage.bytes == resident.bytes;
        usage.count = resident.count;
        usage.bytes = resident.bytes;
        usage.peak_bytes = std::max(usage.peak_bytes, usage.bytes);
        if (!same && process.listener != nullptr) {
            process.listener->residency_changed(process, owner.places[i]);
        }
    }
}

}  // namespace tt::alloc_trace
