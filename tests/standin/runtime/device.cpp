// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/device.hpp"

#include <string>

#include "runtime/allocator.hpp"
#include "runtime/fatal.hpp"

namespace tt::tt_metal {

Device::Device(ChipId id) : id_(id) {}

Device::~Device() = default;

bool Device::initialize(const AllocatorConfig& config) {
    default_allocator_ = std::make_unique<AllocatorImpl>(config);
    initialized_ = true;
    return true;
}

bool Device::close() {
    STANDIN_FATAL(initialized_, "Cannot close device " + std::to_string(id_) + " that has not been initialized!");
    default_allocator_.reset();
    initialized_ = false;
    return true;
}

const std::unique_ptr<AllocatorImpl>& Device::allocator_impl() const { return default_allocator_; }

// Only a MeshDevice has sub-devices since January 2026.
AllocatorImpl* Device::sub_device_allocator_impl(SubDeviceId) const { return default_allocator_.get(); }

SubDeviceManagerId Device::get_active_sub_device_manager_id() const { return {}; }

std::optional<DeviceAddr> Device::lowest_occupied_compute_l1_address() const {
    return default_allocator_->get_lowest_occupied_l1_address(0);
}

void Device::set_mesh_device(const std::shared_ptr<distributed::MeshDevice>& new_mesh_device) {
    mesh_device = new_mesh_device;
}

std::shared_ptr<distributed::MeshDevice> Device::get_mesh_device() const { return mesh_device.lock(); }

}  // namespace tt::tt_metal
