// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// MeshDeviceImpl: the state of a mesh, and ScopedDevices: the chips a root mesh opened, shared with its submeshes.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "runtime/mesh_device.hpp"

namespace tt::tt_metal {
class Device;
}

namespace tt::tt_metal::distributed {

// Opens the chips; closes them when the last mesh over them lets go.
class ScopedDevices {
public:
    explicit ScopedDevices(const std::vector<ChipId>& chip_ids);
    ~ScopedDevices();
    const std::vector<IDevice*>& devices() const { return devices_; }

private:
    std::vector<IDevice*> devices_;
};

class MeshDeviceImpl final : public IDevice {
public:
    MeshDeviceImpl(
        std::shared_ptr<ScopedDevices> scoped_devices,
        std::unique_ptr<MeshDeviceView> view,
        std::shared_ptr<MeshDevice> parent_mesh);
    ~MeshDeviceImpl() override;

    void initialize_impl(const std::shared_ptr<MeshDevice>& wrapper);
    // Returns early when the mesh is closed already. Entered by every close and by the destructor of the wrapper.
    bool close_impl(MeshDevice* wrapper);

    Architecture arch() const override { return Architecture::WORMHOLE_B0; }
    ChipId id() const override;
    ChipId build_id() const override;
    std::uint8_t num_hw_cqs() const override { return 1; }
    bool is_initialized() const override;
    const std::unique_ptr<AllocatorImpl>& allocator_impl() const override;
    AllocatorImpl* sub_device_allocator_impl(SubDeviceId sub_device_id) const override;
    std::optional<DeviceAddr> lowest_occupied_compute_l1_address() const override;
    SubDeviceManagerId get_active_sub_device_manager_id() const override;
    bool close() override;

    const std::shared_ptr<ScopedDevices>& scoped_devices() const { return scoped_devices_; }
    const MeshDeviceView& view() const { return *view_; }
    std::vector<std::shared_ptr<MeshDevice>> submeshes() const;
    void add_submesh(const std::shared_ptr<MeshDevice>& submesh);
    std::vector<AllocatorImpl*> get_all_allocators() const;
    SubDeviceManagerTracker& sub_device_manager_tracker() const { return *sub_device_manager_tracker_; }
    void begin_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id);
    void end_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id);
    void replay_mesh_trace(std::uint8_t cq_id, const MeshTraceId& trace_id, bool blocking);
    void release_mesh_trace(const MeshTraceId& trace_id);
    // What the next end of a capture keeps.
    void next_trace(MeshDevice* wrapper, DeviceAddr bytes) { next_trace_ = {wrapper, bytes}; }
    const MeshBuffer* mesh_trace_buffer(std::uint32_t trace_id) const;

private:
    friend struct ::tt::tt_metal::StandinAccess;

    std::mutex api_mutex_;
    bool is_internal_state_initialized = false;
    std::shared_ptr<ScopedDevices> scoped_devices_;
    int mesh_id_;
    std::unique_ptr<MeshDeviceView> view_;
    std::shared_ptr<MeshDevice> parent_mesh_;
    std::vector<std::weak_ptr<MeshDevice>> submeshes_;
    std::optional<std::uint32_t> capturing_trace_;
    std::map<std::uint32_t, std::shared_ptr<MeshBuffer>> trace_buffers_;
    struct NextTrace {
        MeshDevice* wrapper = nullptr;
        DeviceAddr bytes = 0;
    };
    NextTrace next_trace_;
    std::array<std::byte, 0xd0 - 136 - sizeof(std::map<int, int>) - sizeof(NextTrace)> unused_{};
    std::unique_ptr<SubDeviceManagerTracker> sub_device_manager_tracker_;
};

}  // namespace tt::tt_metal::distributed
