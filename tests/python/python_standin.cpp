// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The stand-in for ctypes.
#include <memory>
#include <vector>

#include "runtime/buffer.hpp"
#include "runtime/host_api.hpp"

// NOLINTNEXTLINE: called by name
extern "C" void allocate_on_device(unsigned long bytes) {
    // Not to be destroyed at the end, when the runtime is no more.
    static auto& buffers = *new std::vector<std::shared_ptr<tt::tt_metal::Buffer>>;
    static tt::tt_metal::IDevice* device = tt::tt_metal::CreateDevice(0);
    buffers.push_back(tt::tt_metal::Buffer::create(device, bytes, 2'048, tt::tt_metal::BufferType::DRAM));
}
