// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/sub_device_manager.hpp"

#include <atomic>
#include <utility>

#include "runtime/allocator.hpp"
#include "runtime/fatal.hpp"

namespace tt::tt_metal {

namespace {

std::atomic<std::uint64_t> next_manager_id = 0;

}  // namespace

SubDeviceManager::SubDeviceManager(IDevice* device, const AllocatorConfig& global_config) :
    id_{next_manager_id++}, device_(device) {
    sub_device_ids_.push_back(SubDeviceId{0});
    sub_device_allocators_.push_back(std::make_unique<AllocatorImpl>(global_config));
}

SubDeviceManager::SubDeviceManager(
    IDevice* device,
    std::vector<SubDevice> sub_devices,
    DeviceAddr local_l1_size,
    const AllocatorConfig& global_config) :
    id_{next_manager_id++}, sub_devices_(std::move(sub_devices)), device_(device), local_l1_size_(local_l1_size) {
    for (std::size_t index = 0; index < sub_devices_.size(); ++index) {
        sub_device_ids_.push_back(SubDeviceId{static_cast<std::uint8_t>(index)});
        if (local_l1_size_ == 0) {
            // Without local L1 a sub-device uses the global allocator; its own entry is null.
            sub_device_allocators_.emplace_back();
            continue;
        }
        AllocatorConfig config = global_config;
        config.compute_grid = sub_devices_[index].cores;
        config.worker_grid = sub_devices_[index].cores;
        config.l1_small_size = 0;
        config.worker_l1_size = config.l1_unreserved_base + local_l1_size_;
        sub_device_allocators_.push_back(std::make_unique<AllocatorImpl>(config));
    }
}

SubDeviceManager::~SubDeviceManager() {
    for (const auto& allocator : sub_device_allocators_) {
        if (allocator) {
            allocator->deallocate_buffers();
            allocator->clear();
        }
    }
}

const std::unique_ptr<AllocatorImpl>& SubDeviceManager::allocator(SubDeviceId sub_device_id) const {
    STANDIN_FATAL(sub_device_id.value < sub_device_allocators_.size(), "SubDevice index out of bounds");
    return sub_device_allocators_[sub_device_id.value];
}

SubDeviceManagerTracker::SubDeviceManagerTracker(IDevice* device, const AllocatorConfig& global_config) :
    device_(device) {
    auto manager = std::make_unique<SubDeviceManager>(device, global_config);
    default_sub_device_manager_ = manager.get();
    active_sub_device_manager_ = manager.get();
    sub_device_managers_.emplace(manager->id().value, std::move(manager));
}

SubDeviceManagerTracker::~SubDeviceManagerTracker() = default;

SubDeviceManagerId SubDeviceManagerTracker::create_sub_device_manager(
    std::vector<SubDevice> sub_devices, DeviceAddr local_l1_size, const AllocatorConfig& global_config) {
    auto manager =
        std::make_unique<SubDeviceManager>(device_, std::move(sub_devices), local_l1_size, global_config);
    const SubDeviceManagerId id = manager->id();
    sub_device_managers_.emplace(id.value, std::move(manager));
    return id;
}

void SubDeviceManagerTracker::load_sub_device_manager(SubDeviceManagerId id) {
    const auto found = sub_device_managers_.find(id.value);
    STANDIN_FATAL(found != sub_device_managers_.end(), "Sub-device manager does not exist");
    clear_loaded_sub_device_manager();
    SubDeviceManager* manager = found->second.get();
    if (manager->local_l1_size() != 0) {
        AllocatorImpl& global = *default_sub_device_manager_->allocator(SubDeviceId{0});
        global.shrink_allocator_size(BufferType::L1, manager->local_l1_size(), /*bottom_up=*/true);
    }
    active_sub_device_manager_ = manager;
}

void SubDeviceManagerTracker::clear_loaded_sub_device_manager() {
    if (active_sub_device_manager_ == default_sub_device_manager_) {
        return;
    }
    default_sub_device_manager_->allocator(SubDeviceId{0})->reset_allocator_size(BufferType::L1);
    active_sub_device_manager_ = default_sub_device_manager_;
}

void SubDeviceManagerTracker::remove_sub_device_manager(SubDeviceManagerId id) {
    STANDIN_FATAL(id != active_sub_device_manager_->id(), "Cannot remove the active sub-device manager");
    sub_device_managers_.erase(id.value);
}

SubDeviceManager* SubDeviceManagerTracker::get_active_sub_device_manager() const { return active_sub_device_manager_; }

SubDeviceManager* SubDeviceManagerTracker::get_default_sub_device_manager() const {
    return default_sub_device_manager_;
}

std::vector<SubDeviceManager*> SubDeviceManagerTracker::managers() const {
    std::vector<SubDeviceManager*> all;
    for (const auto& [id, manager] : sub_device_managers_) {
        all.push_back(manager.get());
    }
    return all;
}

}  // namespace tt::tt_metal
