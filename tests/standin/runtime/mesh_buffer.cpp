// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_buffer.hpp"

#include <utility>

#include "runtime/mesh_device.hpp"

namespace tt::tt_metal::distributed {

std::shared_ptr<MeshBuffer> MeshBuffer::create(
    MeshDevice* mesh_device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    const BufferShardingArgs& sharding,
    std::optional<bool> bottom_up) {
    auto backing = Buffer::create(mesh_device, size, page_size, buffer_type, sharding, bottom_up);
    const DeviceAddr address = backing->address();
    return std::make_shared<MeshBuffer>(
        mesh_device, size, page_size, buffer_type, std::move(backing), address, Private{});
}

std::shared_ptr<MeshBuffer> MeshBuffer::create(
    MeshDevice* mesh_device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type) {
    return std::make_shared<MeshBuffer>(mesh_device, size, page_size, buffer_type, nullptr, address, Private{});
}

MeshBuffer::MeshBuffer(
    MeshDevice* mesh_device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    std::shared_ptr<Buffer> backing_buffer,
    DeviceAddr address,
    Private) :
    mesh_device_(mesh_device->weak_from_this()), address_(address), backing_buffer_(std::move(backing_buffer)) {
    for (IDevice* device : mesh_device->get_devices()) {
        buffers_.push_back(Buffer::create(device, address_, size, page_size, buffer_type));
    }
}

MeshBuffer::~MeshBuffer() { deallocate(); }

void MeshBuffer::deallocate() {
    buffers_.clear();
    if (backing_buffer_ == nullptr) {
        return;
    }
    if (mesh_device_.expired()) {
        backing_buffer_->mark_as_deallocated();
    }
    backing_buffer_.reset();
}

}  // namespace tt::tt_metal::distributed
