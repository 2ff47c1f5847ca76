// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/era.hpp"

#if ERA_ASYNC_BUFFER

#include <string>

#include "internal/seam.hpp"
#include "runtime/allocator.hpp"
#include "runtime/buffer_async.hpp"
#include "runtime/device.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/host_api.hpp"

namespace tt::tt_metal {
ERA_V0_BEGIN

#if TAT_ERA >= 202412
std::atomic<std::size_t> Buffer::next_unique_id = 0;
#endif

Buffer::Buffer(
    OwnerDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    TensorMemoryLayout buffer_layout,
    const std::optional<ShardSpecBuffer>& shard_parameters,
    bool owns_data,
    Private) :
    device_(device),
    size_(size),
    buffer_type_(buffer_type),
    buffer_layout_(buffer_layout),
    bottom_up_(is_in_dram(buffer_type)),
    owns_data_(owns_data),
    page_size_(page_size),
    shard_parameters_(shard_parameters) {
#if ERA_SUB_DEVICES
    allocator_ = device->allocator().get();
#endif
}

std::shared_ptr<Buffer> Buffer::create(
    OwnerDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    TensorMemoryLayout buffer_layout,
    const std::optional<ShardSpecBuffer>& shard_parameters) {
    const std::shared_ptr<Buffer> buffer(
        new Buffer(
            device, size, page_size, buffer_type, buffer_layout, shard_parameters, /*owns_data=*/true, Private{}),
        deleter);
    buffer->weak_self = buffer;
    if (size == 0) {
        buffer->allocation_status_.store(AllocationStatus::ALLOCATED);
        return buffer;
    }
    buffer->device_->push_work([buffer] {
        try {
#if ERA_DETAIL_ALLOCATE
            // The trap of this era: the tracker is told inside, the address is stored afterwards.
            buffer->address_ = detail::AllocateBuffer(buffer.get());
            buffer->set_status(AllocationStatus::ALLOCATED);
            standin::seam_allocated(buffer.get());
#else
            buffer->allocate_impl();
#endif
        } catch (...) {
            buffer->set_status(AllocationStatus::ALLOCATION_FAILED);
            throw;
        }
    });
    return buffer;
}

std::shared_ptr<Buffer> Buffer::create(
    OwnerDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type) {
    const std::shared_ptr<Buffer> buffer(
        new Buffer(
            device,
            size,
            page_size,
            buffer_type,
            TensorMemoryLayout::INTERLEAVED,
            std::nullopt,
            /*owns_data=*/false,
            Private{}),
        deleter);
    buffer->weak_self = buffer;
    buffer->address_ = address;
    buffer->allocation_status_.store(AllocationStatus::ALLOCATED);
    return buffer;
}

void Buffer::deallocate() {
    if (!owns_data_) {
        return;
    }
    deallocation_requested_.store(true, std::memory_order_relaxed);
    device_->push_work([self = weak_self.lock()] { self->deallocate_impl(); });
}

void Buffer::deleter(Buffer* buffer) {
    buffer->device_->push_work([buffer] {
        const std::unique_ptr<Buffer> unique_buffer(buffer);
        if (buffer->owns_data_) {
            buffer->deallocate_impl();
        }
    });
}

#if ERA_DETAIL_ALLOCATE

void Buffer::deallocate_impl() {
    if (allocation_status_.load(std::memory_order_relaxed) != AllocationStatus::ALLOCATED) {
        return;
    }
    if (device_->is_initialized() && size_ != 0) {
        detail::DeallocateBuffer(this);
    }
    allocation_status_.store(AllocationStatus::DEALLOCATED, std::memory_order_relaxed);
}

#else

[[gnu::noinline]] void Buffer::allocate_impl() {
    if (GraphTracker::instance().hook_allocate(this)) {
        address_ = 0;
    } else {
        address_ = allocator_->allocate_buffer(this);
    }
    set_status(AllocationStatus::ALLOCATED);
    GraphTracker::instance().track_allocate(this);
}

[[gnu::noinline]] void Buffer::deallocate_impl() {
    if (allocation_status_.load(std::memory_order_relaxed) != AllocationStatus::ALLOCATED) {
        return;
    }
    if (device_->is_initialized() && size_ != 0) {
        GraphTracker::instance().track_deallocate(this);
        if (!GraphTracker::instance().hook_deallocate(this)) {
            allocator_->deallocate_buffer(this);
        }
    }
    allocation_status_.store(AllocationStatus::DEALLOCATED, std::memory_order_relaxed);
}

#endif

bool Buffer::is_allocated() const {
    return allocation_status_.load(std::memory_order_relaxed) == AllocationStatus::ALLOCATED;
}

std::uint32_t Buffer::address() const {
    wait_for_worker();
    return static_cast<std::uint32_t>(address_);
}

DeviceAddr Buffer::page_size() const {
    wait_for_worker();
    return page_size_;
}

std::uint32_t Buffer::num_pages() const { return page_size() == 0 ? 0 : static_cast<std::uint32_t>(size_ / page_size_); }

bool Buffer::is_dram() const { return is_in_dram(buffer_type_); }

bool Buffer::is_l1() const { return buffer_type_ == BufferType::L1 || buffer_type_ == BufferType::L1_SMALL; }

DeviceAddr Buffer::aligned_page_size() const {
    const DeviceAddr alignment = is_in_dram(buffer_type_) ? 32 : 16;
    return (page_size_ + alignment - 1) / alignment * alignment;
}

DeviceAddr Buffer::aligned_size() const { return size_ / page_size_ * aligned_page_size(); }

std::optional<std::uint32_t> Buffer::num_cores() const {
    if (!shard_parameters_.has_value()) {
        return std::nullopt;
    }
    return shard_parameters_->tensor_shard_spec.grid.num_cores();
}

ERA_V0_END
}  // namespace tt::tt_metal

#endif  // ERA_ASYNC_BUFFER
