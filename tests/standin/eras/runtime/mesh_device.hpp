// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// MeshDevice: chips in lock-step behind one IDevice, with an allocator of its own. The state moved to MeshDeviceImpl in 2026.
#pragma once

#include "runtime/idevice.hpp"

#if ERA_IDEVICE

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "runtime/sub_device_manager.hpp"

namespace tt::tt_metal::distributed {

// A chip of this host, or a mark that another host has it.
using MaybeRemoteDevice = std::variant<IDevice*, std::monostate>;

// Until February 2025 the chips alone, then a container with its shape and range before them, from July 2025 one whose
// elements may be on other hosts.
struct MeshDeviceViewValues {
    std::vector<IDevice*> get_devices() const;

#if TAT_ERA == 202502
    std::vector<IDevice*> devices_;
#elif TAT_ERA <= 202507
    std::array<std::byte, 96> shape_and_range_{};
    std::vector<IDevice*> values_;
#else
    std::array<std::byte, 0x178> shape_and_range_{};
    std::vector<MaybeRemoteDevice> values_;
#endif
};

#if ERA_IMPLS
struct MeshDeviceView {
    std::vector<IDevice*> get_devices() const { return pimpl_->get_devices(); }

    std::unique_ptr<MeshDeviceViewValues> pimpl_ = std::make_unique<MeshDeviceViewValues>();
};
#else
using MeshDeviceView = MeshDeviceViewValues;
#endif

// The chips that the mesh opened.
class ScopedDevices {
public:
    explicit ScopedDevices(const std::vector<ChipId>& ids);
    ~ScopedDevices();  // closes them
    const std::vector<IDevice*>& devices() const { return devices_; }

private:
    std::vector<IDevice*> devices_;
};

class MeshDeviceImpl;

class MeshDevice final : public IDevice, public std::enable_shared_from_this<MeshDevice> {
public:
    // Opens the chips, in the order of the mesh.
    static std::shared_ptr<MeshDevice> create(const std::vector<ChipId>& ids);
    // Over the first chips of this mesh.
    std::shared_ptr<MeshDevice> create_submesh(std::size_t chips);
    MeshDevice();
    ~MeshDevice() override;

    Architecture arch() const override { return Architecture::WORMHOLE_B0; }
    ChipId id() const override;
    ChipId build_id() const override;
    std::uint8_t num_hw_cqs() const override { return 1; }
    bool is_initialized() const override;
#if ERA_IMPLS
    const std::unique_ptr<OwnedAllocator>& allocator_impl() const override;
#else
    const std::unique_ptr<OwnedAllocator>& allocator() const override;
#endif
#if ERA_PUSH_WORK
    void push_work(std::function<void()> work) override;
    void synchronize() override;
    void enable_async(bool enable) override;
#endif
    bool close() override;
    std::vector<IDevice*> get_devices() const;

#if ERA_IMPLS
    std::unique_ptr<MeshDeviceImpl> pimpl_;
#else
#if ERA_LOCKED_ALLOCATOR
    std::mutex api_mutex_;
    bool is_internal_state_initialized = false;
#endif
    void initialize(
        std::shared_ptr<ScopedDevices> scoped_devices,
        const std::vector<IDevice*>& devices,
        const std::shared_ptr<MeshDevice>& parent);

    std::shared_ptr<ScopedDevices> scoped_devices_;
    int mesh_id_;
    std::unique_ptr<MeshDeviceView> view_;
    std::shared_ptr<MeshDevice> parent_mesh_;
    std::vector<std::weak_ptr<MeshDevice>> submeshes_;
    std::unique_ptr<SubDeviceManagerTracker> sub_device_manager_tracker_;
#endif
};

#if ERA_IMPLS
class MeshDeviceImpl final : public IDevice {
public:
    MeshDeviceImpl();
    ~MeshDeviceImpl() override;
    Architecture arch() const override { return Architecture::WORMHOLE_B0; }
    ChipId id() const override { return mesh_id_; }
    ChipId build_id() const override;
    std::uint8_t num_hw_cqs() const override { return 1; }
    bool is_initialized() const override { return is_internal_state_initialized; }
    const std::unique_ptr<OwnedAllocator>& allocator_impl() const override;
    bool close() override { return false; }
    void initialize(
        std::shared_ptr<ScopedDevices> scoped_devices,
        const std::vector<IDevice*>& devices,
        const std::shared_ptr<MeshDevice>& parent,
        const std::shared_ptr<MeshDevice>& wrapper);
    // Every close ends here, also the one of the destructor.
    bool close_impl(MeshDevice* wrapper);

    std::mutex api_mutex_;
    bool is_internal_state_initialized = false;
    std::shared_ptr<ScopedDevices> scoped_devices_;
    int mesh_id_;
    std::unique_ptr<MeshDeviceView> view_;
    std::shared_ptr<MeshDevice> parent_mesh_;
    std::vector<std::weak_ptr<MeshDevice>> submeshes_;
    std::array<std::byte, 0xd0 - 128> unused_{};
    std::unique_ptr<SubDeviceManagerTracker> sub_device_manager_tracker_;
};
#endif

}  // namespace tt::tt_metal::distributed

#endif  // ERA_IDEVICE
