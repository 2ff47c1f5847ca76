// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/device_manager.hpp"

#include "runtime/allocator_config.hpp"
#include "runtime/device.hpp"

namespace tt::tt_metal {

DeviceManager::DeviceManager() = default;

DeviceManager::~DeviceManager() {
    for (const auto& device : devices_) {
        if (device->is_initialized()) {
            device->close();
        }
    }
}

Device* DeviceManager::open_device(ChipId id, const AllocatorConfig& config) {
    const std::lock_guard<std::mutex> lock(lock_);
    Device* found = get_device(id);
    if (found == nullptr) {
        found = devices_.emplace_back(std::make_unique<Device>(id)).get();
    }
    if (!found->is_initialized()) {
        found->initialize(config);
    }
    return found;
}

Device* DeviceManager::get_device(ChipId id) const {
    for (const auto& device : devices_) {
        if (device->id() == id) {
            return device.get();
        }
    }
    return nullptr;
}

bool DeviceManager::close_device(ChipId id) {
    Device* device = get_device(id);
    return device != nullptr && close_devices({device}, /*skip_synchronize=*/false);
}

bool DeviceManager::close_devices(const std::vector<IDevice*>& devices, bool) {
    bool closed = true;
    for (IDevice* device : devices) {
        closed &= device->close();
    }
    return closed;
}

std::vector<Device*> DeviceManager::get_all_devices() const {
    std::vector<Device*> all;
    for (const auto& device : devices_) {
        all.push_back(device.get());
    }
    return all;
}

}  // namespace tt::tt_metal
