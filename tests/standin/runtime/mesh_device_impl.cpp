// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_device_impl.hpp"

#include <utility>

#include "runtime/allocator.hpp"
#include "runtime/device.hpp"
#include "runtime/device_manager.hpp"
#include "runtime/fatal.hpp"
#include "runtime/inspector.hpp"
#include "runtime/mesh_buffer.hpp"
#include "runtime/metal_context.hpp"

namespace tt::tt_metal::distributed {

namespace {

constexpr DeviceAddr kTracePageBytes = 4096;

// Counted from 0 like the chip ids, so mesh 0 and chip 0 exist side by side.
int generate_unique_mesh_id() {
    static std::atomic<int> next_id = 0;
    return next_id++;
}

}  // namespace

ScopedDevices::ScopedDevices(const std::vector<ChipId>& chip_ids) {
    MetalContext& context = MetalContext::instance();
    context.initialize();
    for (const ChipId id : chip_ids) {
        devices_.push_back(context.device_manager()->open_device(id, context.allocator_config()));
    }
}

ScopedDevices::~ScopedDevices() {
    // Null when the process is exiting and the context has closed the chips before.
    if (DeviceManager* manager = MetalContext::instance().device_manager()) {
        manager->close_devices(devices_, /*skip_synchronize=*/false);
    }
}

MeshDeviceImpl::MeshDeviceImpl(
    std::shared_ptr<ScopedDevices> scoped_devices,
    std::unique_ptr<MeshDeviceView> view,
    std::shared_ptr<MeshDevice> parent_mesh) :
    scoped_devices_(std::move(scoped_devices)),
    mesh_id_(generate_unique_mesh_id()),
    view_(std::move(view)),
    parent_mesh_(std::move(parent_mesh)) {
    const auto parent_id = parent_mesh_ ? std::optional<int>(parent_mesh_->id()) : std::nullopt;
    Inspector::mesh_device_created(this, parent_id);
}

MeshDeviceImpl::~MeshDeviceImpl() { Inspector::mesh_device_destroyed(this); }

void MeshDeviceImpl::initialize_impl(const std::shared_ptr<MeshDevice>& wrapper) {
    // The mesh copies the configuration of its reference chip; its allocator is independent of the chips' ones.
    const IDevice* reference = view_->get_devices().front();
    sub_device_manager_tracker_ =
        std::make_unique<SubDeviceManagerTracker>(wrapper.get(), reference->allocator_impl()->get_config());
    for (IDevice* device : view_->get_devices()) {
        static_cast<Device*>(device)->set_mesh_device(wrapper);
    }
    is_internal_state_initialized = true;
    Inspector::mesh_device_initialized(this);
}

bool MeshDeviceImpl::close_impl(MeshDevice*) {
    // Let go of the parent only behind the lock: the last reference closes it, and that closes its submeshes.
    std::shared_ptr<MeshDevice> parent;
    const std::lock_guard<std::mutex> lock(api_mutex_);
    if (!is_internal_state_initialized) {
        return false;
    }
    STANDIN_FATAL(!capturing_trace_.has_value(), "Cannot close a mesh device while a trace is being captured");
    for (const auto& submesh : submeshes()) {
        submesh->close();
    }
    for (IDevice* device : view_->get_devices()) {
        static_cast<Device*>(device)->set_mesh_device(parent_mesh_);
    }
    sub_device_manager_tracker_.reset();
    scoped_devices_.reset();
    parent = std::move(parent_mesh_);
    is_internal_state_initialized = false;
    return true;
}

ChipId MeshDeviceImpl::id() const { return mesh_id_; }

ChipId MeshDeviceImpl::build_id() const { return view_->get_devices().front()->id(); }

bool MeshDeviceImpl::is_initialized() const { return is_internal_state_initialized; }

const std::unique_ptr<AllocatorImpl>& MeshDeviceImpl::allocator_impl() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager()->allocator(SubDeviceId{0});
}

AllocatorImpl* MeshDeviceImpl::sub_device_allocator_impl(SubDeviceId sub_device_id) const {
    const SubDeviceManager* active = sub_device_manager_tracker_->get_active_sub_device_manager();
    const auto& own = active->allocator(sub_device_id);
    return own ? own.get() : allocator_impl().get();
}

std::optional<DeviceAddr> MeshDeviceImpl::lowest_occupied_compute_l1_address() const {
    std::optional<DeviceAddr> lowest = allocator_impl()->get_lowest_occupied_l1_address(0);
    for (const auto& own : sub_device_manager_tracker_->get_active_sub_device_manager()->allocators()) {
        const auto candidate = own ? own->get_lowest_occupied_l1_address(0) : std::nullopt;
        if (candidate.has_value() && (!lowest.has_value() || *candidate < *lowest)) {
            lowest = candidate;
        }
    }
    return lowest;
}

SubDeviceManagerId MeshDeviceImpl::get_active_sub_device_manager_id() const {
    return sub_device_manager_tracker_->get_active_sub_device_manager()->id();
}

bool MeshDeviceImpl::close() { STANDIN_THROW("MeshDeviceImpl::close() needs its wrapper: use close_impl"); }

std::vector<std::shared_ptr<MeshDevice>> MeshDeviceImpl::submeshes() const {
    std::vector<std::shared_ptr<MeshDevice>> alive;
    for (const auto& submesh : submeshes_) {
        if (auto held = submesh.lock()) {
            alive.push_back(std::move(held));
        }
    }
    return alive;
}

void MeshDeviceImpl::begin_mesh_trace(std::uint8_t /*cq_id*/, const MeshTraceId& trace_id) {
    STANDIN_FATAL(!capturing_trace_.has_value(), "A trace is being captured already");
    capturing_trace_ = *trace_id;
    allocator_impl()->mark_allocations_safe();
}

void MeshDeviceImpl::end_mesh_trace(std::uint8_t /*cq_id*/, const MeshTraceId& trace_id) {
    STANDIN_FATAL(capturing_trace_ == *trace_id, "This trace is not being captured");
    capturing_trace_.reset();
    const auto [wrapper, bytes] = std::exchange(next_trace_, {});
    const bool has_region = allocator_impl()->get_config().trace_region_size > 0;
    const std::optional<bool> bottom_up = has_region ? std::nullopt : std::optional(false);
    trace_buffers_[*trace_id] = MeshBuffer::create(
        wrapper, bytes, kTracePageBytes, has_region ? BufferType::TRACE : BufferType::DRAM, {}, bottom_up);
    allocator_impl()->mark_allocations_unsafe();
}

void MeshDeviceImpl::replay_mesh_trace(std::uint8_t /*cq_id*/, const MeshTraceId& trace_id, bool /*blocking*/) {
    STANDIN_FATAL(trace_buffers_.contains(*trace_id), "There is no trace of this id");
}

void MeshDeviceImpl::release_mesh_trace(const MeshTraceId& trace_id) {
    trace_buffers_.erase(*trace_id);
    if (trace_buffers_.empty()) {
        allocator_impl()->mark_allocations_safe();
    }
}

const MeshBuffer* MeshDeviceImpl::mesh_trace_buffer(std::uint32_t trace_id) const {
    const auto found = trace_buffers_.find(trace_id);
    return found == trace_buffers_.end() ? nullptr : found->second.get();
}

void MeshDeviceImpl::add_submesh(const std::shared_ptr<MeshDevice>& submesh) { submeshes_.push_back(submesh); }

std::vector<AllocatorImpl*> MeshDeviceImpl::get_all_allocators() const {
    std::vector<AllocatorImpl*> all;
    if (!sub_device_manager_tracker_) {
        return all;
    }
    for (const SubDeviceManager* manager : sub_device_manager_tracker_->managers()) {
        for (const auto& allocator : manager->allocators()) {
            if (allocator) {
                all.push_back(allocator.get());
            }
        }
    }
    return all;
}

}  // namespace tt::tt_metal::distributed
