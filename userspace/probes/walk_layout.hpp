// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where the runtime keeps its allocators and they keep their state: what a walk of a process's memory follows from the
// process's globals to every live Buffer. Part of a LayoutProfile; same rules: offsets in bytes from the start of the object,
// addresses are ELF addresses of the module, a Field of width 0 is something builds with this layout do not have, or nobody
// could find out. Nothing here is required: what is missing only shortens the walk, and the walk says so.
//
// Containers: a vector is {begin, end, capacity}; a hash set or map has at +16 the first node, at +24 the number of elements
// (libstdc++ and libc++), at 0 the bucket array and at 8 the number of buckets; a weak_ptr, shared_ptr or unique_ptr begins
// with the pointer.
#pragma once

#include <cstdint>

#include "probes/field.hpp"

namespace tt::alloc_trace {

struct RootLayout {
    std::uint64_t device_pool = 0;    // address of the pointer tt::DevicePool::_inst; 0: no such global
    std::uint64_t metal_context = 0;  // address of the MetalContext object; 0: none, or not found
    std::uint64_t metal_contexts = 0;  // address of an array of pointers to MetalContexts, null where there is none; 0: no such
                                       // global
    std::uint32_t metal_context_slots = 0;  // of that array
    std::uint64_t buffer_map = 0;     // address of detail::BUFFER_MAP; 0: none
    Field device_manager;             // in MetalContext: pointer to the DeviceManager
    Field devices;                    // in DevicePool or DeviceManager: vector of pointers to Device

    bool operator==(const RootLayout&) const = default;
};

struct DeviceWalkLayout {
    Field initialized;      // in a Device: bool
    Field allocator;        // in a Device: pointer to its allocator
    Field tracker;          // in a Device: pointer to its SubDeviceManagerTracker
    Field mesh;             // in a Device: weak_ptr<MeshDevice>
    Field mesh_tracker;     // in a mesh (OwnerLayout::mesh_impl's object if there is one): pointer to its tracker
    Field mesh_parent;      // likewise: weak_ptr or shared_ptr to the parent MeshDevice
    Field mesh_submeshes;   // likewise: vector of weak_ptr<MeshDevice>, elements of 16 bytes
    Field managers;         // in a tracker: hash map id -> unique_ptr<SubDeviceManager>
    Field default_manager;  // in a tracker: pointer
    Field allocators;       // in a SubDeviceManager: vector of pointers, null where a sub-device has none

    bool operator==(const DeviceWalkLayout&) const = default;
};

struct AllocatorWalkLayout {
    Field buffers;                        // hash set of Buffer*
    std::uint32_t node_value = 8;         // in a node of a hash container: the value; 8 libstdc++, 16 libc++
    Field dram, l1, l1_small, trace;      // pointers to BankManagers; width 0: none
    Field config;                         // pointer to the AllocatorConfig

    bool operator==(const AllocatorWalkLayout&) const = default;
};

struct BankManagerLayout {
    Field bank_offsets;  // hash map bank id -> offset: its size is the number of banks
    Field alignment;     // of pages, u32
    Field free_list;     // pointer to the free list, or to an array that begins with one
    bool operator==(const BankManagerLayout&) const = default;
};

// FreeListOpt (December 2024 on). Addresses are relative to `offset`.
struct FreeListLayout {
    Field bytes;         // of the region, per bank
    Field offset;        // first address
    Field granularity;   // smallest allocation
    Field alignment;
    Field shrunk;        // bytes cut off the bottom
    Field block_address, block_size;      // vectors of u64
    Field block_allocated, block_in_use;  // vectors of u8: holds a buffer; the entry means a block at all

    bool operator==(const FreeListLayout&) const = default;
};

struct WalkLayout {
    RootLayout root;
    DeviceWalkLayout device;
    AllocatorWalkLayout allocator;
    BankManagerLayout bank_manager;
    FreeListLayout free_list;

    bool operator==(const WalkLayout&) const = default;
};

}  // namespace tt::alloc_trace
