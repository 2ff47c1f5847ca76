// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/era.hpp"

#if TAT_ERA >= 202505 && !ERA_IMPLS

#include "runtime/allocator.hpp"
#include "runtime/buffer_sync.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/idevice.hpp"

namespace tt::tt_metal {

std::atomic<std::size_t> Buffer::next_unique_id = 0;

Buffer::Buffer(
    IDevice* device,
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
    allocator_(device->allocator().get()),
    page_size_(page_size),
    shard_parameters_(shard_parameters) {}

std::shared_ptr<Buffer> Buffer::create(
    IDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    TensorMemoryLayout buffer_layout,
    const std::optional<ShardSpecBuffer>& shard_parameters) {
    auto buffer = std::make_shared<Buffer>(
        device, size, page_size, buffer_type, buffer_layout, shard_parameters, /*owns_data=*/true, Private{});
    if (size == 0) {
        buffer->allocation_status_ = AllocationStatus::ALLOCATED;
        return buffer;
    }
    buffer->allocate_impl();
    return buffer;
}

std::shared_ptr<Buffer> Buffer::create(
    IDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type) {
    auto buffer = std::make_shared<Buffer>(
        device,
        size,
        page_size,
        buffer_type,
        TensorMemoryLayout::INTERLEAVED,
        std::nullopt,
        /*owns_data=*/false,
        Private{});
    buffer->address_ = address;
    buffer->allocation_status_ = AllocationStatus::ALLOCATED;
    return buffer;
}

#if ERA_WEAK_THIS
std::shared_ptr<Buffer> Buffer::view(const BufferRegion& region) {
    auto window = create(device_, address_ + region.offset, region.size, page_size_, buffer_type_);
    window->root_buffer_ = root_buffer();
    window->root_buffer_offset_ = root_buffer_offset_ + region.offset;
    return window;
}

std::shared_ptr<Buffer> Buffer::root_buffer() { return root_buffer_ ? root_buffer_ : shared_from_this(); }
#endif

void Buffer::allocate_impl() {
    if (GraphTracker::instance().hook_allocate(this)) {
        address_ = 0;
        hooked_allocation_ = true;
    } else {
        address_ = allocator_->allocate_buffer(this);
    }
    allocation_status_ = AllocationStatus::ALLOCATED;
    GraphTracker::instance().track_allocate(this);
}

void Buffer::deallocate_impl() {
    if (allocation_status_ != AllocationStatus::ALLOCATED) {
        return;
    }
    if (device_->is_initialized() && size_ != 0) {
        GraphTracker::instance().track_deallocate(this);
        if (!GraphTracker::instance().hook_deallocate(this) && !hooked_allocation_) {
            allocator_->deallocate_buffer(this);
        }
    }
    allocation_status_ = AllocationStatus::DEALLOCATED;
}

void Buffer::deallocate() {
    if (owns_data_) {
        deallocate_impl();
    }
}

void Buffer::mark_as_deallocated() { allocation_status_ = AllocationStatus::DEALLOCATED; }

Buffer::~Buffer() {
    if (owns_data_ && allocation_status_ != AllocationStatus::DEALLOCATED) {
        deallocate_impl();
    }
}

bool Buffer::is_allocated() const { return allocation_status_ == AllocationStatus::ALLOCATED; }

std::uint32_t Buffer::address() const { return static_cast<std::uint32_t>(address_); }

DeviceAddr Buffer::page_size() const { return page_size_; }

std::uint32_t Buffer::num_pages() const {
    return page_size_ == 0 ? 0 : static_cast<std::uint32_t>(size_ / page_size_);
}

bool Buffer::is_dram() const { return is_in_dram(buffer_type_); }

bool Buffer::is_l1() const { return buffer_type_ == BufferType::L1 || buffer_type_ == BufferType::L1_SMALL; }

DeviceAddr Buffer::aligned_page_size() const {
    const DeviceAddr alignment = allocator_->get_alignment(buffer_type_);
    return (page_size_ + alignment - 1) / alignment * alignment;
}

DeviceAddr Buffer::aligned_size() const { return size_ / page_size_ * aligned_page_size(); }

std::optional<std::uint32_t> Buffer::num_cores() const {
    if (!shard_parameters_.has_value()) {
        return std::nullopt;
    }
    return shard_parameters_->tensor_shard_spec.grid.num_cores();
}

}  // namespace tt::tt_metal

#endif
