// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "walk/process_walk.hpp"

namespace tt::alloc_trace::test {

inline constexpr std::uint64_t kOwner = 0x9000;

// A DRAM buffer whose object's address follows from its own.
inline BufferFields buffer_at(std::uint64_t allocator, std::uint64_t address) {
    BufferFields fields;
    fields.buffer = allocator * 0x10000 + address;
    fields.owner = kOwner;
    fields.allocator = allocator;
    fields.address = address;
    fields.size = 32;
    fields.page_size = 32;
    return fields;
}

// A complete reading of one allocator without free lists.
inline WalkedAllocator allocator_with(std::uint64_t allocator, const std::vector<std::uint64_t>& addresses) {
    WalkedAllocator walked;
    walked.allocator = allocator;
    walked.owner = kOwner;
    walked.complete = true;
    walked.from_globals = true;
    for (const std::uint64_t address : addresses) {
        walked.buffers.push_back({buffer_at(allocator, address)});
    }
    return walked;
}

inline Walk walk_of(std::vector<WalkedAllocator> allocators) {
    Walk walk;
    walk.allocators = std::move(allocators);
    walk.roots_known = true;
    walk.complete = true;
    return walk;
}

}  // namespace tt::alloc_trace::test
