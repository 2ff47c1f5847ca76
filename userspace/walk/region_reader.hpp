// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an allocator has of one type, and how its own free list has cut it into blocks. The list is changed in place while it
// is read: it counts only if its blocks tile the region without gap or overlap.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "probes/walk_layout.hpp"
#include "walk/process_walk.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

struct RegionReading {
    WalkedRegion walked;             // without orphans
    std::vector<Block> used_blocks;  // ascending; device addresses
};

// `manager`: a BankManager. nullopt: there is none, this build's are not known, or what is there is none.
[[nodiscard]] std::optional<RegionReading> read_region(
    const TargetReader& reader, const WalkLayout& layout, std::uint64_t manager, BufferType type, std::size_t max_blocks,
    bool blocks = true
);

}  // namespace tt::alloc_trace
