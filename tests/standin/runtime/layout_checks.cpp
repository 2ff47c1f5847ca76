// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Every offset that the imitated library of 3 February 2026 is known to have, as a compile-time check.

#include <cstddef>

#include "internal/standin_access.hpp"
#include "runtime/allocator.hpp"
#include "runtime/bank_manager.hpp"
#include "runtime/buffer.hpp"
#include "runtime/device.hpp"
#include "runtime/device_manager.hpp"
#include "runtime/free_list_opt.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/mesh_device_impl.hpp"
#include "runtime/metal_context.hpp"
#include "runtime/program.hpp"

// These classes have base classes and private members; the two supported compilers define their layout all the same.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

#define STANDIN_AT(type, member, offset) static_assert(offsetof(type, member) == (offset), #type "::" #member)

namespace tt::tt_metal {

// A member of the class that the runtime's classes befriend, so that it may look at private members.
void StandinAccess::check_layout() {
    STANDIN_AT(Buffer, device_, 0x10);
    STANDIN_AT(Buffer, size_, 0x18);
    STANDIN_AT(Buffer, buffer_type_, 0x20);
    STANDIN_AT(Buffer, buffer_layout_, 0x24);
    STANDIN_AT(Buffer, bottom_up_, 0x28);
    STANDIN_AT(Buffer, sub_device_id_, 41);
    STANDIN_AT(Buffer, owns_data_, 0x2b);
    STANDIN_AT(Buffer, sub_device_manager_id_, 48);
    STANDIN_AT(Buffer, allocator_, 0x40);
    STANDIN_AT(Buffer, allocation_status_, 0x48);
    STANDIN_AT(Buffer, hooked_allocation_, 0x49);
    STANDIN_AT(Buffer, address_, 0x50);
    STANDIN_AT(Buffer, page_size_, 0x58);
    STANDIN_AT(Buffer, shard_spec_, 96);
    STANDIN_AT(Buffer, buffer_page_mapping_, 160);
    STANDIN_AT(Buffer, unique_id_, 0x1d8);
    static_assert(sizeof(Buffer) == 0x1e0);
    static_assert(sizeof(Buffer::allocation_status_) == 1 && sizeof(Buffer::buffer_type_) == 4);

    STANDIN_AT(BankManager, bank_id_to_bank_offset_, 8);
    STANDIN_AT(BankManager, alignment_bytes_, 72);
    STANDIN_AT(BankManager, allocators_, 0x3b0);

    STANDIN_AT(GraphTracker, processors, 0);
    STANDIN_AT(GraphTracker, hook, 24);

    STANDIN_AT(Device, id_, 8);
    STANDIN_AT(Device, tunnels_from_mmio_, 16);
    STANDIN_AT(Device, initialized_, 0x28);
    STANDIN_AT(Device, mesh_device, 80);
    STANDIN_AT(Device, default_allocator_, 0x1c0);

    using distributed::MeshDevice;
    using distributed::MeshDeviceImpl;
    using distributed::MeshDeviceView;
    using distributed::MeshDeviceViewImpl;
    STANDIN_AT(MeshDevice, pimpl_, 24);
    STANDIN_AT(MeshDeviceImpl, api_mutex_, 8);
    STANDIN_AT(MeshDeviceImpl, is_internal_state_initialized, 48);
    STANDIN_AT(MeshDeviceImpl, scoped_devices_, 56);
    STANDIN_AT(MeshDeviceImpl, mesh_id_, 72);
    STANDIN_AT(MeshDeviceImpl, view_, 80);
    STANDIN_AT(MeshDeviceImpl, parent_mesh_, 88);
    STANDIN_AT(MeshDeviceImpl, submeshes_, 104);
    STANDIN_AT(MeshDeviceImpl, sub_device_manager_tracker_, 0xd0);
    STANDIN_AT(MeshDeviceView, pimpl_, 0);
    STANDIN_AT(MeshDeviceViewImpl, values_, 0x178);
    static_assert(sizeof(distributed::MaybeRemoteDevice) == 16);

    STANDIN_AT(SubDeviceManagerTracker, device_, 0);
    STANDIN_AT(SubDeviceManagerTracker, sub_device_managers_, 8);
    STANDIN_AT(SubDeviceManagerTracker, active_sub_device_manager_, 64);
    STANDIN_AT(SubDeviceManagerTracker, default_sub_device_manager_, 72);
    STANDIN_AT(SubDeviceManager, id_, 0);
    STANDIN_AT(SubDeviceManager, sub_devices_, 8);
    STANDIN_AT(SubDeviceManager, device_, 80);
    STANDIN_AT(SubDeviceManager, sub_device_allocators_, 96);

    STANDIN_AT(AllocatorImpl, mutex_, 0);
    STANDIN_AT(AllocatorImpl, allocations_unsafe_, 40);
    STANDIN_AT(AllocatorImpl, dram_manager_, 0x30);
    STANDIN_AT(AllocatorImpl, l1_manager_, 0x38);
    STANDIN_AT(AllocatorImpl, l1_small_manager_, 0x40);
    STANDIN_AT(AllocatorImpl, trace_buffer_manager_, 0x48);
    STANDIN_AT(AllocatorImpl, allocated_buffers_, 0x130);
    STANDIN_AT(AllocatorImpl, config_, 0x168);
    STANDIN_AT(AllocatorImpl, view_, 0x170);
    STANDIN_AT(AllocatorConfig, dram_bank_offsets, 16);
    STANDIN_AT(AllocatorConfig, l1_unreserved_base, 48);
    STANDIN_AT(AllocatorConfig, worker_grid, 56);
    STANDIN_AT(AllocatorConfig, worker_l1_size, 80);
    STANDIN_AT(AllocatorConfig, l1_small_size, 88);
    STANDIN_AT(AllocatorConfig, trace_region_size, 96);
    STANDIN_AT(AllocatorConfig, compute_grid, 0x128);
    STANDIN_AT(AllocatorConfig, l1_alignment, 320);
    STANDIN_AT(AllocatorConfig, disable_interleaved, 0x144);

    using allocator::FreeListOpt;
    STANDIN_AT(FreeListOpt, max_size_bytes_, 8);
    STANDIN_AT(FreeListOpt, offset_bytes_, 16);
    STANDIN_AT(FreeListOpt, min_allocation_size_, 24);
    STANDIN_AT(FreeListOpt, alignment_, 32);
    STANDIN_AT(FreeListOpt, shrink_size_, 40);
    STANDIN_AT(FreeListOpt, lowest_occupied_address_, 48);
    STANDIN_AT(FreeListOpt, block_address_, 64);
    STANDIN_AT(FreeListOpt, block_size_, 88);
    STANDIN_AT(FreeListOpt, block_prev_block_, 112);
    STANDIN_AT(FreeListOpt, block_next_block_, 136);
    STANDIN_AT(FreeListOpt, block_is_allocated_, 160);
    STANDIN_AT(FreeListOpt, meta_block_is_allocated_, 184);

    STANDIN_AT(MetalContext, device_manager_, 0xbd0);
    STANDIN_AT(DeviceManager, devices_, 104);

    using detail::ProgramImpl;
    STANDIN_AT(ProgramImpl, circular_buffers_, 0x138);
    STANDIN_AT(ProgramImpl, cb_allocators_, 0x268);
    STANDIN_AT(ProgramImpl, local_circular_buffer_allocation_needed_, 0x378);
    STANDIN_AT(CircularBufferImpl, core_ranges_, 8);
    STANDIN_AT(CircularBufferImpl, config_, 0x20);
    static_assert(sizeof(detail::CircularBufferAllocator) == 56);
}

}  // namespace tt::tt_metal
