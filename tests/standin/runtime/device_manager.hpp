// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// DeviceManager: owns the Device object of every chip this process ever opened.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {

class Device;
class IDevice;
struct AllocatorConfig;
struct StandinAccess;

class DeviceManager {
public:
    DeviceManager();
    ~DeviceManager();

    // Opens the chip, making its Device on first use. A chip that is open already is left as it is.
    Device* open_device(ChipId id, const AllocatorConfig& config);
    Device* get_device(ChipId id) const;
    bool close_device(ChipId id);
    bool close_devices(const std::vector<IDevice*>& devices, bool skip_synchronize);
    std::vector<Device*> get_all_devices() const;

private:
    friend struct StandinAccess;

    mutable std::mutex lock_;
    std::array<std::byte, 64> unused_{};
    std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace tt::tt_metal
