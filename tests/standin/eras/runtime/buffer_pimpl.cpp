// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/era.hpp"

#if ERA_IMPLS

#include "runtime/allocator.hpp"
#include "runtime/buffer_pimpl.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/idevice.hpp"

namespace tt::tt_metal {

namespace {

std::atomic<std::size_t> next_unique_id = 0;

}  // namespace

BufferImpl::BufferImpl(
    IDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    TensorMemoryLayout buffer_layout,
    const std::optional<ShardSpecBuffer>& shard_spec,
    bool owns_data) :
    device_(device),
    size_(size),
    buffer_type_(buffer_type),
    buffer_layout_(buffer_layout),
    bottom_up_(is_in_dram(buffer_type)),
    owns_data_(owns_data),
    allocator_(device->allocator_impl().get()),
    page_size_(page_size),
    shard_spec_(shard_spec),
    unique_id_(next_unique_id.fetch_add(1)) {}

BufferImpl::~BufferImpl() = default;

void BufferImpl::allocate_impl(Buffer& buffer) {
    if (GraphTracker::instance().hook_allocate(&buffer)) {
        address_ = 0;
        hooked_allocation_ = true;
    } else {
        address_ = allocator_->allocate_buffer(&buffer);
    }
    allocation_status_ = AllocationStatus::ALLOCATED;
    GraphTracker::instance().track_allocate(&buffer);
    notify_buffer_allocated(&buffer);
}

void BufferImpl::deallocate_impl(Buffer& buffer) {
    if (allocation_status_ != AllocationStatus::ALLOCATED) {
        return;
    }
    if (device_->is_initialized() && size_ != 0) {
        GraphTracker::instance().track_deallocate(&buffer);
        notify_buffer_deallocated(&buffer);
        if (!GraphTracker::instance().hook_deallocate(&buffer) && !hooked_allocation_) {
            allocator_->deallocate_buffer(&buffer);
        }
    }
    allocation_status_ = AllocationStatus::DEALLOCATED;
}

void BufferImpl::deallocate(Buffer& buffer) {
    if (owns_data_) {
        deallocate_impl(buffer);
    }
}

Buffer::Buffer(std::unique_ptr<BufferImpl> impl, Private) : pimpl_(std::move(impl)) {}

std::shared_ptr<Buffer> Buffer::create(
    IDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    TensorMemoryLayout buffer_layout,
    const std::optional<ShardSpecBuffer>& shard_spec) {
    auto buffer = std::make_shared<Buffer>(
        std::make_unique<BufferImpl>(
            device, size, page_size, buffer_type, buffer_layout, shard_spec, /*owns_data=*/true),
        Private{});
    if (size == 0) {
        buffer->pimpl_->allocation_status_ = AllocationStatus::ALLOCATED;
        return buffer;
    }
    buffer->pimpl_->allocate_impl(*buffer);
    return buffer;
}

std::shared_ptr<Buffer> Buffer::create(
    IDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type) {
    auto buffer = std::make_shared<Buffer>(
        std::make_unique<BufferImpl>(
            device, size, page_size, buffer_type, TensorMemoryLayout::INTERLEAVED, std::nullopt, /*owns_data=*/false),
        Private{});
    buffer->pimpl_->address_ = address;
    buffer->pimpl_->allocation_status_ = AllocationStatus::ALLOCATED;
    return buffer;
}

std::shared_ptr<Buffer> Buffer::view(const BufferRegion& region) {
    auto window =
        create(pimpl_->device_, pimpl_->address_ + region.offset, region.size, pimpl_->page_size_, pimpl_->buffer_type_);
    window->pimpl_->root_buffer_ = root_buffer();
    window->pimpl_->root_buffer_offset_ = pimpl_->root_buffer_offset_ + region.offset;
    return window;
}

std::shared_ptr<Buffer> Buffer::root_buffer() {
    return pimpl_->root_buffer_ ? pimpl_->root_buffer_ : shared_from_this();
}

void Buffer::deallocate() { pimpl_->deallocate(*this); }

void Buffer::mark_as_deallocated() { pimpl_->allocation_status_ = AllocationStatus::DEALLOCATED; }

Buffer::~Buffer() {
    if (pimpl_->owns_data_ && pimpl_->allocation_status_ != AllocationStatus::DEALLOCATED) {
        pimpl_->deallocate_impl(*this);
    }
}

bool Buffer::is_allocated() const { return pimpl_->allocation_status_ == AllocationStatus::ALLOCATED; }

std::uint32_t Buffer::address() const { return static_cast<std::uint32_t>(pimpl_->address_); }

DeviceAddr Buffer::page_size() const { return pimpl_->page_size_; }

std::uint32_t Buffer::num_pages() const {
    return pimpl_->page_size_ == 0 ? 0 : static_cast<std::uint32_t>(pimpl_->size_ / pimpl_->page_size_);
}

bool Buffer::is_dram() const { return is_in_dram(pimpl_->buffer_type_); }

bool Buffer::is_l1() const {
    return pimpl_->buffer_type_ == BufferType::L1 || pimpl_->buffer_type_ == BufferType::L1_SMALL;
}

DeviceAddr Buffer::aligned_page_size() const {
    const DeviceAddr alignment = pimpl_->allocator_->get_alignment(pimpl_->buffer_type_);
    return (pimpl_->page_size_ + alignment - 1) / alignment * alignment;
}

DeviceAddr Buffer::aligned_size() const { return pimpl_->size_ / pimpl_->page_size_ * aligned_page_size(); }

std::optional<std::uint32_t> Buffer::num_cores() const {
    if (!pimpl_->shard_spec_.has_value()) {
        return std::nullopt;
    }
    return pimpl_->shard_spec_->tensor_shard_spec.grid.num_cores();
}

IDevice* Buffer::device() const { return pimpl_->device_; }

DeviceAddr Buffer::size() const { return pimpl_->size_; }

BufferType Buffer::buffer_type() const { return pimpl_->buffer_type_; }

TensorMemoryLayout Buffer::buffer_layout() const { return pimpl_->buffer_layout_; }

bool Buffer::bottom_up() const { return pimpl_->bottom_up_; }

AllocatorImpl* Buffer::allocator() const { return pimpl_->allocator_; }

std::size_t Buffer::unique_id() const { return pimpl_->unique_id_; }

}  // namespace tt::tt_metal

#endif  // ERA_IMPLS
