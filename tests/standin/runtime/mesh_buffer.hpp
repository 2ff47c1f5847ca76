// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// MeshBuffer: one backing Buffer on the MeshDevice, which makes the only event, and one non-owning Buffer per chip at
// the same address, which makes none.
#pragma once

#include <memory>
#include <vector>

#include "runtime/buffer.hpp"

namespace tt::tt_metal::distributed {

class MeshDevice;

class MeshBuffer {
    struct Private {};

public:
    // size: bytes on each chip.
    static std::shared_ptr<MeshBuffer> create(
        MeshDevice* mesh_device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        const BufferShardingArgs& sharding = {},
        std::optional<bool> bottom_up = std::nullopt);
    // At a given address: owned by somebody else, nothing is tracked.
    static std::shared_ptr<MeshBuffer> create(
        MeshDevice* mesh_device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type);

    MeshBuffer(
        MeshDevice* mesh_device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        std::shared_ptr<Buffer> backing_buffer,
        DeviceAddr address,
        Private);
    ~MeshBuffer();

    // Without an event when the mesh object is gone already.
    void deallocate();
    Buffer* get_backing_buffer() const { return backing_buffer_.get(); }
    const std::vector<std::shared_ptr<Buffer>>& device_buffers() const { return buffers_; }
    DeviceAddr address() const { return address_; }

private:
    std::weak_ptr<MeshDevice> mesh_device_;
    DeviceAddr address_;
    std::shared_ptr<Buffer> backing_buffer_;
    std::vector<std::shared_ptr<Buffer>> buffers_;
};

}  // namespace tt::tt_metal::distributed
