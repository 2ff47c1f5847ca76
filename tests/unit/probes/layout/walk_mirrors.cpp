// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk_mirrors.hpp"

#include "mirror_includes.hpp"

// offsetof of classes with a vtable is conditionally supported; these compilers do.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

#define WALK_OUTER walk_2025
#define WALK_ERA 2025
#include "walk_mirror.inc"
#undef WALK_OUTER
#undef WALK_ERA

#define WALK_OUTER walk_2026
#define WALK_ERA 2026
#include "walk_mirror.inc"

namespace tt::alloc_trace::testing {
namespace {

#define POINTER(type, member)     \
    Field {                       \
        offsetof(type, member), 8 \
    }

template <typename Allocator, typename Banks, typename List>
void fill_state(WalkLayout& walk) {
    walk.allocator.buffers = POINTER(Allocator, allocated_buffers_);
    walk.allocator.node_value = 8;
    walk.allocator.dram = POINTER(Allocator, dram_manager_);
    walk.allocator.l1 = POINTER(Allocator, l1_manager_);
    walk.allocator.l1_small = POINTER(Allocator, l1_small_manager_);
    walk.allocator.trace = POINTER(Allocator, trace_buffer_manager_);
    walk.bank_manager.bank_offsets = POINTER(Banks, bank_id_to_bank_offset_);
    walk.bank_manager.alignment = {offsetof(Banks, alignment_bytes_), 4};
    walk.free_list.bytes = POINTER(List, max_size_bytes_);
    walk.free_list.offset = POINTER(List, offset_bytes_);
    walk.free_list.granularity = POINTER(List, min_allocation_size_);
    walk.free_list.alignment = POINTER(List, alignment_);
    walk.free_list.shrunk = POINTER(List, shrink_size_);
    walk.free_list.block_address = POINTER(List, block_address_);
    walk.free_list.block_size = POINTER(List, block_size_);
    walk.free_list.block_allocated = POINTER(List, block_is_allocated_);
    walk.free_list.block_in_use = POINTER(List, meta_block_is_allocated_);
}

template <typename Device, typename Mesh, typename Tracker, typename Manager>
void fill_devices(WalkLayout& walk) {
    walk.device.initialized = {offsetof(Device, initialized_), 1};
    walk.device.mesh = POINTER(Device, mesh_device);
    walk.device.mesh_tracker = POINTER(Mesh, sub_device_manager_tracker_);
    walk.device.mesh_parent = POINTER(Mesh, parent_mesh_);
    walk.device.mesh_submeshes = POINTER(Mesh, submeshes_);
    walk.device.managers = POINTER(Tracker, sub_device_managers_);
    walk.device.default_manager = POINTER(Tracker, default_sub_device_manager_);
    walk.device.allocators = POINTER(Manager, sub_device_allocators_);
}

WalkLayout walk_of_2025() {
    using namespace walk_2025;
    WalkLayout walk;
    walk.root.devices = {104, 8};
    fill_devices<Device, distributed::MeshDevice, SubDeviceManagerTracker, SubDeviceManager>(walk);
    walk.device.tracker = POINTER(Device, sub_device_manager_tracker_);
    fill_state<Allocator, BankManager, allocator::FreeListOpt>(walk);
    walk.bank_manager.free_list = POINTER(BankManager, allocator_);
    return walk;
}

WalkLayout walk_of_2026() {
    using namespace walk_2026;
    WalkLayout walk;
    walk.root.device_manager = POINTER(MetalContext, device_manager_);
    walk.root.devices = POINTER(DeviceManager, devices_);
    fill_devices<Device, distributed::MeshDeviceImpl, SubDeviceManagerTracker, SubDeviceManager>(walk);
    walk.device.allocator = POINTER(Device, default_allocator_);
    fill_state<AllocatorImpl, BankManager, allocator::FreeListOpt>(walk);
    walk.allocator.config = POINTER(AllocatorImpl, config_);
    walk.bank_manager.free_list = POINTER(BankManager, allocators_);
    return walk;
}

}  // namespace

WalkLayout mirrored_walk(int era) {
    return era == 2025 ? walk_of_2025() : walk_of_2026();
}

}  // namespace tt::alloc_trace::testing
