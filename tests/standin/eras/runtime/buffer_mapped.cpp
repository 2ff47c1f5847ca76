// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/era.hpp"

#if ERA_BUFFER_MAP

#include <exception>
#include <string>

#include "internal/seam.hpp"
#include "runtime/buffer_mapped.hpp"
#include "runtime/device.hpp"
#include "runtime/host_api.hpp"

namespace tt::tt_metal {

Buffer::Buffer(
    Device* device,
    std::uint64_t size,
    std::uint64_t page_size,
    BufferType buffer_type,
    TensorMemoryLayout buffer_layout,
    const std::optional<ShardSpecBuffer>& shard_parameters,
    bool allocate) :
    device_(device),
    size_(size),
    page_size_(page_size),
    buffer_type_(buffer_type),
    buffer_layout_(buffer_layout),
    shard_parameters_(shard_parameters) {
#if ERA_VIRTUAL_BUFFER
    allocate_ = allocate;
#endif
    if (allocate && size_ != 0) {
        this->Buffer::allocate();
    }
}

Buffer::Buffer(const Buffer& other) :
    Buffer(
        other.device_,
        other.size_,
        other.page_size_,
        other.buffer_type_,
        other.buffer_layout_,
        other.shard_parameters_) {}

Buffer::Buffer(Buffer&& other) noexcept :
    device_(other.device_),
    size_(other.size_),
    address_(other.address_),
    page_size_(other.page_size_),
    buffer_type_(other.buffer_type_),
    buffer_layout_(other.buffer_layout_),
    shard_parameters_(other.shard_parameters_) {
#if ERA_VIRTUAL_BUFFER
    allocate_ = other.allocate_;
    bottom_up_ = other.bottom_up_;
#endif
    other.device_ = nullptr;
}

Buffer::~Buffer() { this->Buffer::deallocate(); }

// The map comes last, so for a moment a Buffer is allocated and not in it. A key that is taken stays with its first Buffer.
void Buffer::allocate() {
    detail::AllocateBuffer(this, is_in_dram(buffer_type_));
#if !ERA_TRACKER
    standin::seam_allocated(this);
#endif
    detail::BUFFER_MAP.insert({static_cast<std::uint32_t>(device_->id()), address_}, this);
}

// Size and map entry go first: whoever looks at the Buffer in track_deallocate sees size 0.
void Buffer::deallocate() {
    if (device_ == nullptr || !device_->is_initialized() || size_ == 0) {
        return;
    }
#if ERA_VIRTUAL_BUFFER
    if (!allocate_) {
        return;
    }
#endif
    size_ = 0;
    detail::BUFFER_MAP.erase({static_cast<std::uint32_t>(device_->id()), address_});
#if !ERA_TRACKER
    standin::seam_freed(this);
#endif
    detail::DeallocateBuffer(this);
}

std::optional<std::uint32_t> Buffer::num_cores() const {
    if (!shard_parameters_.has_value()) {
        return std::nullopt;
    }
    return shard_parameters_->tensor_shard_spec.grid.num_cores();
}

}  // namespace tt::tt_metal

#if ERA_VIRTUAL_BUFFER
namespace ttnn {

Buffer::Buffer(
    tt::tt_metal::Device* device,
    std::uint64_t size,
    std::uint64_t page_size,
    tt::tt_metal::BufferType buffer_type,
    tt::tt_metal::TensorMemoryLayout buffer_layout,
    const std::optional<tt::tt_metal::ShardSpecBuffer>& shard_parameters) :
    tt::tt_metal::Buffer(device, size, page_size, buffer_type, buffer_layout, shard_parameters, /*allocate=*/false) {
    allocate_ = true;
    try {
        this->Buffer::allocate();
    } catch (...) {
        device_ = nullptr;  // the base's destructor must not free what was never allocated
        throw;
    }
}

Buffer::~Buffer() { this->Buffer::deallocate(); }

// The original brought the process down when its worker threw; here the exception goes on in the caller.
void Buffer::allocate() {
    std::exception_ptr failure;
    device_->push_work([this, &failure] {
        try {
            tt::tt_metal::Buffer::allocate();
        } catch (...) {
            failure = std::current_exception();
        }
    });
    device_->synchronize();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

void Buffer::deallocate() {
    if (device_ == nullptr) {
        return;
    }
    device_->push_work([this] { tt::tt_metal::Buffer::deallocate(); });
    device_->synchronize();
}

}  // namespace ttnn
#endif

#endif  // ERA_BUFFER_MAP
