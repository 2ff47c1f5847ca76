// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_device.hpp"

#if ERA_IDEVICE

#include <atomic>

#include "runtime/allocator.hpp"
#include "runtime/device_pool.hpp"

namespace tt::tt_metal::distributed {

namespace {

std::atomic<int> next_mesh_id = 0;

std::unique_ptr<MeshDeviceView> make_view(const std::vector<IDevice*>& devices) {
    auto view = std::make_unique<MeshDeviceView>();
#if TAT_ERA == 202502
    view->devices_ = devices;
#else
    view->values_.assign(devices.begin(), devices.end());
#endif
    return view;
}

[[maybe_unused]] void tell_chips(
    [[maybe_unused]] const std::vector<IDevice*>& devices, [[maybe_unused]] const std::shared_ptr<MeshDevice>& mesh) {
#if ERA_MESH_IN_DEVICE
    for (IDevice* device : devices) {
        static_cast<Device*>(device)->mesh_device = mesh;
    }
#endif
}

}  // namespace

std::vector<IDevice*> MeshDeviceView::get_devices() const {
#if TAT_ERA == 202502
    return devices_;
#elif TAT_ERA <= 202507
    return values_;
#else
    std::vector<IDevice*> devices;
    for (const MaybeRemoteDevice& device : values_) {
        devices.push_back(std::get<IDevice*>(device));
    }
    return devices;
#endif
}

ScopedDevices::ScopedDevices(const std::vector<ChipId>& ids) {
    device_pool().open(ids);
    for (const ChipId id : ids) {
        devices_.push_back(device_pool().get_active_device(id));
    }
}

ScopedDevices::~ScopedDevices() {
#if TAT_ERA >= 202505
    device_pool().close_devices(devices_, /*skip_synchronize=*/false);
#else
    device_pool().close_devices(devices_);
#endif
}

std::shared_ptr<MeshDevice> MeshDevice::create(const std::vector<ChipId>& ids) {
    auto mesh = std::make_shared<MeshDevice>();
    mesh->initialize(ids);
    return mesh;
}

#if ERA_PUSH_WORK
void MeshDevice::push_work(std::function<void()> work) { work(); }

void MeshDevice::synchronize() {}

void MeshDevice::enable_async(bool) {}
#endif

#if ERA_IMPLS

MeshDevice::MeshDevice() : pimpl_(std::make_unique<MeshDeviceImpl>()) {}

MeshDevice::~MeshDevice() { pimpl_->close_impl(this); }

ChipId MeshDevice::id() const { return pimpl_->id(); }

ChipId MeshDevice::build_id() const { return pimpl_->build_id(); }

bool MeshDevice::is_initialized() const { return pimpl_->is_initialized(); }

const std::unique_ptr<OwnedAllocator>& MeshDevice::allocator_impl() const { return pimpl_->allocator_impl(); }

bool MeshDevice::close() { return pimpl_->close_impl(this); }

std::vector<IDevice*> MeshDevice::get_devices() const { return pimpl_->view_->get_devices(); }

void MeshDevice::initialize(const std::vector<ChipId>& ids) { pimpl_->initialize(ids, this); }

MeshDeviceImpl::MeshDeviceImpl() : mesh_id_(next_mesh_id++) {}

MeshDeviceImpl::~MeshDeviceImpl() = default;

ChipId MeshDeviceImpl::build_id() const { return view_->get_devices().front()->id(); }

const std::unique_ptr<OwnedAllocator>& MeshDeviceImpl::allocator_impl() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager()->allocator({0});
}

void MeshDeviceImpl::initialize(const std::vector<ChipId>& ids, MeshDevice* wrapper) {
    scoped_devices_ = std::make_shared<ScopedDevices>(ids);
    view_ = make_view(scoped_devices_->devices());
    sub_device_manager_tracker_ = std::make_unique<SubDeviceManagerTracker>(wrapper);
    tell_chips(scoped_devices_->devices(), wrapper->shared_from_this());
    is_internal_state_initialized = true;
}

bool MeshDeviceImpl::close_impl(MeshDevice*) {
    if (!is_internal_state_initialized) {
        return false;
    }
    tell_chips(scoped_devices_->devices(), nullptr);
    sub_device_manager_tracker_.reset();
    scoped_devices_.reset();
    is_internal_state_initialized = false;
    return true;
}

#else

MeshDevice::MeshDevice() : mesh_id_(next_mesh_id++) {}

MeshDevice::~MeshDevice() { close(); }

ChipId MeshDevice::id() const { return mesh_id_; }

ChipId MeshDevice::build_id() const { return view_->get_devices().front()->id(); }

bool MeshDevice::is_initialized() const {
#if ERA_LOCKED_ALLOCATOR
    return is_internal_state_initialized;
#else
    return scoped_devices_ != nullptr;
#endif
}

const std::unique_ptr<OwnedAllocator>& MeshDevice::allocator() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager()->allocator({0});
}

std::vector<IDevice*> MeshDevice::get_devices() const { return view_->get_devices(); }

void MeshDevice::initialize(const std::vector<ChipId>& ids) {
    scoped_devices_ = std::make_shared<ScopedDevices>(ids);
    view_ = make_view(scoped_devices_->devices());
    sub_device_manager_tracker_ = std::make_unique<SubDeviceManagerTracker>(this);
    tell_chips(scoped_devices_->devices(), shared_from_this());
#if ERA_LOCKED_ALLOCATOR
    is_internal_state_initialized = true;
#endif
}

bool MeshDevice::close() {
    if (!is_initialized()) {
        return false;
    }
    tell_chips(scoped_devices_->devices(), nullptr);
    sub_device_manager_tracker_.reset();
    scoped_devices_.reset();
#if ERA_LOCKED_ALLOCATOR
    is_internal_state_initialized = false;
#endif
    return true;
}

#endif

}  // namespace tt::tt_metal::distributed

#endif  // ERA_IDEVICE
