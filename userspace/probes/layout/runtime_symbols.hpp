// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Names of tt-metal's functions and data by which periods are told apart; `V0` in a name: from the months (October 2024
// to March 2025) in which these classes were in an inline-less namespace v0.
#pragma once

#include <string_view>

namespace tt::alloc_trace::symbol {

using Name = std::string_view;

inline constexpr Name kAllocateBuffer = "_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_6BufferEb";
inline constexpr Name kAllocateBufferV0Bool = "_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_2v06BufferEb";
inline constexpr Name kAllocateBufferV0Const = "_ZN2tt8tt_metal6detail14AllocateBufferEPKNS0_2v06BufferEb";
inline constexpr Name kAllocateBufferV0 = "_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_2v06BufferE";

inline constexpr Name kTrackAllocateBool = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPNS0_6BufferEb";
inline constexpr Name kTrackAllocateV0Bool = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPNS0_2v06BufferEb";
inline constexpr Name kTrackAllocateV0ConstBool = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_2v06BufferEb";
inline constexpr Name kTrackAllocateV0 = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_2v06BufferE";
inline constexpr Name kTrackAllocate = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE";
inline constexpr Name kTrackDeallocate = "_ZN2tt8tt_metal12GraphTracker16track_deallocateEPNS0_6BufferE";

inline constexpr Name kTrackCb = "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmm";
inline constexpr Name kTrackCbBool = "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmb";
inline constexpr Name kTrackCbV0 =
    "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_2v07IDeviceE";
inline constexpr Name kTrackCbGlobal =
    "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_7IDeviceE";
inline constexpr Name kTrackCbInTtMetal =
    "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE";
inline constexpr Name kHookAllocate = "_ZN2tt8tt_metal12GraphTracker13hook_allocateEPKNS0_6BufferE";
inline constexpr Name kGraphTrackerInstance = "_ZN2tt8tt_metal12GraphTracker8instanceEv";

inline constexpr Name kBufferVtable = "_ZTVN2tt8tt_metal6BufferE";
inline constexpr Name kBufferVtableV0 = "_ZTVN2tt8tt_metal2v06BufferE";
inline constexpr Name kBufferAllocateImpl = "_ZN2tt8tt_metal6Buffer13allocate_implEv";
inline constexpr Name kBufferAllocateImplV0 = "_ZN2tt8tt_metal2v06Buffer13allocate_implEv";
inline constexpr Name kBufferDeallocateImpl = "_ZN2tt8tt_metal6Buffer15deallocate_implEv";
inline constexpr Name kBufferDeallocateImplV0 = "_ZN2tt8tt_metal2v06Buffer15deallocate_implEv";
inline constexpr Name kBufferDeleter = "_ZN2tt8tt_metal6Buffer7deleterEPS1_";
inline constexpr Name kBufferDeleterV0 = "_ZN2tt8tt_metal2v06Buffer7deleterEPS2_";
inline constexpr Name kBufferNextId = "_ZN2tt8tt_metal6Buffer14next_unique_idE";
inline constexpr Name kBufferNextIdV0 = "_ZN2tt8tt_metal2v06Buffer14next_unique_idE";
inline constexpr Name kBufferView = "_ZN2tt8tt_metal6Buffer4viewERKNS0_12BufferRegionE";
inline constexpr Name kBufferRoot = "_ZN2tt8tt_metal6Buffer11root_bufferEv";
inline constexpr Name kBufferImplAllocate = "_ZN2tt8tt_metal10BufferImpl13allocate_implERNS0_6BufferE";
inline constexpr Name kBufferImplDeallocate = "_ZN2tt8tt_metal10BufferImpl15deallocate_implERNS0_6BufferE";
inline constexpr Name kBufferImplFree = "_ZN2tt8tt_metal10BufferImpl10deallocateERNS0_6BufferE";
inline constexpr Name kNotifyAllocated = "_ZN2tt8tt_metal23notify_buffer_allocatedEPKNS0_6BufferE";

inline constexpr Name kAllocatorFunctionByAddress =
    "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEmmRKNS0_10BufferTypeEbSt8optionalIjE";
inline constexpr Name kAllocatorFunctionByAddressLibcxx =
    "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEmmRKNS0_10BufferTypeEbNSt3__18optionalIjEE";
inline constexpr Name kAllocatorFunction32 =
    "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEjjRKNS0_10BufferTypeEbSt8optionalIjE";
inline constexpr Name kAllocatorFunction32Libcxx =
    "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEjjRKNS0_10BufferTypeEbNSt3__18optionalIjEE";
inline constexpr Name kAllocatorFunctionSized =
    "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEmPNS0_2v06BufferE";
inline constexpr Name kAllocatorFunction =
    "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEPNS0_2v06BufferE";
inline constexpr Name kAllocatorV0 = "_ZN2tt8tt_metal9Allocator15allocate_bufferEPNS0_2v06BufferE";
inline constexpr Name kAllocator = "_ZN2tt8tt_metal9Allocator15allocate_bufferEPNS0_6BufferE";
inline constexpr Name kAllocatorImpl = "_ZN2tt8tt_metal13AllocatorImpl15allocate_bufferEPNS0_6BufferE";
inline constexpr Name kAllocatorImplClear = "_ZN2tt8tt_metal13AllocatorImpl18deallocate_buffersEv";

inline constexpr Name kSubDeviceManager = "_ZN2tt8tt_metal16SubDeviceManagerD1Ev";
inline constexpr Name kSubDeviceTracker = "_ZN2tt8tt_metal23SubDeviceManagerTrackerD1Ev";

inline constexpr Name kChipVtable = "_ZTVN2tt8tt_metal6DeviceE";
inline constexpr Name kChipVtableV0 = "_ZTVN2tt8tt_metal2v06DeviceE";
inline constexpr Name kMeshVtable = "_ZTVN2tt8tt_metal11distributed10MeshDeviceE";
inline constexpr Name kChipId = "_ZNK2tt8tt_metal6Device2idEv";
inline constexpr Name kMeshId = "_ZNK2tt8tt_metal11distributed10MeshDevice2idEv";
inline constexpr Name kChipInitialized = "_ZNK2tt8tt_metal6Device14is_initializedEv";
inline constexpr Name kMeshInitialized = "_ZNK2tt8tt_metal11distributed10MeshDevice14is_initializedEv";
inline constexpr Name kMeshImplVtable = "_ZTVN2tt8tt_metal11distributed14MeshDeviceImplE";
inline constexpr Name kMeshClose = "_ZN2tt8tt_metal11distributed10MeshDevice5closeEv";
inline constexpr Name kMeshImplClose = "_ZN2tt8tt_metal11distributed14MeshDeviceImpl10close_implEPNS1_10MeshDeviceE";

inline constexpr Name kDeviceClose = "_ZN2tt8tt_metal6Device5closeEv";
inline constexpr Name kDeviceCloseV0 = "_ZN2tt8tt_metal2v06Device5closeEv";
inline constexpr Name kMeshViewRows = "_ZNK2tt8tt_metal11distributed14MeshDeviceView8num_rowsEv";
inline constexpr Name kCoreRanges = "_ZNK2tt8tt_metal12CoreRangeSet6rangesEv";

inline constexpr Name kDevicePool = "_ZN2tt10DevicePool5_instE";
inline constexpr Name kDeviceManagerClose = "_ZN2tt8tt_metal13DeviceManager12close_deviceEi";
inline constexpr Name kDeviceManagerCloseAll =
    "_ZN2tt8tt_metal13DeviceManager13close_devicesERKSt6vectorIPNS0_7IDeviceESaIS4_EEb";
inline constexpr Name kMetalContextById =
    "_ZN2tt8tt_metal12MetalContext8instanceEN4ttsl10StrongTypeIiNS0_12ContextIdTagEEE";
inline constexpr Name kScopedDevicesGone = "_ZN2tt8tt_metal11distributed14MeshDeviceImpl13ScopedDevicesD1Ev";
inline constexpr Name kMetalContext = "_ZN2tt8tt_metal12MetalContext8instanceEv";
inline constexpr Name kBufferMap = "_ZN2tt8tt_metal6detail10BUFFER_MAPE";
inline constexpr Name kProgramImplPlace =
    "_ZN2tt8tt_metal6detail11ProgramImpl25allocate_circular_buffersEPKNS0_7IDeviceE";
inline constexpr Name kProgramImplPlaceDataflow =
    "_ZN2tt8tt_metal6detail11ProgramImpl25allocate_dataflow_buffersEPKNS0_7IDeviceE";

// What a walk of the process's memory needs.
inline constexpr Name kMetalContextObject = "_ZZN2tt8tt_metal12MetalContext8instanceEvE4inst";  // in .symtab only
inline constexpr Name kMetalContexts = "_ZN2tt8tt_metal11g_instancesE";
inline constexpr Name kCloseDevice = "_ZN2tt8tt_metal11CloseDeviceEPNS0_7IDeviceE";
inline constexpr Name kSetFabricTopology = "_ZN2tt8tt_metal12MetalContext27set_default_fabric_topologyEv";
inline constexpr Name kManagerDevices = "_ZNK2tt8tt_metal13DeviceManager22get_all_active_devicesEv";
inline constexpr Name kPoolDevices = "_ZNK2tt10DevicePool22get_all_active_devicesEv";
inline constexpr Name kDeviceMesh = "_ZN2tt8tt_metal6Device15get_mesh_deviceEv";
inline constexpr Name kFreeListVtable = "_ZTVN2tt8tt_metal9allocator11FreeListOptE";
inline constexpr Name kBankDependencies = "_ZN2tt8tt_metal11BankManager21AllocatorDependenciesC1Ev";
// No symbol: fingerprints ask for it where builds with libc++ differ.
inline constexpr Name kUsesLibcxx = "(libc++)";

}  // namespace tt::alloc_trace::symbol
