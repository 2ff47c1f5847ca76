// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/host_api.hpp"

#include "runtime/buffer.hpp"
#include "runtime/device.hpp"
#include "runtime/device_manager.hpp"
#include "runtime/idevice.hpp"
#include "runtime/metal_context.hpp"

namespace tt::tt_metal {

IDevice* CreateDevice(ChipId id) {
    MetalContext& context = MetalContext::instance();
    context.initialize();
    return context.device_manager()->open_device(id, context.allocator_config());
}

bool CloseDevice(IDevice* device) {
    const ChipId id = device->id();
    return MetalContext::instance().device_manager()->close_device(id);
}

void DeallocateBuffer(Buffer& buffer) { buffer.deallocate(); }

Program CreateProgram() { return Program(); }

std::size_t CreateCircularBuffer(Program& program, const CoreRangeSet& cores, const CircularBufferConfig& config) {
    return program.impl().add_circular_buffer(cores, config);
}

void UpdateCircularBufferTotalSize(Program& program, std::size_t circular_buffer, DeviceAddr total_size) {
    program.impl().update_circular_buffer_total_size(circular_buffer, total_size);
}

namespace detail {

std::map<ChipId, IDevice*> CreateDevices(const std::vector<ChipId>& ids) {
    std::map<ChipId, IDevice*> devices;
    for (const ChipId id : ids) {
        devices[id] = CreateDevice(id);
    }
    return devices;
}

void CloseDevices(const std::map<ChipId, IDevice*>& devices) {
    std::vector<IDevice*> open;
    for (const auto& [id, device] : devices) {
        open.push_back(device);
    }
    MetalContext::instance().device_manager()->close_devices(open, /*skip_synchronize=*/false);
}

}  // namespace detail

namespace distributed {

void EnqueueProgram(IDevice* device, Program& program) {
    program.impl().allocate_circular_buffers(device);
    program.impl().validate_circular_buffer_region(device);
}

}  // namespace distributed
}  // namespace tt::tt_metal
