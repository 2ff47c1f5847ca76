// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A small walk: chip 3, and mesh 0 over two chips here and two elsewhere, with a sub-device.
#pragma once

#include "report/snapshot_view.hpp"

namespace tt::alloc_trace::test {

inline WalkedBuffer walked_buffer(std::uint64_t owner, std::uint64_t allocator, BufferType type, std::uint64_t address, std::uint64_t size, std::uint64_t block) {
    WalkedBuffer walked;
    walked.fields.buffer = 0x5000 + address;
    walked.fields.owner = owner;
    walked.fields.allocator = allocator;
    walked.fields.address = address;
    walked.fields.size = size;
    walked.fields.page_size = 64;
    walked.fields.type = type;
    walked.block_bytes = block;
    return walked;
}

inline Walk sample_walk() {
    constexpr std::uint64_t kMeshObject = 0x100;
    constexpr std::uint64_t kChip = 0x200;
    Walk walk;
    walk.roots_known = walk.complete = true;
    walk.owners = {{kMeshObject, OwnerKind::Mesh, 0, {1, 0}, 2}, {kChip, OwnerKind::Chip, 3, {3}, 0}};
    WalkedAllocator mesh{0x10, kMeshObject, {}, {}, true, {}};
    mesh.buffers = {
        walked_buffer(kMeshObject, 0x10, BufferType::Dram, 0x4000, 65536, 6144), walked_buffer(kMeshObject, 0x10, BufferType::Dram, 0x20, 65536, 6144)};
    WalkedRegion region;
    region.region = {BufferType::Dram, 12, 32, 0x20, 1U << 20U, 32};
    region.free_list_known = true;
    region.used_bytes = 12288;
    region.free_bytes = (1U << 20U) - 12288;
    region.largest_free_bytes = 1U << 19U;
    mesh.regions = {region};
    WalkedAllocator chip{0x30, kChip, {walked_buffer(kChip, 0x30, BufferType::L1, 0x8000, 4096, 64)}, {}, true, {}};
    region.region.type = BufferType::L1;
    region.orphans = {{0x9000, 2048}};
    chip.regions = {region};
    WalkedAllocator sub_device{0x20, kMeshObject, {walked_buffer(kMeshObject, 0x20, BufferType::L1Small, 0x40, 512, 0)}, {}, true, {}};
    walk.allocators = {mesh, chip, sub_device};
    return walk;
}

inline SnapshotContext sample_context() { return {4711, "python3 serve.py", 1'770'000'000'000'000'000, 11'000'000}; }

}  // namespace tt::alloc_trace::test
