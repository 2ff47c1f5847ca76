// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One reading of everything a process's allocators hold, from its memory alone: process globals -> devices -> meshes ->
// sub-device managers -> allocators -> Buffers. Works on a stopped, hung or running process. A single reading of a running one
// may be torn: who needs the truth compares two of them with the event stream between (walk/reconcile.hpp).
//
// Pure: knows no /proc. Every structure is hostile: reads, lists and counts are bounded, lists may be cyclic.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "probes/layout_profile.hpp"
#include "target/memory_map.hpp"
#include "target/target_memory.hpp"

namespace tt::alloc_trace {

// A runtime module as mapped in the process.
struct WalkModule {
    const LayoutProfile& layout;
    std::uint64_t bias = 0;  // load address minus ELF address
};

// An allocator known from the event stream.
struct KnownAllocator {
    std::uint64_t allocator = 0;
    std::uint64_t owner = 0;
};

struct WalkedOwner {
    std::uint64_t owner = 0;
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;
    std::vector<std::int32_t> chips;  // in the mesh's order, local ones; empty if not known
    std::uint32_t remote_chips = 0;   // of a mesh over several hosts: those of other hosts
};

struct WalkedBuffer {
    BufferFields fields;
    std::uint64_t block_bytes = 0;  // of its block in the free list, per bank; 0 if not known, or allocated core by core
};

struct Block {  // a range of every bank
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
};

// One type of an allocator, by its own free list.
struct WalkedRegion {
    Region region;
    bool free_list_known = false;  // false: the following are 0
    std::uint64_t used_bytes = 0;          // per bank, as all of these
    std::uint64_t free_bytes = 0;
    std::uint64_t largest_free_bytes = 0;
    std::vector<Block> orphans;    // in use, but of no buffer of this allocator: leaked by a failed allocation, or foreign
    std::size_t buffers = 0;       // of this type; those allocated core by core, which have no block in all banks, not counted
    std::size_t unmatched = 0;     // of these: have no block in the free list, so that they were left out
};

struct WalkedAllocator {
    std::uint64_t allocator = 0;
    std::uint64_t owner = 0;
    std::vector<WalkedBuffer> buffers;
    std::vector<WalkedRegion> regions;
    bool complete = false;          // all buffers its set counts were read and are plausible
    std::string incomplete_reason;  // in words
    std::string doubt{};            // about the object layout, in four readings: counts if no other allocator proves it
    bool from_globals = false;      // reached from the process's globals, not from `known` alone
};

struct Walk {
    std::vector<WalkedOwner> owners;
    std::vector<WalkedAllocator> allocators;
    bool roots_known = false;       // process globals were found: no allocator can be missing
    std::string contradiction;      // what does not fit the object layout, in words; the figures of that allocator are left out
    bool complete = false;          // roots_known, and every allocator complete
    std::string incomplete_reason;  // the first one, in words
};

struct WalkOptions {
    std::size_t max_buffers = std::size_t{1} << 23U;  // of one allocator; more end the walk with a reason
    bool free_lists = true;                           // read regions' free lists, too
    bool orphans = true;                              // look again and again for blocks that stay without a buffer
    bool without_block = false;                       // keep Buffers that lost their block: their allocator was cleared
    bool blocks = true;                               // false: of free lists their bounds only
    bool buffers = true;                              // false: only owners, allocators and their regions
    const std::atomic<bool>* cancel = nullptr;        // true ends the walk soon
    std::function<std::vector<AddressRange>()> heap;  // asked for where a mesh must be searched in it; none: it is not
};

// `known`: allocators to walk besides those that are found from the globals.
[[nodiscard]] Walk walk_process(
    const TargetMemory& memory, std::span<const WalkModule> modules, std::span<const KnownAllocator> known,
    const WalkOptions& options = {}
);

// What one allocator has to hand out, without its Buffers: a few reads. No regions: the process is gone, or not understood.
[[nodiscard]] WalkedAllocator read_capacity(
    const TargetMemory& memory, std::span<const WalkModule> modules, const KnownAllocator& which
);

}  // namespace tt::alloc_trace
