// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Device: one chip. The object survives a close and gets a new allocator when it is opened again.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/allocator.hpp"
#include "runtime/idevice.hpp"
#include "runtime/sub_device_manager.hpp"
#include "runtime/types.hpp"
#if ERA_PUSH_WORK
#include "runtime/work_executor.hpp"
#endif

namespace tt::tt_metal {

namespace distributed {
class MeshDevice;
}

ERA_V0_BEGIN

#if ERA_IDEVICE

class Device final : public IDevice {
public:
    explicit Device(ChipId id);
    ~Device() override;
    Architecture arch() const override { return Architecture::WORMHOLE_B0; }
    ChipId id() const override { return id_; }
    ChipId build_id() const override { return id_; }
    std::uint8_t num_hw_cqs() const override { return 1; }
    bool is_initialized() const override { return initialized_; }
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
    bool initialize();
    bool close() override;

    ChipId id_;
    std::vector<std::vector<ChipId>> tunnels_from_mmio_;
#if ERA_IMPLS
    bool initialized_ = false;
    std::array<std::byte, 32> unused_near_{};
    std::weak_ptr<distributed::MeshDevice> mesh_device;
    std::array<std::byte, 0x1c0 - 96> unused_far_{};
    std::unique_ptr<OwnedAllocator> default_allocator_;
#else
    std::unique_ptr<SubDeviceManagerTracker> sub_device_manager_tracker_;
    bool initialized_ = false;
    std::array<std::byte, 32> unused_{};
#if ERA_MESH_IN_DEVICE
    std::weak_ptr<distributed::MeshDevice> mesh_device;
#endif
#if ERA_PUSH_WORK
    WorkExecutor work_executor_;
#endif
#endif
};

#else

class Device final {
public:
    explicit Device(ChipId id);
    ~Device();
    ChipId id() const { return id_; }
    bool is_initialized() const { return initialized_; }
    const std::unique_ptr<Allocator>& allocator() const;
#if ERA_PUSH_WORK
    void push_work(std::function<void()> work);
    void synchronize();
    void enable_async(bool enable);
#endif
    bool initialize();
    void deallocate_buffers();
    bool close();

    ChipId id_;
    std::uint32_t build_key_ = 0;
#if ERA_SUB_DEVICES
    std::unordered_map<std::uint64_t, std::unique_ptr<SubDeviceManager>> sub_device_managers_;
    SubDeviceManager* active_sub_device_manager_ = nullptr;
    SubDeviceManager* default_sub_device_manager_ = nullptr;
#else
    std::unique_ptr<Allocator> allocator_;
#endif
    bool initialized_ = false;
#if ERA_PUSH_WORK
    WorkExecutor work_executor_;
#endif
};

#endif

ERA_V0_END

inline const std::unique_ptr<OwnedAllocator>& owned_allocator(const OwnerDevice* device) {
#if ERA_IMPLS
    return device->allocator_impl();
#else
    return device->allocator();
#endif
}

}  // namespace tt::tt_metal
