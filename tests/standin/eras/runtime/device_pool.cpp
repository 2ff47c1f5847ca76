// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/device_pool.hpp"

#include <algorithm>
#include <utility>

namespace tt::tt_metal {
namespace {

// The chip of that id, made when it is not there yet.
template <typename Devices>
Device* chip_of(Devices& devices, ChipId id) {
    const auto found =
        std::find_if(devices.begin(), devices.end(), [&](const auto& device) { return device->id() == id; });
    if (found == devices.end()) {
        devices.push_back(std::make_unique<Device>(id));
        return static_cast<Device*>(devices.back().get());
    }
    return static_cast<Device*>(found->get());
}

template <typename Devices>
OwnerDevice* find_chip(const Devices& devices, ChipId id) {
    const auto found =
        std::find_if(devices.begin(), devices.end(), [&](const auto& device) { return device->id() == id; });
    return found == devices.end() ? nullptr : found->get();
}

bool close_if_open(OwnerDevice* device) { return device != nullptr && device->is_initialized() && device->close(); }

}  // namespace
}  // namespace tt::tt_metal

#if ERA_IMPLS

namespace tt::tt_metal {

DeviceManager::DeviceManager() = default;

// What the user left open is closed at the end of the process.
DeviceManager::~DeviceManager() {
    for (const auto& device : devices_) {
        close_if_open(device.get());
    }
}

IDevice* DeviceManager::get_active_device(ChipId id) const { return find_chip(devices_, id); }

void DeviceManager::open(const std::vector<ChipId>& ids) {
    for (const ChipId id : ids) {
        chip_of(devices_, id)->initialize();
    }
}

bool DeviceManager::close_device(ChipId id) { return close_if_open(get_active_device(id)); }

bool DeviceManager::close_devices(const std::vector<IDevice*>& devices, bool) {
    return std::all_of(devices.begin(), devices.end(), [this](IDevice* device) { return close_device(device->id()); });
}

MetalContext::MetalContext() : device_manager_(std::make_unique<DeviceManager>()) {}

MetalContext::~MetalContext() = default;

MetalContext& MetalContext::instance() {
    static Indestructible<MetalContext> inst;
    return inst.get();
}

DeviceManager& device_pool() { return MetalContext::instance().device_manager(); }

}  // namespace tt::tt_metal

#else

namespace tt {

DevicePool* DevicePool::_inst = nullptr;

DevicePool& DevicePool::instance() {
    if (_inst == nullptr) {
        _inst = new DevicePool;  // never destroyed
    }
    return *_inst;
}

tt_metal::OwnerDevice* DevicePool::get_active_device(tt_metal::ChipId id) const {
    return tt_metal::find_chip(devices, id);
}

void DevicePool::open(const std::vector<tt_metal::ChipId>& ids) {
    for (const tt_metal::ChipId id : ids) {
        tt_metal::chip_of(devices, id)->initialize();
    }
}

#if TAT_ERA == 202407
bool DevicePool::close_device(tt_metal::ChipId id) const {
#else
bool DevicePool::close_device(tt_metal::ChipId id) {
#endif
    return tt_metal::close_if_open(get_active_device(id));
}

#if TAT_ERA >= 202505
bool DevicePool::close_devices(const std::vector<tt_metal::IDevice*>& devices_to_close, bool) {
#elif ERA_IDEVICE
bool DevicePool::close_devices(const std::vector<tt_metal::IDevice*>& devices_to_close) {
#endif
#if ERA_IDEVICE
    return std::all_of(devices_to_close.begin(), devices_to_close.end(), [this](tt_metal::IDevice* device) {
        return close_device(device->id());
    });
}
#endif

}  // namespace tt

namespace tt::tt_metal {

DevicePool& device_pool() { return DevicePool::instance(); }

}  // namespace tt::tt_metal

#endif
