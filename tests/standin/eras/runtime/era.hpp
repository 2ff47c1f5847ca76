// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Which era this build imitates: -DTAT_ERA=YYYYMM. Every difference between eras has a name here; the sources test the
// names, not the dates.
#pragma once

#ifndef TAT_ERA
#error "compile with -DTAT_ERA=YYYYMM: 202407 202409 202411 202412 202502 202505 202507 202510 202606"
#endif

// The days that are meant: 2024-07-15, 2024-09-20, 2024-11-06, 2024-12-28, 2025-02-14, 2025-05-20, 2025-07-01, 2025-10-15,
// and a build of mid-2026.
#define ERA_TRACKER (TAT_ERA >= 202409)          // GraphTracker exists
#define ERA_VIRTUAL_BUFFER (TAT_ERA == 202409)   // Buffer has virtual functions
#define ERA_BUFFER_MAP (TAT_ERA <= 202409)       // live Buffers are in detail::BUFFER_MAP; Buffers can be copied and moved
#define ERA_V0 (TAT_ERA >= 202411 && TAT_ERA <= 202502)        // inline namespace v0
#define ERA_PUSH_WORK (TAT_ERA >= 202409 && TAT_ERA <= 202502)  // worker thread per device
#define ERA_ASYNC_BUFFER (TAT_ERA >= 202411 && TAT_ERA <= 202502)  // status and address are set by the worker
#define ERA_DETAIL_ALLOCATE (TAT_ERA <= 202412)  // detail::AllocateBuffer, free functions of the allocator
#define ERA_FREE_LIST_OPT (TAT_ERA >= 202412)    // block tables in arrays, before it linked blocks
#define ERA_CORE_RANGE_GRIDS (TAT_ERA >= 202412)  // AllocatorConfig has sets of cores, before it two counts
#define ERA_TWO_ALIGNMENTS (TAT_ERA >= 202502)   // AllocatorConfig tells DRAM's from L1's
#define ERA_STORAGE_CORES (TAT_ERA <= 202510)    // AllocatorConfig::storage_core_bank_size
#define ERA_SUB_DEVICES (TAT_ERA >= 202412)      // SubDeviceManager owns the allocator; Buffer::allocator_
#define ERA_IDEVICE (TAT_ERA >= 202502)          // Device has a vptr; MeshDevice owns buffers
#define ERA_MESH_IN_DEVICE (TAT_ERA >= 202505)   // Device::mesh_device
#define ERA_PROGRAM_IMPL (TAT_ERA >= 202505)     // detail::ProgramImpl, before it detail::Program_
#define ERA_PARENT_MESH_BACK (TAT_ERA >= 202507)  // a closed submesh gives its chips back to its parent
#define ERA_HOOKED_FLAG (TAT_ERA >= 202505)      // Buffer::hooked_allocation_, GraphTracker::hooked_buffers
#define ERA_WEAK_THIS (TAT_ERA >= 202507)        // Buffer starts with enable_shared_from_this; Buffer::view
#define ERA_CLOSE_EVENTS (TAT_ERA <= 202507)     // the close frees every live Buffer, with its event
#define ERA_LOCKED_ALLOCATOR (TAT_ERA >= 202510)  // Allocator::mutex_ comes first
#define ERA_DEPENDENT_ALLOCATORS (TAT_ERA >= 202510)  // BankManager has small vectors of sets and of free lists
#define ERA_IMPLS (TAT_ERA >= 202606)            // AllocatorImpl, BufferImpl, MeshDeviceImpl, DeviceManager
#define ERA_CORES_IN_TT_METAL (TAT_ERA >= 202606)  // CoreRangeSet left the global namespace

#if ERA_V0
#define ERA_V0_BEGIN inline namespace v0 {
#define ERA_V0_END }
#else
#define ERA_V0_BEGIN
#define ERA_V0_END
#endif
