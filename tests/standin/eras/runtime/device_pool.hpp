// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The chips of the process: tt::DevicePool until December 2025, then a DeviceManager that MetalContext owns.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "runtime/device.hpp"

#if ERA_IMPLS

namespace tt::tt_metal {

class DeviceManager {
public:
    DeviceManager();
    ~DeviceManager();
    IDevice* get_active_device(ChipId id) const;
    void open(const std::vector<ChipId>& ids);
    bool close_device(ChipId id);
    bool close_devices(const std::vector<IDevice*>& devices, bool skip_synchronize);

    std::array<std::byte, 104> unused_{};
    std::vector<std::unique_ptr<Device>> devices_;
};

template <typename T>
class Indestructible {
public:
    Indestructible() { new (storage_.data()) T(); }
    T& get() { return *std::launder(reinterpret_cast<T*>(storage_.data())); }

private:
    alignas(T) std::array<std::byte, sizeof(T)> storage_;
};

class MetalContext {
public:
    static MetalContext& instance();
    DeviceManager& device_manager() const { return *device_manager_; }

    MetalContext();
    ~MetalContext();

    std::array<std::byte, 0xc08> unused_{};
    std::unique_ptr<DeviceManager> device_manager_;
};

DeviceManager& device_pool();

}  // namespace tt::tt_metal

#else

namespace tt {

class DevicePool {
public:
    static DevicePool& instance();
    tt_metal::OwnerDevice* get_active_device(tt_metal::ChipId id) const;
    void open(const std::vector<tt_metal::ChipId>& ids);
#if TAT_ERA == 202407
    bool close_device(tt_metal::ChipId id) const;
#else
    bool close_device(tt_metal::ChipId id);
#endif
#if TAT_ERA >= 202505
    bool close_devices(const std::vector<tt_metal::IDevice*>& devices, bool skip_synchronize);
#elif ERA_IDEVICE
    bool close_devices(const std::vector<tt_metal::IDevice*>& devices);
#endif

    static DevicePool* _inst;

#if TAT_ERA <= 202412
    std::array<std::byte, 88> unused_{};
#elif TAT_ERA == 202502
    std::array<std::byte, 96> unused_{};
#else
    std::array<std::byte, 104> unused_{};
#endif
    std::vector<std::unique_ptr<tt_metal::OwnerDevice>> devices;
};

}  // namespace tt

namespace tt::tt_metal {

DevicePool& device_pool();

}  // namespace tt::tt_metal

#endif
