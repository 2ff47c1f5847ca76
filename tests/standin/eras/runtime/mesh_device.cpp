// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_device.hpp"

#if ERA_IDEVICE

#include <algorithm>
#include <atomic>
#include <utility>

#include "runtime/allocator.hpp"
#include "runtime/device_pool.hpp"

namespace tt::tt_metal::distributed {

namespace {

std::atomic<int> next_mesh_id = 0;

std::unique_ptr<MeshDeviceView> make_view(const std::vector<IDevice*>& devices) {
    auto view = std::make_unique<MeshDeviceView>();
#if TAT_ERA == 202502
    view->devices_ = devices;
#elif ERA_IMPLS
    view->pimpl_->values_.assign(devices.begin(), devices.end());
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

// A closed submesh gives its chips back to its parent.
[[maybe_unused]] void take_back_chips(
    const std::vector<IDevice*>& devices, [[maybe_unused]] const std::shared_ptr<MeshDevice>& parent) {
#if ERA_PARENT_MESH_BACK
    tell_chips(devices, parent);
#else
    tell_chips(devices, nullptr);
#endif
}

void close_all(const std::vector<std::weak_ptr<MeshDevice>>& submeshes) {
    for (const auto& submesh : submeshes) {
        if (const auto held = submesh.lock()) {
            held->close();
        }
    }
}

}  // namespace

std::vector<IDevice*> MeshDeviceViewValues::get_devices() const {
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
    auto scoped_devices = std::make_shared<ScopedDevices>(ids);
    const std::vector<IDevice*> devices = scoped_devices->devices();
#if ERA_IMPLS
    mesh->pimpl_->initialize(std::move(scoped_devices), devices, nullptr, mesh);
#else
    mesh->initialize(std::move(scoped_devices), devices, nullptr);
#endif
    return mesh;
}

std::shared_ptr<MeshDevice> MeshDevice::create_submesh(std::size_t chips) {
    auto submesh = std::make_shared<MeshDevice>();
    std::vector<IDevice*> devices = get_devices();
    devices.resize(std::min(chips, devices.size()));
#if ERA_IMPLS
    submesh->pimpl_->initialize(pimpl_->scoped_devices_, devices, shared_from_this(), submesh);
    pimpl_->submeshes_.push_back(submesh);
#else
    submesh->initialize(scoped_devices_, devices, shared_from_this());
    submeshes_.push_back(submesh);
#endif
    return submesh;
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

MeshDeviceImpl::MeshDeviceImpl() : mesh_id_(next_mesh_id++) {}

MeshDeviceImpl::~MeshDeviceImpl() = default;

ChipId MeshDeviceImpl::build_id() const { return view_->get_devices().front()->id(); }

const std::unique_ptr<OwnedAllocator>& MeshDeviceImpl::allocator_impl() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager()->allocator({0});
}

void MeshDeviceImpl::initialize(
    std::shared_ptr<ScopedDevices> scoped_devices,
    const std::vector<IDevice*>& devices,
    const std::shared_ptr<MeshDevice>& parent,
    const std::shared_ptr<MeshDevice>& wrapper) {
    scoped_devices_ = std::move(scoped_devices);
    parent_mesh_ = parent;
    view_ = make_view(devices);
    sub_device_manager_tracker_ = std::make_unique<SubDeviceManagerTracker>(wrapper.get());
    tell_chips(devices, wrapper);
    is_internal_state_initialized = true;
}

bool MeshDeviceImpl::close_impl(MeshDevice*) {
    if (!is_internal_state_initialized) {
        return false;
    }
    close_all(submeshes_);
    take_back_chips(view_->get_devices(), parent_mesh_);
    sub_device_manager_tracker_.reset();
    scoped_devices_.reset();
    parent_mesh_.reset();
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

void MeshDevice::initialize(
    std::shared_ptr<ScopedDevices> scoped_devices,
    const std::vector<IDevice*>& devices,
    const std::shared_ptr<MeshDevice>& parent) {
    scoped_devices_ = std::move(scoped_devices);
    parent_mesh_ = parent;
    view_ = make_view(devices);
    sub_device_manager_tracker_ = std::make_unique<SubDeviceManagerTracker>(this);
    tell_chips(devices, shared_from_this());
#if ERA_LOCKED_ALLOCATOR
    is_internal_state_initialized = true;
#endif
}

bool MeshDevice::close() {
    if (!is_initialized()) {
        return false;
    }
    close_all(submeshes_);
    take_back_chips(view_->get_devices(), parent_mesh_);
    sub_device_manager_tracker_.reset();
    scoped_devices_.reset();
    parent_mesh_.reset();
#if ERA_LOCKED_ALLOCATOR
    is_internal_state_initialized = false;
#endif
    return true;
}

#endif

}  // namespace tt::tt_metal::distributed

#endif  // ERA_IDEVICE
