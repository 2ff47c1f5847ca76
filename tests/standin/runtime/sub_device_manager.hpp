// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// SubDeviceManager and its tracker: the allocators of a mesh. The default manager's first allocator is the global one.
// Other managers cut a range off the bottom of the global L1 and give every sub-device an allocator of its own over it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/buffer_types.hpp"
#include "runtime/core_coord.hpp"

namespace tt::tt_metal {

class AllocatorImpl;
class IDevice;
struct AllocatorConfig;
struct StandinAccess;

struct SubDevice {
    CoreRangeSet cores;
};

class SubDeviceManager {
public:
    // The default manager: one global allocator.
    SubDeviceManager(IDevice* device, const AllocatorConfig& global_config);
    SubDeviceManager(
        IDevice* device,
        std::vector<SubDevice> sub_devices,
        DeviceAddr local_l1_size,
        const AllocatorConfig& global_config);
    // Empties and destroys the allocators; the GraphTracker hears nothing of it (since August 2025).
    ~SubDeviceManager();

    SubDeviceManagerId id() const { return id_; }
    DeviceAddr local_l1_size() const { return local_l1_size_; }
    const std::unique_ptr<AllocatorImpl>& allocator(SubDeviceId sub_device_id) const;
    const std::vector<std::unique_ptr<AllocatorImpl>>& allocators() const { return sub_device_allocators_; }

private:
    friend struct StandinAccess;

    SubDeviceManagerId id_;
    std::vector<SubDevice> sub_devices_;
    std::vector<SubDeviceId> sub_device_ids_;
    std::vector<SubDeviceId> sub_device_stall_group_;
    IDevice* device_;
    DeviceAddr local_l1_size_ = 0;
    std::vector<std::unique_ptr<AllocatorImpl>> sub_device_allocators_;
};

class SubDeviceManagerTracker {
public:
    SubDeviceManagerTracker(IDevice* device, const AllocatorConfig& global_config);
    ~SubDeviceManagerTracker();

    SubDeviceManagerId create_sub_device_manager(
        std::vector<SubDevice> sub_devices, DeviceAddr local_l1_size, const AllocatorConfig& global_config);
    void load_sub_device_manager(SubDeviceManagerId id);
    void clear_loaded_sub_device_manager();
    void remove_sub_device_manager(SubDeviceManagerId id);
    SubDeviceManager* get_active_sub_device_manager() const;
    SubDeviceManager* get_default_sub_device_manager() const;
    std::vector<SubDeviceManager*> managers() const;

private:
    friend struct StandinAccess;

    IDevice* device_;
    std::unordered_map<std::uint64_t, std::unique_ptr<SubDeviceManager>> sub_device_managers_;
    SubDeviceManager* active_sub_device_manager_ = nullptr;
    SubDeviceManager* default_sub_device_manager_ = nullptr;
};

}  // namespace tt::tt_metal
