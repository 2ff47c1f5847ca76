// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Device: one chip. The object survives close and is used again, with a new allocator, when the chip is opened again.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "runtime/idevice.hpp"

namespace tt::tt_metal {

struct AllocatorConfig;
struct StandinAccess;

namespace distributed {
class MeshDevice;
}

class Device final : public IDevice {
public:
    explicit Device(ChipId id);
    ~Device() override;

    // Inline, and hidden by -fvisibility-inlines-hidden: these are only in .symtab, as in the original.
    Architecture arch() const override { return Architecture::WORMHOLE_B0; }
    ChipId id() const override { return id_; }
    ChipId build_id() const override { return id_; }
    std::uint8_t num_hw_cqs() const override { return 1; }
    bool is_initialized() const override { return initialized_; }

    const std::unique_ptr<AllocatorImpl>& allocator_impl() const override;
    AllocatorImpl* sub_device_allocator_impl(SubDeviceId sub_device_id) const override;
    std::optional<DeviceAddr> lowest_occupied_compute_l1_address() const override;
    SubDeviceManagerId get_active_sub_device_manager_id() const override;
    // The allocator dies without a word to the GraphTracker. Throws when the chip is not open.
    bool close() override;

    bool initialize(const AllocatorConfig& config);
    void set_mesh_device(const std::shared_ptr<distributed::MeshDevice>& mesh_device);
    std::shared_ptr<distributed::MeshDevice> get_mesh_device() const;

private:
    friend struct StandinAccess;

    ChipId id_;
    std::vector<std::vector<ChipId>> tunnels_from_mmio_;
    bool initialized_ = false;
    std::array<std::byte, 32> unused_near_{};
    std::weak_ptr<distributed::MeshDevice> mesh_device;
    std::array<std::byte, 0x1c0 - 96> unused_far_{};
    std::unique_ptr<AllocatorImpl> default_allocator_;
};

}  // namespace tt::tt_metal
