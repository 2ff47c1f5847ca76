// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/tracker.hpp"

#include <utility>

namespace tt::alloc_trace {
namespace {

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
    Owner owner{seen.owner, seen.kind, seen.id, seen.chips, places_of(seen), {}, false};
    for (const Place& place : owner.places) {
        owner.usages.push_back(&process.places[place]);
    }
    return owner;
}

std::uint32_t add_owner(ProcessState& process, const OwnerSeen& seen) {
    const auto index = static_cast<std::uint32_t>(process.owners.size());
    process.owners.push_back(make_owner(process, seen));
    process.owner_index[seen.owner] = index;
    return index;
}

// The same object, better known: its live buffers move to where they belong.
void refine_owner(ProcessState& process, std::uint32_t index, const OwnerSeen& seen) {
    Owner refined = make_owner(process, seen);
    Owner& known = process.owners[index];
    refined.closing = known.closing;
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (process.allocators[key.allocator].owner != index) {
            continue;
        }
        for (PlaceUsage* usage : known.usages) {
            usage->of(key.type).remove(buffer.size);
        }
        for (PlaceUsage* usage : refined.usages) {
            usage->of(key.type).add(buffer.size);
        }
    }
    known = std::move(refined);
}

std::uint32_t owner_index(ProcessState& process, std::uint64_t pointer) {
    if (const auto found = process.owner_index.find(pointer); found != process.owner_index.end()) {
        return found->second;
    }
    OwnerSeen unidentified;
    unidentified.owner = pointer;
    return add_owner(process, unidentified);
}

void count_end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) {
    ++process.ends[static_cast<std::size_t>(kind)];
    for (PlaceUsage* usage : process.owner_of(key).usages) {
        usage->of(key.type).remove(buffer.size);
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
    process.live.release_if(matches, past, [&](const AllocationKey& key, const LiveBuffer& buffer) {
        count_end(process, key, buffer, kind);
        ++applied.released;
        applied.released_bytes += buffer.size;
    });
    return applied;
}

// An allocator belongs to one owner all its life: with another owner the pointer means another allocator, and the end of
// the first one was missed.
std::uint32_t allocator_index(ProcessState& process, const BufferFields& buffer, std::uint64_t t_ns) {
    const std::uint32_t owner = owner_index(process, buffer.owner);
    const auto [entry, fresh] =
        process.allocator_index.try_emplace(buffer.allocator, static_cast<std::uint32_t>(process.allocators.size()));
    const std::uint32_t index = entry->second;
    if (!fresh && process.allocators[index].owner == owner) {
        return index;
    }
    process.owners[owner].closing = false;  // it was opened again: a closing one gets no new allocator
    if (fresh) {
        process.allocators.push_back({buffer.allocator, owner});
        return index;
    }
    release(process, FreeKind::ReleasedByClose, {AllocationTable::End::Released, t_ns}, [index](const AllocationKey& key) {
        return key.allocator == index;
    });
    entry.value() = static_cast<std::uint32_t>(process.allocators.size());
    process.allocators.push_back({buffer.allocator, owner});
    return entry->second;
}

AllocationKey key_of(ProcessState& process, const BufferFields& buffer, std::uint64_t t_ns) {
    return {buffer.address, allocator_index(process, buffer, t_ns), buffer.type};
}

void update_circular_buffers(ProcessState& process, const Owner& owner) {
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        const ProgramTable::Resident resident = process.programs.resident(owner.places[i]);
        CircularBufferUsage& usage = owner.usages[i]->circular_buffers;
        usage.count = resident.count;
        usage.bytes = resident.bytes;
        usage.peak_bytes = std::max(usage.peak_bytes, usage.bytes);
    }
}

Applied release_all(ProcessState& process, std::uint64_t t_ns) {
    Applied applied = release(
        process, FreeKind::ReleasedByExit, {AllocationTable::End::Freed, t_ns}, [](const AllocationKey&) { return true; }
    );
    process.programs.clear();
    for (const Owner& owner : process.owners) {
        update_circular_buffers(process, owner);
    }
    process.live = AllocationTable();  // with its memory of the past: no pointer means the same any more
    process.owner_index.clear();
    process.allocator_index.clear();
    return applied;
}

}  // namespace

Applied Tracker::apply(const Event& event) {
    const EventHeader& header = header_of(event);
    if (header.t_ns != 0) {
        first_t_ns_ = first_t_ns_ == 0 ? header.t_ns : first_t_ns_;
        last_t_ns_ = std::max(last_t_ns_, header.t_ns);
    }
    if (!std::holds_alternative<Lost>(event)) {
        ++events_;
        ProcessState& state = process(header);
        ++state.events;
        state.last_t_ns = header.t_ns;
    }
    return std::visit([this](const auto& e) { return on(e); }, event);
}

TrackerView Tracker::view() const { return {processes_, lost_, events_, first_t_ns_, last_t_ns_}; }

void Tracker::reset_peaks() {
    for (const auto& process : processes_) {
        if (process->end == ProcessState::End::Exited) {
            continue;
        }
        for (auto& [place, usage] : process->places) {
            for (Usage& type : usage.types) {
                type.peak_bytes = type.bytes;
            }
            usage.circular_buffers.peak_bytes = usage.circular_buffers.bytes;
        }
    }
}

ProcessState& Tracker::process(const EventHeader& header) {
    if (latest_ != nullptr && latest_->pid == header.pid) {
        return *latest_;
    }
    const auto found = alive_.find(header.pid);
    latest_ = found == alive_.end() ? &start_process(header) : found->second;
    return *latest_;
}

ProcessState& Tracker::start_process(const EventHeader& header) {
    ProcessState& state = *processes_.emplace_back(std::make_unique<ProcessState>());
    state.pid = header.pid;
    state.first_t_ns = header.t_ns;
    alive_[header.pid] = &state;
    return state;
}

Applied Tracker::on(const Allocated& event) {
    ProcessState& state = process(event.header);
    const BufferFields& fields = event.buffer;
    if (fields.hooked) {
        ++state.hooked_allocs;
        return {};
    }
    const AllocationKey key = key_of(state, fields, event.header.t_ns);
    Applied applied;
    LiveBuffer replaced;
    const LiveBuffer buffer{fields.buffer, fields.size, fields.page_size, event.header.t_ns, event.header.tid};
    if (state.live.insert(key, buffer, replaced)) {
        count_end(state, key, replaced, FreeKind::Inferred);
        applied.replaced_live = true;
    }
    for (PlaceUsage* usage : state.owner_of(key).usages) {
        usage->of(fields.type).add(fields.size);
    }
    return applied;
}

Applied Tracker::on(const Freed& event) {
    ProcessState& state = process(event.header);
    if (event.buffer.hooked) {
        return {};
    }
    const AllocationKey key = key_of(state, event.buffer, event.header.t_ns);
    const LiveBuffer* live = state.live.find(key);
    // The Buffer object that allocated is the one that frees. Another one with the same key frees something that is gone
    // already, unless its own allocation was lost.
    if (live != nullptr && (live->buffer == event.buffer.buffer || allocations_lost_since(live->t_ns))) {
        const LiveBuffer freed = state.live.erase(key, event.header.t_ns);
        count_end(state, key, freed, FreeKind::Freed);
        return {};
    }
    const AllocationTable::Past past = state.live.past(key);
    // A closing mesh empties its allocator first and destroys its trace buffers after that: their end is counted already.
    if (live == nullptr && past.end == AllocationTable::End::Released) {
        return {};
    }
    Applied applied;
    applied.unknown_free = live != nullptr ? UnknownFree::Double : why_unknown(state, past);
    UnknownFreeStat& stat = state.unknown_frees[static_cast<std::size_t>(*applied.unknown_free)];
    ++stat.count;
    stat.bytes += event.buffer.size;
    if (!stat.example) {
        stat.example = event;
    }
    if (live == nullptr) {
        state.live.remember(key, {AllocationTable::End::Freed, event.header.t_ns});
    }
    return applied;
}

// A free without a known past is from before the attach or from a gap: it is put down to the gap as long as allocations are
// missing there.
UnknownFree Tracker::why_unknown(const ProcessState& state, const AllocationTable::Past& past) {
    if (lost_allocations_unaccounted_ > 0 && allocations_lost_since(past.t_ns)) {
        --lost_allocations_unaccounted_;
        return UnknownFree::InGap;
    }
    switch (past.end) {
        case AllocationTable::End::Freed: return UnknownFree::Double;
        case AllocationTable::End::Cleared: return UnknownFree::AfterClear;
        case AllocationTable::End::Released:
        case AllocationTable::End::Unknown: break;
    }
    return state.from_first_event && !state.inherits ? UnknownFree::Unexplained : UnknownFree::BeforeAttach;
}

bool Tracker::allocations_lost_since(std::uint64_t t_ns) const {
    return last_allocation_loss_t_ns_ != 0 && last_allocation_loss_t_ns_ >= t_ns;
}

// Owners are announced again and again, and each time a part of them may be unreadable. Same kind and id at the same
// pointer is the same object: chips stay in the pool, ids of meshes do not come again; a mesh may have been reshaped.
Applied Tracker::on(const OwnerSeen& event) {
    ProcessState& state = process(event.header);
    const auto found = state.owner_index.find(event.owner);
    if (found == state.owner_index.end()) {
        add_owner(state, event);
        return {};
    }
    const Owner& known = state.owners[found->second];
    const bool same_kind = known.kind == event.kind;
    const bool same = same_kind && known.id == event.id;
    const bool says_less = event.kind == OwnerKind::Unknown || (same_kind && event.id < 0) || (same && event.chips.empty());
    if (says_less || (same && event.chips == known.chips)) {
        return {};
    }
    if (same || known.kind == OwnerKind::Unknown || (same_kind && known.id < 0)) {
        refine_owner(state, found->second, event);
    } else {
        add_owner(state, event);
    }
    return {};
}

Applied Tracker::on(const CircularBufferAllocated& event) {
    ProcessState& state = process(event.header);
    const Owner& owner = state.owners[owner_index(state, event.owner)];
    if (state.programs.add(event, owner.places)) {
        update_circular_buffers(state, owner);
    }
    return {};
}

Applied Tracker::on(const CircularBuffersReleased& event) {
    ProcessState& state = process(event.header);
    const Owner& owner = state.owners[owner_index(state, event.owner)];
    state.programs.release(owner.places);
    update_circular_buffers(state, owner);
    return {};
}

Applied Tracker::on(const ProgramLaunched& event) {
    ProcessState& state = process(event.header);
    const Owner& owner = state.owners[owner_index(state, event.owner)];
    for (PlaceUsage* usage : owner.usages) {
        ++usage->circular_buffers.launches;
    }
    if (state.programs.launch(event.program, owner.places)) {
        update_circular_buffers(state, owner);
    }
    return {};
}

Applied Tracker::on(const ProgramDestroyed& event) {
    ProcessState& state = process(event.header);
    state.programs.destroy(event.program);
    for (const Owner& owner : state.owners) {
        update_circular_buffers(state, owner);
    }
    return {};
}

Applied Tracker::on(const OwnerClosing& event) {
    ProcessState& state = process(event.header);
    const auto found = state.owner_index.find(event.owner);
    if (found == state.owner_index.end()) {
        return {};
    }
    state.owners[found->second].closing = true;
    return {};
}

Applied Tracker::on(const AllocatorReleased& event) {
    ProcessState& state = process(event.header);
    const auto found = state.allocator_index.find(event.allocator);
    if (found == state.allocator_index.end()) {
        return {};
    }
    const std::uint32_t index = found->second;
    const bool destroyed = event.how == AllocatorRelease::Destroyed;
    if (destroyed) {
        state.allocator_index.erase(found);
    }
    const Owner& owner = state.owners[state.allocators[index].owner];
    if (owner.closing) {
        state.programs.release(owner.places);
        update_circular_buffers(state, owner);
    }
    const bool closing = destroyed || owner.closing;
    const auto end = closing ? AllocationTable::End::Released : AllocationTable::End::Cleared;
    return release(
        state,
        closing ? FreeKind::ReleasedByClose : FreeKind::Cleared,
        {end, event.header.t_ns},
        [index](const AllocationKey& key) { return key.allocator == index; }
    );
}

Applied Tracker::on(const ProcessSeen& event) {
    ProcessState* state = &process(event.header);
    const bool pid_reused = state->start_time_ns != 0 && state->start_time_ns != event.start_time_ns;
    Applied applied;
    if (pid_reused) {
        applied = on(ProcessExited{event.header});
        state = &process(event.header);
    }
    state->parent_pid = event.parent_pid;
    state->start_time_ns = event.start_time_ns;
    state->command = event.command;
    state->from_first_event = event.from_first_event;
    state->inherits = forked_.erase(event.header.pid) > 0 || state->inherits;
    return applied;
}

Applied Tracker::on(const ProcessForked& event) {
    forked_.insert(event.child_pid);
    return {};
}

Applied Tracker::on(const ProcessExec& event) {
    ProcessState& state = process(event.header);
    state.inherits = false;
    return release_all(state, event.header.t_ns);
}

Applied Tracker::on(const ProcessExited& event) {
    ProcessState& state = process(event.header);
    const Applied applied = release_all(state, event.header.t_ns);
    state.end = ProcessState::End::Exited;
    alive_.erase(event.header.pid);
    latest_ = nullptr;
    return applied;
}

Applied Tracker::on(const Lost& event) {
    lost_.allocated += event.allocated;
    lost_.freed += event.freed;
    lost_.circular_buffers += event.circular_buffers;
    lost_.lifecycle += event.lifecycle;
    lost_.header.t_ns = event.header.t_ns;
    if (event.allocated > 0) {
        last_allocation_loss_t_ns_ = event.header.t_ns;
        lost_allocations_unaccounted_ += event.allocated;
    }
    return {};
}

}  // namespace tt::alloc_trace
