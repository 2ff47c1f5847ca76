// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// SubDeviceManager: owns the allocator(s) of a chip or a mesh from November 2024 on. Only the default manager is imitated.
#pragma once

#include "runtime/types.hpp"

#if ERA_SUB_DEVICES

#include <unordered_map>
#include <vector>

namespace tt::tt_metal {

struct SubDevice {
    CoreRangeSet cores;
};

class SubDeviceManager {
public:
    explicit SubDeviceManager(OwnerDevice* device);
    // Until August 2025 every live Buffer is deallocated, with its event; since then only the ranges are given back.
    ~SubDeviceManager();
    const std::unique_ptr<OwnedAllocator>& allocator(SubDeviceId sub_device_id) const;

    SubDeviceManagerId id_;
    std::vector<SubDevice> sub_devices_;
    std::vector<SubDeviceId> sub_device_ids_;
    std::vector<SubDeviceId> sub_device_stall_group_;
    OwnerDevice* device_;
    DeviceAddr local_l1_size_ = 0;
    std::vector<std::unique_ptr<OwnedAllocator>> sub_device_allocators_;
};

#if ERA_IDEVICE
class SubDeviceManagerTracker {
public:
    explicit SubDeviceManagerTracker(IDevice* device);
    ~SubDeviceManagerTracker();
    SubDeviceManager* get_active_sub_device_manager() const;
    SubDeviceManager* get_default_sub_device_manager() const;

    IDevice* device_;
    std::unordered_map<std::uint64_t, std::unique_ptr<SubDeviceManager>> sub_device_managers_;
    SubDeviceManager* active_sub_device_manager_ = nullptr;
    SubDeviceManager* default_sub_device_manager_ = nullptr;
};
#endif

}  // namespace tt::tt_metal

#endif  // ERA_SUB_DEVICES
