// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/buffer.hpp"

#include <string>

#include "runtime/allocator.hpp"
#include "runtime/fatal.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/idevice.hpp"

namespace tt::tt_metal {

std::atomic<std::size_t> Buffer::next_unique_id = 0;

namespace {

void validate_request(DeviceAddr size, DeviceAddr page_size, const BufferShardingArgs& sharding) {
    if (size == 0) {
        return;
    }
    STANDIN_FATAL(page_size != 0, "Buffer page size must be larger than 0 bytes");
    STANDIN_FATAL(
        size % page_size == 0,
        "For valid non-interleaved buffers page size " + std::to_string(page_size) +
            " must equal buffer size " + std::to_string(size) + ". For interleaved-buffers page size should be "
            "divisible by buffer size");
    const bool sharded = sharding.buffer_layout != TensorMemoryLayout::INTERLEAVED;
    STANDIN_FATAL(!sharded || sharding.shard_spec.has_value(), "Buffer was specified as sharded but has no shard spec");
    const bool has_pages = !sharded || (sharding.shard_spec->page_shape[0] != 0 && sharding.shard_spec->page_shape[1] != 0);
    STANDIN_FATAL(has_pages, "The pages of a shard have no extent");
}

// DRAM and TRACE grow from the bottom, L1 and L1_SMALL from the top, unless the caller says otherwise.
bool default_bottom_up(BufferType type) { return type == BufferType::DRAM || type == BufferType::TRACE; }

}  // namespace

Buffer::Buffer(
    IDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    const BufferShardingArgs& sharding,
    std::optional<bool> bottom_up,
    std::optional<SubDeviceId> sub_device_id,
    bool owns_data,
    Private) :
    device_(device),
    size_(size),
    buffer_type_(buffer_type),
    buffer_layout_(sharding.buffer_layout),
    bottom_up_(bottom_up.value_or(default_bottom_up(buffer_type))),
    sub_device_id_(sub_device_id),
    owns_data_(owns_data),
    page_size_(page_size),
    shard_spec_(sharding.shard_spec),
    unique_id_(next_unique_id.fetch_add(1, std::memory_order_relaxed)) {
    if (sub_device_id_.has_value()) {
        sub_device_manager_id_ = device_->get_active_sub_device_manager_id();
        allocator_ = device_->sub_device_allocator_impl(*sub_device_id_);
    } else {
        allocator_ = device_->allocator_impl().get();
    }
}

std::shared_ptr<Buffer> Buffer::create(
    IDevice* device,
    DeviceAddr size,
    DeviceAddr page_size,
    BufferType buffer_type,
    const BufferShardingArgs& sharding,
    std::optional<bool> bottom_up,
    std::optional<SubDeviceId> sub_device_id) {
    validate_request(size, page_size, sharding);
    auto buffer = std::make_shared<Buffer>(
        device, size, page_size, buffer_type, sharding, bottom_up, sub_device_id, /*owns_data=*/true, Private{});
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
        BufferShardingArgs{},
        std::nullopt,
        std::nullopt,
        /*owns_data=*/false,
        Private{});
    buffer->address_ = address;
    buffer->allocation_status_ = AllocationStatus::ALLOCATED;
    return buffer;
}

std::shared_ptr<Buffer> Buffer::view(const BufferRegion& region) {
    STANDIN_FATAL(region.offset + region.size <= size_, "Buffer region is outside of the buffer");
    auto window = create(device_, address_ + region.offset, region.size, page_size_, buffer_type_);
    window->root_buffer_ = root_buffer();
    window->root_buffer_offset_ = root_buffer_offset_ + region.offset;
    return window;
}

std::shared_ptr<Buffer> Buffer::root_buffer() { return root_buffer_ ? root_buffer_ : shared_from_this(); }

// The address and the status are set before the tracker is told. An exception of the allocator leaves the status at
// ALLOCATION_REQUESTED; the unwinding then destroys the Buffer, which enters deallocate_impl once with that status.
void Buffer::allocate_impl() {
    GraphTracker& tracker = GraphTracker::instance();
    if (tracker.hook_allocate(this)) {
        address_ = 0;
        hooked_allocation_ = true;
    } else {
        validate_sub_device_manager_id();
        address_ = allocator_->allocate_buffer(this);
    }
    allocation_status_ = AllocationStatus::ALLOCATED;
    tracker.track_allocate(this);
}

// The tracker hears of the free before the address range is given back, so nobody can get the same address earlier than
// that. The sub-device check comes behind the tracker and may throw: then the event happened and the memory stays
// taken.
void Buffer::deallocate_impl() {
    if (allocation_status_ != AllocationStatus::ALLOCATED) {
        return;
    }
    if (device_->is_initialized() && size_ != 0) {
        GraphTracker& tracker = GraphTracker::instance();
        tracker.track_deallocate(this);
        if (!tracker.hook_deallocate(this) && !hooked_allocation_) {
            validate_sub_device_manager_id();
            allocator_->deallocate_buffer(this);
        }
    }
    allocation_status_ = AllocationStatus::DEALLOCATED;
}

void Buffer::deallocate() {
    if (!owns_data_) {
        return;
    }
    deallocate_impl();
}

void Buffer::mark_as_deallocated() { allocation_status_ = AllocationStatus::DEALLOCATED; }

Buffer::~Buffer() {
    if (owns_data_ && allocation_status_ != AllocationStatus::DEALLOCATED) {
        deallocate_impl();
    }
}

void Buffer::validate_sub_device_manager_id() const {
    if (!sub_device_manager_id_.has_value()) {
        return;
    }
    STANDIN_FATAL(
        *sub_device_manager_id_ == device_->get_active_sub_device_manager_id(),
        "Sub-device manager id mismatch. Buffer sub-device manager id: " +
            std::to_string(sub_device_manager_id_->value));
}

bool Buffer::is_allocated() const { return allocation_status_ == AllocationStatus::ALLOCATED; }

std::uint32_t Buffer::address() const { return static_cast<std::uint32_t>(address_); }

DeviceAddr Buffer::page_size() const { return page_size_; }

std::uint32_t Buffer::num_pages() const {
    return page_size_ == 0 ? 0 : static_cast<std::uint32_t>(size_ / page_size_);
}

bool Buffer::is_dram() const { return buffer_type_ == BufferType::DRAM || buffer_type_ == BufferType::TRACE; }

bool Buffer::is_l1() const { return buffer_type_ == BufferType::L1 || buffer_type_ == BufferType::L1_SMALL; }

AllocatorImpl* Buffer::allocator() const { return allocator_; }

DeviceAddr Buffer::aligned_page_size() const {
    const DeviceAddr alignment = allocator_->get_alignment(buffer_type_);
    return (page_size_ + alignment - 1) / alignment * alignment;
}

// The pages of a shard are counted in whole pages of the shard's shape, and every core has room for a whole shard.
DeviceAddr Buffer::aligned_size() const {
    DeviceAddr pages = page_size_ == 0 ? 0 : size_ / page_size_;
    if (const auto cores = num_cores(); cores.has_value()) {
        const ShardSpec& spec = shard_spec_->tensor_shard_spec;
        const auto& page_shape = shard_spec_->page_shape;
        const DeviceAddr rows = (spec.shape[0] + page_shape[0] - 1) / page_shape[0];
        const DeviceAddr columns = (spec.shape[1] + page_shape[1] - 1) / page_shape[1];
        pages = rows * columns * *cores;
    }
    return pages * aligned_page_size();
}

std::optional<std::uint32_t> Buffer::num_cores() const {
    if (!shard_spec_.has_value()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(shard_spec_->tensor_shard_spec.grid.num_cores());
}

}  // namespace tt::tt_metal
