// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The addresses of one allocator and type at one moment, as one bank sees them: what lies where, the holes between, and
// what would have to go to make a hole large enough.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

struct Block {  // of a live buffer
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    AllocationKey key;
};

struct Hole {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    // Blocks that touch it, indices into AddressMap::blocks; nullopt: it ends where the region does.
    std::optional<std::size_t> below;
    std::optional<std::size_t> above;

    [[nodiscard]] std::uint64_t bytes() const { return end - begin; }
};

struct AddressMap {
    std::uint64_t begin = 0;  // of the region
    std::uint64_t end = 0;
    std::vector<Block> blocks;  // by address
    std::vector<Hole> holes;    // by address
    std::uint64_t free = 0;
    std::uint64_t largest = 0;       // hole
    std::uint64_t not_placed = 0;    // live buffers of which the footprint is not known: all above is too favourable
};

// Blocks that would have to go to make one hole of a size: all between two holes, and the holes with them.
struct Eviction {
    std::size_t first = 0;  // index into AddressMap::blocks
    std::size_t count = 0;
    std::uint64_t begin = 0;  // of the hole there would be
    std::uint64_t end = 0;
    std::uint64_t bytes = 0;  // of the blocks

    bool operator==(const Eviction&) const = default;
};

using SpaceKey = std::pair<std::uint32_t, BufferType>;  // index into ProcessState::allocators

// Of each allocator and type whose region is known: one way through all live buffers.
[[nodiscard]] std::map<SpaceKey, AddressMap> address_maps(const ProcessState& process);
// Of one of them; nullopt: its region is not known.
[[nodiscard]] std::optional<AddressMap> address_map(const ProcessState& process, std::uint32_t allocator, BufferType type);

// The fewest bytes to free, and of equal ones the fewest blocks; nullopt: the region is smaller than that. Nothing has to go if
// `need` fits.
[[nodiscard]] std::optional<Eviction> smallest_eviction(const AddressMap& map, std::uint64_t need);

}  // namespace tt::alloc_trace
