// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which functions of a runtime tell by their code where the members lie that a walk follows.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {

// What a function does with the member it tells about.
enum class WalkUse : std::uint8_t {
    Value,          // returns it
    Address,        // returns its address
    Handover,       // calls a function of what it points to
    Test,           // returns whether it is null
    Config,         // returns the pointer, or the address of what is no pointer: then the item does not exist
    ChipAllocator,  // returns its address; where it calls a function of it, it is the tracker
    Pair,           // reads two pointers
    PairOfResult,   // the same, where the first argument is the room for the result
    Pointer,        // reads one pointer
    HashContainer,  // asks for its size
    HashCopy,       // copies it to the room for the result
    Managers,       // asks each of the four BankManagers
};

struct WalkFunction {
    std::string_view symbol;
    std::string_view label;
    std::string_view item;
    WalkUse use = WalkUse::Value;
};

inline constexpr std::array kFunctions{
    WalkFunction{
        symbol::kChipInitialized, "Device::is_initialized()", "device.initialized", WalkUse::Value
    },
    WalkFunction{
        "_ZNK2tt8tt_metal2v06Device14is_initializedEv", "Device::is_initialized()", "device.initialized", WalkUse::Value
    },
    WalkFunction{
        "_ZNK2tt8tt_metal6Device14allocator_implEv", "Device::allocator_impl()", "device.allocator", WalkUse::ChipAllocator
    },
    WalkFunction{"_ZNK2tt8tt_metal6Device9allocatorEv", "Device::allocator()", "device.allocator", WalkUse::ChipAllocator},
    WalkFunction{
        "_ZNK2tt8tt_metal2v06Device9allocatorEv", "Device::allocator()", "device.allocator", WalkUse::ChipAllocator
    },
    WalkFunction{symbol::kDeviceMesh, "Device::get_mesh_device()", "device.mesh", WalkUse::PairOfResult},
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed14MeshDeviceImpl14allocator_implEv",
        "MeshDeviceImpl::allocator_impl()",
        "mesh.tracker",
        WalkUse::Handover
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed14MeshDeviceImpl14is_parent_meshEv",
        "MeshDeviceImpl::is_parent_mesh()",
        "mesh.parent",
        WalkUse::Test
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed14MeshDeviceImpl15get_parent_meshEv",
        "MeshDeviceImpl::get_parent_mesh()",
        "mesh.parent",
        WalkUse::Address
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed14MeshDeviceImpl13get_submeshesEv",
        "MeshDeviceImpl::get_submeshes()",
        "mesh.submeshes",
        WalkUse::PairOfResult
    },
    WalkFunction{
        "_ZNK2tt8tt_metal23SubDeviceManagerTracker30get_default_sub_device_managerEv",
        "SubDeviceManagerTracker::get_default_sub_device_manager()",
        "tracker.default_manager",
        WalkUse::Value
    },
    WalkFunction{
        "_ZNK2tt8tt_metal16SubDeviceManager15has_allocationsEv",
        "SubDeviceManager::has_allocations()",
        "sub_device_manager.allocators",
        WalkUse::Pair
    },
    WalkFunction{
        "_ZNK2tt8tt_metal13AllocatorImpl25get_num_allocated_buffersEv",
        "AllocatorImpl::get_num_allocated_buffers()",
        "allocator.buffers",
        WalkUse::HashContainer
    },
    WalkFunction{
        "_ZNK2tt8tt_metal9Allocator25get_num_allocated_buffersEv",
        "Allocator::get_num_allocated_buffers()",
        "allocator.buffers",
        WalkUse::HashContainer
    },
    WalkFunction{
        "_ZNK2tt8tt_metal13AllocatorImpl21get_allocated_buffersEv",
        "AllocatorImpl::get_allocated_buffers()",
        "allocator.buffers",
        WalkUse::HashCopy
    },
    WalkFunction{
        "_ZNK2tt8tt_metal9Allocator21get_allocated_buffersEv",
        "Allocator::get_allocated_buffers()",
        "allocator.buffers",
        WalkUse::HashCopy
    },
    WalkFunction{
        "_ZN2tt8tt_metal9allocator21get_allocated_buffersERKNS0_9AllocatorE",
        "allocator::get_allocated_buffers()",
        "allocator.buffers",
        WalkUse::HashCopy
    },
    WalkFunction{
        symbol::kAllocatorImplClear,
        "AllocatorImpl::deallocate_buffers()",
        "allocator.dram",
        WalkUse::Managers
    },
    WalkFunction{
        "_ZN2tt8tt_metal9Allocator18deallocate_buffersEv",
        "Allocator::deallocate_buffers()",
        "allocator.dram",
        WalkUse::Managers
    },
    WalkFunction{
        "_ZNK2tt8tt_metal13AllocatorImpl10get_configEv", "AllocatorImpl::get_config()", "allocator.config", WalkUse::Config
    },
    WalkFunction{
        "_ZNK2tt8tt_metal9Allocator10get_configEv", "Allocator::get_config()", "allocator.config", WalkUse::Config
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11BankManager9num_banksEv",
        "BankManager::num_banks()",
        "bank_manager.bank_offsets",
        WalkUse::HashContainer
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11BankManager9bank_sizeEv",
        "BankManager::bank_size()",
        "bank_manager.free_list",
        WalkUse::Pointer
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11BankManager21get_allocator_from_idEN4ttsl10StrongTypeIjNS0_14AllocatorIDTagEEE",
        "BankManager::get_allocator_from_id()",
        "bank_manager.free_list",
        WalkUse::Pointer
    },
    WalkFunction{symbol::kManagerDevices, "DeviceManager::get_all_active_devices()", "root.devices", WalkUse::PairOfResult},
    WalkFunction{symbol::kPoolDevices, "DevicePool::get_all_active_devices()", "root.devices", WalkUse::PairOfResult},
};

// Of a MeshDevice that holds its members itself; those of later ones go through the impl.
inline constexpr std::array kInlineMeshFunctions{
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed10MeshDevice14allocator_implEv",
        "MeshDevice::allocator_impl()",
        "mesh.tracker",
        WalkUse::Handover
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed10MeshDevice9allocatorEv", "MeshDevice::allocator()", "mesh.tracker", WalkUse::Handover
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed10MeshDevice14is_parent_meshEv",
        "MeshDevice::is_parent_mesh()",
        "mesh.parent",
        WalkUse::Test
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed10MeshDevice15get_parent_meshEv",
        "MeshDevice::get_parent_mesh()",
        "mesh.parent",
        WalkUse::Address
    },
    WalkFunction{
        "_ZNK2tt8tt_metal11distributed10MeshDevice13get_submeshesEv",
        "MeshDevice::get_submeshes()",
        "mesh.submeshes",
        WalkUse::PairOfResult
    },
};

// Where a Buffer has an impl it is asked for it first.
inline constexpr std::string_view kIsPerCore =
    "_ZN2tt8tt_metal12experimental19per_core_allocation22is_per_core_allocationERKNS0_6BufferE";
inline constexpr std::string_view kCoreAddresses =
    "_ZN2tt8tt_metal12experimental19per_core_allocation22get_per_core_addressesERKNS0_6BufferE";
inline constexpr std::string_view kBufferImplOf = "_ZNK2tt8tt_metal6Buffer4implEv";
inline constexpr std::string_view kDistributionSpec = "_ZNK2tt8tt_metal6Buffer24buffer_distribution_specEv";
inline constexpr std::string_view kShardCount = "_ZNK2tt8tt_metal22BufferDistributionSpec10num_shardsEv";
inline constexpr std::string_view kMaxPagesPerCore = "_ZNK2tt8tt_metal22BufferDistributionSpec26max_num_dev_pages_per_coreEv";
// MeshDeviceView(Impl)::get_devices() copies the chips.
inline constexpr std::string_view kViewDevices = "_ZNK2tt8tt_metal11distributed14MeshDeviceView11get_devicesEv";
inline constexpr std::string_view kViewImplDevices = "_ZNK2tt8tt_metal11distributed18MeshDeviceViewImpl11get_devicesEv";
// Where the view has an impl this one hands it on.
inline constexpr std::string_view kViewSize = "_ZNK2tt8tt_metal11distributed14MeshDeviceView11num_devicesEv";
// extract_locals(vector<MaybeRemote<IDevice*>> const&): walks such a list of chips.
inline constexpr std::string_view kCopyOfLocals =
    "_ZN2tt8tt_metal11distributed14extract_localsISt6vectorINS1_11MaybeRemoteIPNS0_7IDeviceEEESaIS7_"
    "EEQ15MaybeRemoteLikeINT_10value_typeEEEEDaRKSA_";
inline constexpr std::array<std::string_view, 2> kShardSpecs{
    "_ZNK2tt8tt_metal6Buffer10shard_specEv", "_ZNK2tt8tt_metal2v06Buffer10shard_specEv"
};
inline constexpr std::string_view kFreeListStatistics = "_ZNK2tt8tt_metal9allocator11FreeListOpt14get_statisticsEv";

}  // namespace tt::alloc_trace
