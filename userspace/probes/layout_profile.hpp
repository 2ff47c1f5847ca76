// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where things are inside the runtime's objects, as data: what BPF copies and the record decoder reads. All offsets in
// bytes from the start of the object they are in; addresses are ELF addresses of the module (add its load bias). How a
// layout is found: layout/resolve_layout.hpp; what each item means and which builds have it: docs/layouts.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probes/field.hpp"
#include "probes/walk_layout.hpp"

namespace tt::alloc_trace {

inline constexpr std::uint32_t kUnknownOffset = 0xffffffff;

struct BufferLayout {
    Field impl;   // Buffer::pimpl_: pointer to the object that holds all of the following; none: the Buffer does
    Field owner;  // device_
    Field size;
    Field type;    // BufferType, int
    Field layout;  // TensorMemoryLayout, int
    Field allocator;
    Field status;  // AllocationStatus
    Field hooked;  // bool
    Field address;
    Field page_size;
    std::uint32_t status_allocated = 1;    // AllocationStatus::ALLOCATED
    std::uint32_t status_deallocated = 2;  // AllocationStatus::DEALLOCATED
    // 0: Buffers were copied and moved (before October 2024), so that a pointer to one identifies nothing.
    std::uint32_t stable_pointer = 1;
    Field per_core;  // bool: allocated core by core, so not in the blocks that all banks share; none: builds have no such Buffers
    Field core_addresses;  // unordered_map<CoreCoord, DeviceAddr>: where such a Buffer lies on each of its cores; none: not known
    // optional<ShardSpecBuffer>, in the object that holds the other members; offsets from its start. Needed for
    // footprints only: all of them are known, or none.
    Field shard_spec;
    std::uint32_t shard_shape = kUnknownOffset;       // u32[2]: elements of a shard
    std::uint32_t shard_page_shape = kUnknownOffset;  // u32[2]: elements of a page
    std::uint32_t shard_engaged = kUnknownOffset;     // bool: there is one
    // Of the optional<BufferDistributionSpec>, in the same object; a sharded Buffer without the above has one. All are known, or none.
    Field spread_cores;   // vector<CoreCoord>: over which its shards are dealt
    Field spread_pages;   // u64: of a shard
    Field spread_shards;  // u64

    bool operator==(const BufferLayout&) const = default;
};

struct OwnerLayout {
    std::uint64_t chip_vptr = 0;  // what Device objects hold at 0, as ELF address; 0: Device has no vtable
    std::uint64_t mesh_vptr = 0;  // what MeshDevice objects hold at 0; 0: no mesh can own a Buffer
    Field chip_id;                // in a Device
    Field chip_allocator;         // in a Device, its only allocator, where Buffers do not tell theirs
    Field mesh_impl;              // in a MeshDevice: pointer to its impl; none: the MeshDevice holds what follows
    Field mesh_id;
    // From a mesh (its impl) to the chips it covers; none: they cannot be known in this build.
    Field mesh_view;                  // pointer to the view
    Field view_impl;                  // in the view: pointer to its impl; none: the view itself
    Field view_chips;                 // in that: vector of elements that begin with an IDevice*, in the mesh's order
    std::uint32_t chips_element = 0;  // bytes of an element

    bool operator==(const OwnerLayout&) const = default;
};

// CoreRangeSet: CoreRange {start x, start y, end x, end y}, 64-bit unsigned numbers.
struct CoreRangeSetLayout {
    Field ranges;  // std::vector<CoreRange>
    Field tree;    // std::set<CoreRange> (before October 2024) instead; libstdc++: its header; libc++: begin node
    bool operator==(const CoreRangeSetLayout&) const = default;
};

// detail::ProgramImpl: what it laid out in L1, to be read where no hook told.
struct ProgramLayout {
    Field placing_needed;  // local_circular_buffer_allocation_needed_, bool
    Field allocators;      // cb_allocators_: vector of {CoreRange; vector of {begin, end} at allocator_regions}
    std::uint32_t allocator_element = 0;  // bytes
    Field allocator_regions;
    Field dataflow_placing_needed;  // likewise of dataflow buffers and scratchpads
    Field dataflow_allocators;      // dfb_allocators_: with the same elements
    std::uint32_t has_dataflow = 0; // 1: the build has dataflow buffers

    bool operator==(const ProgramLayout&) const = default;
};

// GraphTracker and its hook, August to October 2024: a buffer does not tell that a hook took it, the hook does.
struct HookLayout {
    Field hook;    // in the GraphTracker: pointer to the hook
    Field blocks;  // in the hook: bool, whether it takes allocations over

    bool operator==(const HookLayout&) const = default;
};

// Where a part of a layout was learned.
struct LayoutEvidence {
    std::string item;    // "buffer.page_size"
    std::string value;   // "8 bytes at 88", "2"
    std::string source;  // "DWARF", "Buffer::page_size()", "table L5", "FILE"; several: joined with ", "
};

struct LayoutProfile {
    std::string name;     // "L5"
    std::string variant;  // "AllocatorImpl, mesh pimpl": the sub-variant, in words
    std::string summary;  // how it was found and checked, one line; for ModuleInfo
    BufferLayout buffer;
    OwnerLayout owner;
    CoreRangeSetLayout core_range_set;
    ProgramLayout program;
    HookLayout hook;
    WalkLayout walk;
    std::vector<LayoutEvidence> evidence;  // one per item that exists
};

// One item of a layout by name: what providers make claims about, layout files hold and doctor prints.
struct LayoutItem {
    std::string name;                      // "buffer.page_size", "owner.chips_element"
    Field (*field)(const LayoutProfile&);  // either this
    void (*set_field)(LayoutProfile&, Field);
    std::uint32_t (*number)(const LayoutProfile&);  // or this
    void (*set_number)(LayoutProfile&, std::uint32_t);
};
[[nodiscard]] const std::vector<LayoutItem>& layout_items();

}  // namespace tt::alloc_trace
