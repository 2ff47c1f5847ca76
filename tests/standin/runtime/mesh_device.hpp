// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// MeshDevice: several chips used in lock-step behind one IDevice, the owner of all mesh buffers. A thin wrapper since
// January 2026; the state is in MeshDeviceImpl.
#pragma once

#include <memory>
#include <vector>

#include "runtime/idevice.hpp"
#include "runtime/mesh_device_view.hpp"
#include "runtime/sub_device_manager.hpp"

namespace ttsl {

// A number that is not mixed up with numbers of other things.
template <typename T, typename Tag>
class StrongType {
public:
    explicit StrongType(T value) : value_(value) {}
    const T& operator*() const { return value_; }

private:
    T value_;
};

}  // namespace ttsl

namespace tt::tt_metal::distributed {

class MeshBuffer;
struct MeshTraceIdTag;
using MeshTraceId = ttsl::StrongType<std::uint32_t, MeshTraceIdTag>;
class MeshDeviceImpl;

class MeshDevice final : public IDevice, public std::enable_shared_from_this<MeshDevice> {
public:
    // Opens the chips (ids in mesh order). Every mesh of a process, submeshes too, gets a new mesh id, counted from 0.
    // remote_chips: further chips of the mesh, which other hosts have; the view only marks their places.
    static std::shared_ptr<MeshDevice> create(
        const MeshShape& shape, const std::vector<ChipId>& chip_ids, std::size_t remote_chips = 0);
    std::shared_ptr<MeshDevice> create_submesh(const MeshShape& shape, const MeshCoordinate& offset);

    MeshDevice();
    ~MeshDevice() override;

    Architecture arch() const override;
    ChipId id() const override;
    ChipId build_id() const override;
    std::uint8_t num_hw_cqs() const override;
    bool is_initialized() const override;
    const std::unique_ptr<AllocatorImpl>& allocator_impl() const override;
    AllocatorImpl* sub_device_allocator_impl(SubDeviceId sub_device_id) const override;
    std::optional<DeviceAddr> lowest_occupied_compute_l1_address() const override;
    SubDeviceManagerId get_active_sub_device_manager_id() const override;
    // Live buffers vanish without an event. The destructor enters the implementation's close again.
    bool close() override;

    const MeshDeviceView& get_view() const;
    std::vector<IDevice*> get_devices() const;
    std::vector<std::shared_ptr<MeshDevice>> get_submeshes() const;
    std::vector<AllocatorImpl*> get_all_allocators() const;

    SubDeviceManagerId create_sub_device_manager(std::vector<SubDevice> sub_devices, DeviceAddr local_l1_size);
    void load_sub_device_manager(SubDeviceManagerId id);
    void clear_loaded_sub_device_manager();
    void remove_sub_device_manager(SubDeviceManagerId id);

    // While a trace is being captured the mesh cannot be closed: close throws. The end of the capture keeps the trace in
    // a buffer, of type TRACE or, without a region for it, in DRAM from the top. It lives until the release; allocations in
    // between are not safe from it.
    void begin_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id);
    void end_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id);
    void replay_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id, bool blocking);
    void release_mesh_trace(const MeshTraceId& trace_id);
    // The same for callers of the stand-in, who choose the size of the storage; in the original it follows from the commands.
    void begin_mesh_trace(std::uint32_t trace_id) { begin_mesh_trace(0, MeshTraceId(trace_id)); }
    void end_mesh_trace(std::uint32_t trace_id, DeviceAddr trace_bytes);
    void replay_mesh_trace(std::uint32_t trace_id) { replay_mesh_trace(0, MeshTraceId(trace_id), true); }
    void release_mesh_trace(std::uint32_t trace_id) { release_mesh_trace(MeshTraceId(trace_id)); }
    // Null when there is none.
    const MeshBuffer* mesh_trace_buffer(std::uint32_t trace_id) const;

    MeshDeviceImpl& impl() const { return *pimpl_; }

private:
    friend struct ::tt::tt_metal::StandinAccess;
    std::unique_ptr<MeshDeviceImpl> pimpl_;
};

}  // namespace tt::tt_metal::distributed
