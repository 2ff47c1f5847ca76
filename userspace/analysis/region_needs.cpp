// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/region_needs.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

std::size_t at(BufferType type) { return static_cast<std::size_t>(type); }

bool share_a_place(const std::vector<Place>& a, const std::vector<Place>& b) {
    return std::any_of(a.begin(), a.end(), [&b](const Place& place) { return std::find(b.begin(), b.end(), place) != b.end(); });
}

// Where the last of a program's circular and dataflow buffers ends on a core; 0: it has none.
std::uint64_t end_of_plan(const ProcessState& process, std::uint64_t program) {
    const auto found = process.programs.programs().find(program);
    if (found == process.programs.programs().end()) {
        return 0;
    }
    std::uint64_t end = 0;
    for (const CircularBuffer& buffer : found->second.circular_buffers) {
        end = std::max(end, buffer.address + buffer.size);
    }
    return end;
}

}  // namespace

void RegionNeeds::begin(const TrackerView& view) {
    number_.begin(view);
    find_process_.begin(view);
    for (const auto& process : view.processes) {
        for (std::uint32_t i = 0; i < process->allocators.size(); ++i) {
            if (process->allocators[i].live > 0) {
                recount(*process, i);
            }
        }
    }
}

RegionNeeds::Space& RegionNeeds::space(const ProcessState& process, std::uint32_t allocator) {
    Space& space = spaces_[{process.number, allocator}];
    const Allocator& meant = process.allocators[allocator];
    if (space.generation != meant.generation) {
        space = {meant.generation, owner_facts(process.owners[meant.owner]), {}};
    }
    return space;
}

// Footprints are known from its regions on, and change with them.
void RegionNeeds::recount(const ProcessState& process, std::uint32_t allocator) {
    Space& counted = space(process, allocator);
    for (Held& held : counted.types) {
        held.bytes = held.unknown = 0;
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.allocator == allocator) {
            Held& held = counted.types[at(key.type)];
            const auto bytes = bank_footprint_of(process, key, buffer);
            held.bytes += bytes.value_or(0);
            held.unknown += bytes ? 0 : 1;
            held.buffers = std::max<std::uint64_t>(held.buffers, 1);
        }
    }
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        if (counted.types[i].buffers > 0) {
            need(process, allocator, static_cast<BufferType>(i), 0, false);
        }
    }
}

RegionNeed* RegionNeeds::row(const ProcessState& process, const OwnerFacts& owner, BufferType type) {
    const RowKey key{process.number, owner, type};
    const auto found = rows_.find(key);
    if (found != rows_.end()) {
        return &found->second;
    }
    if (rows_.size() == kMaxRows) {
        return nullptr;
    }
    RegionNeed& fresh = rows_[key];
    fresh.pid = process.pid;
    fresh.owner = owner;
    fresh.type = type;
    return &fresh;
}

// `more`: bytes of one bank, beside what the allocator holds.
void RegionNeeds::need(const ProcessState& process, std::uint32_t allocator, BufferType type, std::uint64_t more, bool refused) {
    const Space& held_by = space(process, allocator);
    const Held& held = held_by.types[at(type)];
    RegionNeed* need = row(process, held_by.owner, type);
    if (need == nullptr) {
        return;
    }
    if (const Region* region = process.allocators[allocator].region(type)) {
        need->region = *region;
    }
    if (const Region* small = process.allocators[allocator].region(BufferType::L1Small); small != nullptr && type == BufferType::L1) {
        need->small_bytes = small->bytes;
    }
    if (held.bytes + more > need->bank_bytes) {
        need->bank_bytes = held.bytes + more;
        need->known = held.unknown == 0;
        need->place = {number_.current(), process.last_t_ns};
        need->refused = refused;
    } else if (held.unknown > 0 && need->bank_bytes == 0) {
        need->known = false;
    }
}

void RegionNeeds::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    Held& held = space(process, key.allocator).types[at(key.type)];
    const auto bytes = bank_footprint_of(process, key, buffer);
    held.bytes += bytes.value_or(0);
    held.unknown += bytes ? 0 : 1;
    ++held.buffers;
    need(process, key.allocator, key.type, 0, false);
}

void RegionNeeds::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/) {
    Held& held = space(process, key.allocator).types[at(key.type)];
    const auto bytes = bank_footprint_of(process, key, buffer);
    held.bytes -= std::min(held.bytes, bytes.value_or(0));
    held.unknown -= bytes || held.unknown == 0 ? 0 : 1;
}

void RegionNeeds::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    ended(process, key, before, FreeKind::Inferred);
    started(process, key, now);
}

void RegionNeeds::on_failure(const ProcessState& process) {
    const AllocationFailure& failure = *process.failures.latest;
    const bool for_room = failure.verdict == FailureVerdict::Exhausted || failure.verdict == FailureVerdict::Fragmented;
    if (failure.allocator && failure.needed && for_room) {
        need(process, *failure.allocator, failure.event.buffer.type, *failure.needed, true);
    }
}

void RegionNeeds::on_refusal(const ProcessState& process, const RequestRefused& event) {
    const RefusalNumbers said = parse_refusal(event.message);
    const auto mesh = std::find_if(process.owners.begin(), process.owners.end(), [&said](const Owner& owner) {
        return owner.current && owner.kind == OwnerKind::Mesh && owner.id == said.mesh;
    });
    if (said.kind != RefusalKind::TraceRegion || !said.asked || mesh == process.owners.end()) {
        return;
    }
    RegionNeed* traces = row(process, owner_facts(*mesh), BufferType::Trace);
    if (traces != nullptr && *said.asked > traces->asked_in_all.value_or(0)) {
        traces->asked_in_all = said.asked;
        traces->limit_in_all = said.limit;
        traces->place = {number_.current(), event.header.t_ns};
        traces->refused = true;
    }
}

// What lies in L1 while a program runs: its own buffers from the bottom, all others above.
void RegionNeeds::on_program(const ProcessState& process, std::uint64_t owner, std::uint64_t program) {
    const Owner* on = owner_by_pointer(process, owner);
    const std::uint64_t end = end_of_plan(process, program);
    if (on == nullptr || end == 0) {
        return;
    }
    for (auto entry = spaces_.lower_bound({process.number, 0}); entry != spaces_.end() && entry->first.first == process.number; ++entry) {
        const std::uint32_t index = entry->first.second;
        const Allocator& allocator = process.allocators[index];
        const Region* region = allocator.region(BufferType::L1);
        const auto& types = entry->second.types;
        const bool in_use = std::any_of(types.begin(), types.end(), [](const Held& held) { return held.buffers > 0; });
        const bool there = in_use && allocator.alive && allocator.generation == entry->second.generation && region != nullptr &&
                           share_a_place(process.owners[allocator.owner].places, on->places);
        if (there && end > region->base) {
            need(process, index, BufferType::L1, end - region->base, end > region->base + region->bytes);
        }
    }
}

void RegionNeeds::observe(const Event& event, const Applied& /*applied*/) {
    const auto* seen = std::get_if<AllocatorSeen>(&event);
    const auto* launched = std::get_if<ProgramLaunched>(&event);
    const auto* planned = std::get_if<CircularBufferAllocated>(&event);
    const auto* refused = std::get_if<RequestRefused>(&event);
    const bool failed = std::holds_alternative<AllocationFailed>(event);
    const bool any = seen != nullptr || launched != nullptr || planned != nullptr || refused != nullptr || failed;
    if (const ProcessState* process = any ? find_process_(header_of(event).pid) : nullptr; process != nullptr) {
        if (seen != nullptr) {
            recount(*process, process->allocator_index.at(seen->allocator));
        } else if (launched != nullptr) {
            on_program(*process, launched->owner, launched->program);
        } else if (planned != nullptr) {
            on_program(*process, planned->owner, planned->program);
        } else if (failed) {
            on_failure(*process);
        } else {
            on_refusal(*process, *refused);
        }
    }
    number_.observed();
}

std::vector<RegionNeed> RegionNeeds::needs() const {
    std::vector<RegionNeed> all;
    for (const auto& [key, need] : rows_) {
        if (need.bank_bytes > 0 || need.asked_in_all || !need.known) {
            all.push_back(need);
        }
    }
    return all;
}

}  // namespace tt::alloc_trace
