// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Every offset that the imitated builds are known to have, as compile-time checks.

#include <cstddef>

#include "runtime/allocator.hpp"
#include "runtime/buffer.hpp"
#include "runtime/device.hpp"
#include "runtime/device_pool.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/host_api.hpp"
#include "runtime/mesh_device.hpp"
#include "runtime/program.hpp"

// Not standard-layout types, but both supported compilers define their layout.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

#define AT(type, member, offset) static_assert(offsetof(type, member) == (offset), #type "::" #member)

namespace tt::tt_metal {

static_assert(sizeof(std::mutex) == 40);
static_assert(sizeof(BufferType) == 4 && sizeof(AllocationStatus) == 1);
static_assert(sizeof(std::optional<SubDeviceId>) == 2 && sizeof(std::optional<SubDeviceManagerId>) == 16);

#if TAT_ERA == 202407
AT(Buffer, device_, 0);
AT(Buffer, size_, 8);
AT(Buffer, address_, 16);
AT(Buffer, page_size_, 24);
AT(Buffer, buffer_type_, 32);
AT(Buffer, buffer_layout_, 36);
AT(Buffer, shard_parameters_, 40);
#elif TAT_ERA == 202409
AT(Buffer, device_, 8);
AT(Buffer, size_, 16);
AT(Buffer, address_, 24);
AT(Buffer, page_size_, 32);
AT(Buffer, buffer_type_, 40);
AT(Buffer, buffer_layout_, 44);
AT(Buffer, shard_parameters_, 48);
#elif TAT_ERA == 202411
AT(Buffer, device_, 0);
AT(Buffer, size_, 8);
AT(Buffer, buffer_type_, 16);
AT(Buffer, buffer_layout_, 20);
AT(Buffer, bottom_up_, 24);
AT(Buffer, owns_data_, 25);
AT(Buffer, allocation_status_, 26);
AT(Buffer, address_, 32);
AT(Buffer, page_size_, 136);
AT(Buffer, shard_parameters_, 144);
#elif ERA_ASYNC_BUFFER
AT(Buffer, device_, 0);
AT(Buffer, size_, 8);
AT(Buffer, buffer_type_, 16);
AT(Buffer, buffer_layout_, 20);
AT(Buffer, bottom_up_, 24);
AT(Buffer, sub_device_id_, 25);
AT(Buffer, owns_data_, 27);
AT(Buffer, sub_device_manager_id_, 32);
AT(Buffer, allocator_, 48);
AT(Buffer, allocation_status_, 56);
AT(Buffer, address_, 64);
AT(Buffer, page_size_, 168);
AT(Buffer, shard_parameters_, 176);
AT(Buffer, buffer_page_mapping_, 296);
AT(Buffer, unique_id_, 328);
#elif ERA_IMPLS
AT(Buffer, pimpl_, 16);
AT(BufferImpl, device_, 0);
AT(BufferImpl, size_, 8);
AT(BufferImpl, buffer_type_, 16);
AT(BufferImpl, buffer_layout_, 20);
AT(BufferImpl, bottom_up_, 24);
AT(BufferImpl, sub_device_id_, 25);
AT(BufferImpl, owns_data_, 27);
AT(BufferImpl, sub_device_manager_id_, 32);
AT(BufferImpl, allocator_, 48);
AT(BufferImpl, allocation_status_, 56);
AT(BufferImpl, hooked_allocation_, 57);
AT(BufferImpl, address_, 64);
AT(BufferImpl, page_size_, 72);
AT(BufferImpl, shard_spec_, 80);
#else
#define WEAK_THIS (ERA_WEAK_THIS ? 16 : 0)
AT(Buffer, device_, WEAK_THIS + 0);
AT(Buffer, size_, WEAK_THIS + 8);
AT(Buffer, buffer_type_, WEAK_THIS + 16);
AT(Buffer, buffer_layout_, WEAK_THIS + 20);
AT(Buffer, bottom_up_, WEAK_THIS + 24);
AT(Buffer, sub_device_id_, WEAK_THIS + 25);
AT(Buffer, owns_data_, WEAK_THIS + 27);
AT(Buffer, sub_device_manager_id_, WEAK_THIS + 32);
AT(Buffer, allocator_, WEAK_THIS + 48);
AT(Buffer, allocation_status_, WEAK_THIS + 56);
AT(Buffer, hooked_allocation_, WEAK_THIS + 57);
AT(Buffer, address_, WEAK_THIS + 64);
AT(Buffer, page_size_, WEAK_THIS + 72);
AT(Buffer, shard_parameters_, WEAK_THIS + 80);
AT(Buffer, buffer_page_mapping_, WEAK_THIS + (TAT_ERA >= 202510 ? 144 : 160));
#endif

#if ERA_TRACKER
AT(ProcessorHooks, do_block, 8);
#if !ERA_IMPLS
AT(GraphTracker, processors, 0);
AT(GraphTracker, hook, 24);
#endif
#endif

#if ERA_BUFFER_MAP
AT(detail::BufferMap, mutex_, 0);
AT(detail::BufferMap, map_, 40);
#endif

#if !ERA_IDEVICE
AT(Device, id_, 0);
AT(Device, build_key_, 4);
#if !ERA_SUB_DEVICES
AT(Device, allocator_, 8);
AT(Device, initialized_, 16);
#endif
#else
AT(Device, id_, 8);
AT(Device, tunnels_from_mmio_, 16);
#if ERA_IMPLS
AT(Device, initialized_, 0x28);
AT(Device, mesh_device, 80);
AT(Device, default_allocator_, 0x1c0);
#else
AT(Device, sub_device_manager_tracker_, 40);
AT(Device, initialized_, 48);
#if ERA_MESH_IN_DEVICE
AT(Device, mesh_device, 88);
#endif
#endif
using distributed::MeshDevice;
#if ERA_IMPLS
using distributed::MeshDeviceImpl;
AT(MeshDevice, pimpl_, 24);
AT(MeshDeviceImpl, api_mutex_, 8);
AT(MeshDeviceImpl, is_internal_state_initialized, 48);
AT(MeshDeviceImpl, scoped_devices_, 56);
AT(MeshDeviceImpl, mesh_id_, 72);
AT(MeshDeviceImpl, view_, 80);
AT(MeshDeviceImpl, parent_mesh_, 88);
AT(MeshDeviceImpl, submeshes_, 104);
AT(distributed::MeshDeviceView, pimpl_, 0);
AT(distributed::MeshDeviceViewValues, values_, 0x178);
AT(MeshDeviceImpl, sub_device_manager_tracker_, 0xd0);
#elif ERA_LOCKED_ALLOCATOR
AT(MeshDevice, api_mutex_, 24);
AT(MeshDevice, scoped_devices_, 72);
AT(MeshDevice, mesh_id_, 88);
AT(MeshDevice, view_, 96);
#else
AT(MeshDevice, scoped_devices_, 24);
AT(MeshDevice, mesh_id_, 40);
AT(MeshDevice, view_, 48);
#endif
static_assert(sizeof(distributed::MaybeRemoteDevice) == 16);
#endif

#if ERA_SUB_DEVICES
AT(SubDeviceManager, id_, 0);
AT(SubDeviceManager, sub_devices_, 8);
AT(SubDeviceManager, device_, 80);
AT(SubDeviceManager, sub_device_allocators_, 96);
#endif

// The tables in between have another size in libc++.
#ifdef _LIBCPP_VERSION
#define TABLES(count) ((count) * 40)
#else
#define TABLES(count) ((count) * 56)
#endif
#if ERA_IDEVICE
AT(SubDeviceManagerTracker, device_, 0);
AT(SubDeviceManagerTracker, sub_device_managers_, 8);
AT(SubDeviceManagerTracker, active_sub_device_manager_, 8 + TABLES(1));
AT(SubDeviceManagerTracker, default_sub_device_manager_, 16 + TABLES(1));
#define FIRST_MANAGER (ERA_LOCKED_ALLOCATOR ? 48 : 8)
AT(OwnedAllocator, dram_manager_, FIRST_MANAGER);
AT(OwnedAllocator, l1_manager_, FIRST_MANAGER + 8);
AT(OwnedAllocator, l1_small_manager_, FIRST_MANAGER + 16);
AT(OwnedAllocator, trace_buffer_manager_, FIRST_MANAGER + 24);
AT(OwnedAllocator, allocated_buffers_, FIRST_MANAGER + 32 + TABLES(4));
#if ERA_LOCKED_ALLOCATOR
AT(OwnedAllocator, mutex_, (ERA_IMPLS ? 8 : 0));
#endif
#if ERA_LOCKED_ALLOCATOR && !ERA_IMPLS
AT(OwnedAllocator, config_, FIRST_MANAGER + 32 + TABLES(5));
#endif
#endif
#if TAT_ERA <= 202507 && !defined(_LIBCPP_VERSION)
AT(BankManager, buffer_type_, 0);
AT(BankManager, allocated_buffers_, 8);
AT(BankManager, bank_id_to_bank_offset_, 64);
AT(BankManager, allocator_, 120);
AT(BankManager, interleaved_address_limit_, 128);
AT(BankManager, alignment_bytes_, 136);
#endif

#if ERA_DEPENDENT_ALLOCATORS
AT(BankManager, buffer_type_, 0);
AT(BankManager, bank_id_to_bank_offset_, 8);
AT(BankManager, interleaved_address_limit_, 8 + TABLES(1));
AT(BankManager, alignment_bytes_, 16 + TABLES(1));
AT(BankManager, allocator_dependencies_, 24 + TABLES(1));
#endif
AT(AllocatorConfig, num_dram_channels, 0);
AT(AllocatorConfig, dram_bank_size, 8);
AT(AllocatorConfig, dram_bank_offsets, 16);
AT(AllocatorConfig, dram_unreserved_base, 40);
#if ERA_TWO_ALIGNMENTS
AT(AllocatorConfig, dram_alignment, 44);
AT(AllocatorConfig, l1_unreserved_base, 48);
#endif
#if ERA_IMPLS
AT(AllocatorConfig, worker_grid, 56);
AT(AllocatorConfig, worker_l1_size, 80);
AT(AllocatorConfig, l1_small_size, 88);
AT(AllocatorConfig, trace_region_size, 96);
#ifndef _LIBCPP_VERSION
AT(AllocatorConfig, compute_grid, 296);
AT(AllocatorConfig, l1_alignment, 320);
AT(AllocatorConfig, disable_interleaved, 324);
#endif
#endif

#if ERA_FREE_LIST_OPT
// Its friend, which may look at private members.
struct StandinAccess {
    static void check_free_list() {
        using allocator::FreeListOpt;
        AT(FreeListOpt, max_size_bytes_, 8);
        AT(FreeListOpt, offset_bytes_, 16);
        AT(FreeListOpt, min_allocation_size_, 24);
        AT(FreeListOpt, alignment_, 32);
        AT(FreeListOpt, shrink_size_, 40);
        AT(FreeListOpt, lowest_occupied_address_, 48);
        AT(FreeListOpt, block_address_, 64);
        AT(FreeListOpt, block_size_, 88);
        AT(FreeListOpt, block_prev_block_, 112);
        AT(FreeListOpt, block_next_block_, 136);
        AT(FreeListOpt, block_is_allocated_, 160);
        AT(FreeListOpt, meta_block_is_allocated_, 184);
    }
};
#endif

#if ERA_IMPLS
AT(DeviceManager, devices_, 104);
#elif TAT_ERA <= 202412
AT(DevicePool, devices, 88);
#elif TAT_ERA == 202502
AT(DevicePool, devices, 96);
#else
AT(DevicePool, devices, 104);
#endif
#if ERA_PROGRAM_IMPL
AT(CircularBufferImpl, core_ranges_, 8);
AT(CircularBufferImpl, config_, 0x20);
static_assert(sizeof(CircularBufferAllocator) == 56);
#endif

}  // namespace tt::tt_metal
