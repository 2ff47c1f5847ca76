// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_device.hpp"

#include <utility>

#include "runtime/allocator.hpp"
#include "runtime/fatal.hpp"
#include "runtime/mesh_device_impl.hpp"

namespace tt::tt_metal::distributed {

MeshDevice::MeshDevice() = default;

MeshDevice::~MeshDevice() {
    if (pimpl_) {
        pimpl_->close_impl(this);
    }
}

std::shared_ptr<MeshDevice> MeshDevice::create(
    const MeshShape& shape, const std::vector<ChipId>& chip_ids, std::size_t remote_chips) {
    STANDIN_FATAL(shape.size() == chip_ids.size() && !chip_ids.empty(), "Mesh shape and number of chips differ");
    auto scoped_devices = std::make_shared<ScopedDevices>(chip_ids);
    auto mesh = std::make_shared<MeshDevice>();
    const std::vector<IDevice*> devices = scoped_devices->devices();
    auto view = std::make_unique<MeshDeviceView>(shape, devices, remote_chips);
    mesh->pimpl_ = std::make_unique<MeshDeviceImpl>(std::move(scoped_devices), std::move(view), nullptr);
    mesh->pimpl_->initialize_impl(mesh);
    return mesh;
}

std::shared_ptr<MeshDevice> MeshDevice::create_submesh(const MeshShape& shape, const MeshCoordinate& offset) {
    const MeshShape& whole = pimpl_->view().shape();
    STANDIN_FATAL(
        offset.row + shape.rows <= whole.rows && offset.col + shape.cols <= whole.cols,
        "Submesh does not fit into the mesh");
    const std::vector<IDevice*> all = get_devices();
    std::vector<IDevice*> devices;
    for (std::size_t row = offset.row; row < offset.row + shape.rows; ++row) {
        for (std::size_t col = offset.col; col < offset.col + shape.cols; ++col) {
            devices.push_back(all[row * whole.cols + col]);
        }
    }
    auto submesh = std::make_shared<MeshDevice>();
    submesh->pimpl_ = std::make_unique<MeshDeviceImpl>(
        pimpl_->scoped_devices(), std::make_unique<MeshDeviceView>(shape, devices), shared_from_this());
    submesh->pimpl_->initialize_impl(submesh);
    pimpl_->add_submesh(submesh);
    return submesh;
}

bool MeshDevice::close() { return pimpl_->close_impl(this); }

Architecture MeshDevice::arch() const { return pimpl_->arch(); }
ChipId MeshDevice::id() const { return static_cast<const IDevice&>(*pimpl_).id(); }
ChipId MeshDevice::build_id() const { return pimpl_->build_id(); }
std::uint8_t MeshDevice::num_hw_cqs() const { return pimpl_->num_hw_cqs(); }
bool MeshDevice::is_initialized() const { return pimpl_->is_initialized(); }
const std::unique_ptr<AllocatorImpl>& MeshDevice::allocator_impl() const { return pimpl_->allocator_impl(); }

AllocatorImpl* MeshDevice::sub_device_allocator_impl(SubDeviceId sub_device_id) const {
    return pimpl_->sub_device_allocator_impl(sub_device_id);
}

std::optional<DeviceAddr> MeshDevice::lowest_occupied_compute_l1_address() const {
    return pimpl_->lowest_occupied_compute_l1_address();
}

SubDeviceManagerId MeshDevice::get_active_sub_device_manager_id() const {
    return pimpl_->get_active_sub_device_manager_id();
}

const MeshDeviceView& MeshDevice::get_view() const { return pimpl_->view(); }

std::vector<IDevice*> MeshDevice::get_devices() const { return pimpl_->view().get_devices(); }

std::vector<std::shared_ptr<MeshDevice>> MeshDevice::get_submeshes() const { return pimpl_->submeshes(); }

std::vector<AllocatorImpl*> MeshDevice::get_all_allocators() const { return pimpl_->get_all_allocators(); }

SubDeviceManagerId MeshDevice::create_sub_device_manager(
    std::vector<SubDevice> sub_devices, DeviceAddr local_l1_size) {
    return pimpl_->sub_device_manager_tracker().create_sub_device_manager(
        std::move(sub_devices), local_l1_size, allocator_impl()->get_config());
}

void MeshDevice::load_sub_device_manager(SubDeviceManagerId id) {
    pimpl_->sub_device_manager_tracker().load_sub_device_manager(id);
}

void MeshDevice::clear_loaded_sub_device_manager() {
    pimpl_->sub_device_manager_tracker().clear_loaded_sub_device_manager();
}

void MeshDevice::remove_sub_device_manager(SubDeviceManagerId id) {
    pimpl_->sub_device_manager_tracker().remove_sub_device_manager(id);
}

void MeshDevice::begin_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id) {
    pimpl_->begin_mesh_trace(cq_id, trace_id);
}

void MeshDevice::end_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id) {
    pimpl_->end_mesh_trace(cq_id, trace_id);
}

void MeshDevice::end_mesh_trace(std::uint32_t trace_id, DeviceAddr trace_bytes) {
    pimpl_->next_trace(this, trace_bytes);
    end_mesh_trace(0, MeshTraceId(trace_id));
}

void MeshDevice::replay_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id, bool blocking) {
    pimpl_->replay_mesh_trace(cq_id, trace_id, blocking);
}

void MeshDevice::release_mesh_trace(const MeshTraceId& trace_id) { pimpl_->release_mesh_trace(trace_id); }

const MeshBuffer* MeshDevice::mesh_trace_buffer(std::uint32_t trace_id) const {
    return pimpl_->mesh_trace_buffer(trace_id);
}

}  // namespace tt::tt_metal::distributed
