// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/space_map.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/range.hpp"

namespace tt::alloc_trace {
namespace {

SpaceMap empty_map(const Region& region) {
    SpaceMap map;
    map.begin = region.base;
    map.end = end_of(region.base, region.bytes);
    return map;
}

void place(SpaceMap& map, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (const auto bytes = bank_footprint_of(process, key, buffer)) {
        map.blocks.push_back({key.address, end_of(key.address, *bytes), key});
    } else {
        ++map.not_placed;
    }
}

// Blocks may overlap, or lie outside of a region that has shrunk: what they leave of it is free.
void find_holes(SpaceMap& map) {
    std::sort(map.blocks.begin(), map.blocks.end(), [](const PlacedBuffer& a, const PlacedBuffer& b) {
        return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
    });
    std::uint64_t free_from = map.begin;
    std::optional<std::size_t> below;
    const auto add_hole = [&](std::uint64_t until, std::optional<std::size_t> above) {
        if (until > free_from) {
            map.holes.push_back({free_from, until, below, above});
            map.free += until - free_from;
            map.largest = std::max(map.largest, until - free_from);
        }
    };
    for (std::size_t i = 0; i < map.blocks.size(); ++i) {
        const PlacedBuffer& block = map.blocks[i];
        add_hole(std::min(block.begin, map.end), i);
        if (block.end > free_from) {
            free_from = std::min(block.end, map.end);
            below = i;
        }
    }
    add_hole(map.end, std::nullopt);
}

}  // namespace

std::map<SpaceKey, SpaceMap> space_maps(const ProcessState& process) {
    std::map<SpaceKey, SpaceMap> maps;
    for (std::uint32_t allocator = 0; allocator < process.allocators.size(); ++allocator) {
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            const auto type = static_cast<BufferType>(i);
            const Region* region = process.allocators[allocator].region(type);
            if (process.allocators[allocator].alive && region != nullptr) {
                maps[{allocator, type}] = empty_map(*region);
            }
        }
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (const auto found = maps.find({key.allocator, key.type}); found != maps.end()) {
            place(found->second, process, key, buffer);
        }
    }
    for (auto& [key, map] : maps) {
        find_holes(map);
    }
    return maps;
}

std::optional<SpaceMap> space_map(const ProcessState& process, std::uint32_t allocator, BufferType type) {
    const Region* region = process.allocators[allocator].region(type);
    if (region == nullptr) {
        return std::nullopt;
    }
    SpaceMap map = empty_map(*region);
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.allocator == allocator && key.type == type) {
            place(map, process, key, buffer);
        }
    }
    find_holes(map);
    return map;
}

// A window over the blocks, in order of address: for every first block the last one that must go with it.
std::optional<Eviction> smallest_eviction(const SpaceMap& map, std::uint64_t need) {
    if (need > map.end - map.begin) {
        return std::nullopt;
    }
    const auto starts_at = [&map](std::size_t i) {
        return i < map.blocks.size() ? std::clamp(map.blocks[i].begin, map.begin, map.end) : map.end;
    };
    std::optional<Eviction> best;
    std::uint64_t from = map.begin;  // all below `first` ends here
    std::size_t behind = 0;          // the first block that may stay
    std::uint64_t bytes = 0;
    for (std::size_t first = 0; first <= map.blocks.size(); ++first) {
        if (first > behind) {
            behind = first;
            bytes = 0;
        }
        while (behind < map.blocks.size() && (starts_at(behind) < from || starts_at(behind) - from < need)) {
            bytes += map.blocks[behind].end - map.blocks[behind].begin;
            ++behind;
        }
        const std::uint64_t end = starts_at(behind);
        if (end < from || end - from < need) {
            break;
        }
        const Eviction window{first, behind - first, from, end, bytes};
        if (!best || std::tie(window.bytes, window.count) < std::tie(best->bytes, best->count)) {
            best = window;
        }
        if (first < map.blocks.size()) {
            from = std::min(std::max(map.blocks[first].end, from), map.end);
            bytes -= behind > first ? map.blocks[first].end - map.blocks[first].begin : 0;
        }
    }
    return best;
}

}  // namespace tt::alloc_trace
