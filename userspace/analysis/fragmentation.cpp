// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/fragmentation.hpp"

#include <algorithm>

#include "analysis/last_use.hpp"
#include "base/range.hpp"

namespace tt::alloc_trace {
namespace {

BufferFacts facts_of(const ProcessState& process, const PlacedBuffer& block) {
    return buffer_facts(process, block.key, *process.live.find(block.key));
}

// The blocks from `first` to `last`, seen from the hole that `neighbour` touches.
Pin pin_of(const ProcessState& process, const SpaceMap& map, std::size_t first, std::size_t last, std::size_t neighbour) {
    Pin pin;
    pin.buffers = last - first + 1;
    pin.begin = map.blocks[first].begin;
    pin.neighbour = facts_of(process, map.blocks[neighbour]);
    pin.oldest_t_ns = pin.neighbour.t_ns;
    for (std::size_t i = first; i <= last; ++i) {
        pin.end = std::max(pin.end, map.blocks[i].end);
        pin.oldest_t_ns = std::min(pin.oldest_t_ns, process.live.find(map.blocks[i].key)->t_ns);
    }
    return pin;
}

PinnedHole pinned(const ProcessState& process, const SpaceMap& map, std::size_t index) {
    const Hole& hole = map.holes[index];
    PinnedHole result{hole.begin, hole.end, {}, {}};
    if (hole.below) {
        const std::size_t first = index == 0 ? 0 : map.holes[index - 1].above.value_or(0);
        result.below = pin_of(process, map, std::min(first, *hole.below), *hole.below, *hole.below);
    }
    if (hole.above) {
        const bool is_last = index + 1 == map.holes.size();
        const std::size_t last = is_last ? map.blocks.size() - 1 : map.holes[index + 1].below.value_or(*hole.above);
        result.above = pin_of(process, map, *hole.above, std::max(last, *hole.above), *hole.above);
    }
    return result;
}

std::vector<PinnedHole> largest_holes(const ProcessState& process, const SpaceMap& map) {
    std::vector<std::size_t> order(map.holes.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&map](std::size_t a, std::size_t b) {
        return map.holes[a].bytes() > map.holes[b].bytes();
    });
    order.resize(std::min(order.size(), kMaxHolesKept));
    std::vector<PinnedHole> holes;
    for (const std::size_t index : order) {
        holes.push_back(pinned(process, map, index));
    }
    return holes;
}

// How many allocators hold buffers of a type on a place.
using Holders = std::map<std::pair<Place, BufferType>, std::uint32_t>;

Holders count_holders(const ProcessState& process, const std::map<SpaceKey, SpaceMap>& maps) {
    Holders holders;
    for (const auto& [key, map] : maps) {
        if (!map.blocks.empty() || map.not_placed > 0) {
            for (const Place& place : process.owners[process.allocators[key.first].owner].places) {
                ++holders[{place, key.second}];
            }
        }
    }
    return holders;
}

FragmentedSpace describe(const ProcessState& process, const SpaceKey& key, const SpaceMap& map, const Holders& holders) {
    const Allocator& allocator = process.allocators[key.first];
    const Owner& owner = process.owners[allocator.owner];
    FragmentedSpace space;
    space.pid = process.pid;
    space.owner = owner_facts(owner);
    space.places = owner.places;
    space.allocator = allocator.pointer;
    space.type = key.second;
    space.banks = allocator.region(key.second)->banks;
    space.begin = map.begin;
    space.end = map.end;
    space.free = map.free;
    space.largest = map.largest;
    space.buffers = map.blocks.size() + map.not_placed;
    space.not_placed = map.not_placed;
    for (const Place& place : owner.places) {
        const auto held = holders.find({place, key.second});
        const std::uint32_t others = held == holders.end() ? 0 : held->second - (space.buffers > 0 ? 1 : 0);
        space.shared_with = std::max(space.shared_with, others);
    }
    space.hole_count = map.holes.size();
    space.holes = largest_holes(process, map);
    return space;
}

}  // namespace

Need judge_need(const ProcessState& process, const SpaceMap& map, std::uint64_t need) {
    Need result;
    const std::optional<Eviction> eviction = smallest_eviction(map, need);
    if (!eviction) {
        result.verdict = NeedVerdict::Never;
        return result;
    }
    if (map.largest >= need) {
        return result;
    }
    result.verdict = map.free >= need ? NeedVerdict::Fragmented : NeedVerdict::Exhausted;
    result.begin = eviction->begin;
    result.end = eviction->end;
    result.bytes = eviction->bytes;
    result.buffers = eviction->count;
    for (std::size_t i = 0; i < std::min(eviction->count, kMaxEvictionsKept); ++i) {
        result.examples.push_back(facts_of(process, map.blocks[eviction->first + i]));
    }
    return result;
}

void Fragmentation::begin(const TrackerView& view) {
    number_.begin(view);
    tracked_ = &view.processes;
    processes_.clear();
    spaces_.clear();
    last_use_ = place_ = {};
    idle_ = not_placeable_ = 0;
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            take(*process, key, buffer);
        }
    }
}

Fragmentation::Space& Fragmentation::space(const ProcessState& process, const AllocationKey& key) {
    if (latest_ == nullptr || latest_number_ != process.number) {
        latest_ = &processes_[process.number];
        latest_number_ = process.number;
    }
    if (key.allocator >= latest_->size()) {
        latest_->resize(process.allocators.size());
    }
    AllocatorSpaces& spaces = (*latest_)[key.allocator];
    if (spaces.generation != key.generation) {
        spaces = {};
        spaces.generation = key.generation;
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            reset(spaces.types[i], process.allocators[key.allocator].regions[i]);
        }
    }
    return spaces.types[static_cast<std::size_t>(key.type)];
}

void Fragmentation::reset(Space& space, const Region& region) {
    space.region = region;
    space.free = FreeSpace(region.base, end_of(region.base, region.bytes));
    space.unknown = 0;
}

void Fragmentation::take(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    Space& taken = space(process, key);
    taken.used = true;
    if (const auto bytes = bank_footprint_of(process, key, buffer)) {
        taken.free.take(key.address, end_of(key.address, *bytes));
    } else {
        ++taken.unknown;
    }
    const bool exact = taken.region.banks != 0 && taken.unknown == 0 && taken.free.consistent();
    if (exact && (!taken.minimum || taken.free.largest() < taken.minimum->bytes)) {
        taken.minimum = SmallestLargestHole{taken.free.largest(), {number_.current(), process.last_t_ns}};
    }
}

void Fragmentation::give(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    Space& given = space(process, key);
    if (const auto bytes = bank_footprint_of(process, key, buffer)) {
        given.free.give(key.address, end_of(key.address, *bytes));
    } else {
        given.unknown -= given.unknown > 0 ? 1 : 0;
    }
}

void Fragmentation::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    take(process, key, buffer);
}

void Fragmentation::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    give(process, key, buffer);
}

void Fragmentation::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    give(process, key, before);
    take(process, key, now);
}

// Regions may have changed, and the footprints with them.
void Fragmentation::on_allocator(const AllocatorSeen& event) {
    for (const auto& process : *tracked_) {
        const auto found = process->allocator_index.find(event.allocator);
        if (process->pid != event.header.pid || found == process->allocator_index.end()) {
            continue;
        }
        const std::uint32_t index = found->second;
        const Allocator& allocator = process->allocators[index];
        space(*process, {0, index, BufferType::Dram, 0, allocator.generation});
        AllocatorSpaces& spaces = processes_[process->number][index];
        bool changed = false;
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            changed = changed || spaces.types[i].region != allocator.regions[i];
        }
        if (!changed) {
            continue;
        }
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            reset(spaces.types[i], allocator.regions[i]);
        }
        for (const auto& [key, buffer] : process->live.buffers()) {
            if (key.allocator == index) {
                take(*process, key, buffer);
            }
        }
    }
}

void Fragmentation::observe(const Event& event, const Applied& /*applied*/) {
    if (const auto* seen = std::get_if<AllocatorSeen>(&event)) {
        on_allocator(*seen);
    } else if (std::holds_alternative<ProcessExited>(event)) {
        for (const auto& process : *tracked_) {
            if (process->end == ProcessState::End::Exited) {
                processes_.erase(process->number);
            }
        }
        latest_ = nullptr;
    } else if (uses_memory(event)) {
        last_use_ = {number_.current(), header_of(event).t_ns};
    }
    number_.observed();
    if (number_.last() == moment_) {
        look({number_.last(), header_of(event).t_ns});
    }
}

void Fragmentation::end(const TrackerView& view) {
    if (!moment_) {
        look({number_.last(), view.last_t_ns});
    }
    processes_.clear();
    latest_ = nullptr;
    tracked_ = nullptr;
}

void Fragmentation::look(const StreamPlace& place) {
    place_ = place;
    holds_memory_ = any_in_use(*tracked_);
    for (const auto& process : *tracked_) {
        if (process->end == ProcessState::End::Alive) {
            add_process(*process);
        }
    }
}

void Fragmentation::add_process(const ProcessState& process) {
    const std::map<SpaceKey, SpaceMap> maps = space_maps(process);
    const Holders holders = count_holders(process, maps);
    std::map<std::uint32_t, bool> used;  // by allocator
    not_placeable_ += process.live.buffers().size();
    for (const auto& [key, map] : maps) {
        const std::uint16_t generation = process.allocators[key.first].generation;
        const Space& history = space(process, {0, key.first, key.second, 0, generation});
        used[key.first] = used[key.first] || history.used;
        not_placeable_ -= map.blocks.size() + map.not_placed;
        if (history.used) {
            FragmentedSpace entry = describe(process, key, map, holders);
            entry.minimum = history.minimum;
            if (need_) {
                const bool rounded = map.largest < *need_ && *need_ - map.largest <= need_tolerance_;
                entry.need = judge_need(process, map, rounded ? map.largest : *need_);
            }
            spaces_.push_back(std::move(entry));
        }
    }
    idle_ += static_cast<std::uint64_t>(std::count_if(used.begin(), used.end(), [](const auto& entry) { return !entry.second; }));
}

}  // namespace tt::alloc_trace
