// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Buffer of mid-2026: a handle around BufferImpl. No getter is inline any more, and each takes two loads.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <unordered_map>

#include "runtime/types.hpp"

namespace tt::tt_metal {

class BufferImpl;

struct BufferRegion {
    DeviceAddr offset = 0;
    DeviceAddr size = 0;
};

class Buffer final : public std::enable_shared_from_this<Buffer> {
    struct Private {};

public:
    // Throws when there is no room. Size 0 is legal and makes no event.
    static std::shared_ptr<Buffer> create(
        IDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout = TensorMemoryLayout::INTERLEAVED,
        const std::optional<ShardSpecBuffer>& shard_spec = std::nullopt);
    // Describes memory of somebody else: no event, ever.
    static std::shared_ptr<Buffer> create(
        IDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type);
    std::shared_ptr<Buffer> view(const BufferRegion& region);
    std::shared_ptr<Buffer> root_buffer();

    Buffer(std::unique_ptr<BufferImpl> impl, Private);
    ~Buffer();
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    void deallocate();
    void mark_as_deallocated();
    bool is_allocated() const;
    std::uint32_t address() const;
    DeviceAddr page_size() const;
    std::uint32_t num_pages() const;
    bool is_dram() const;
    bool is_l1() const;
    DeviceAddr aligned_page_size() const;
    DeviceAddr aligned_size() const;
    std::optional<std::uint32_t> num_cores() const;
    IDevice* device() const;
    DeviceAddr size() const;
    BufferType buffer_type() const;
    TensorMemoryLayout buffer_layout() const;
    bool bottom_up() const;
    AllocatorImpl* allocator() const;
    std::size_t unique_id() const;
    BufferImpl& impl() const { return *pimpl_; }

    std::unique_ptr<BufferImpl> pimpl_;
};

class BufferImpl {
public:
    BufferImpl(
        IDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout,
        const std::optional<ShardSpecBuffer>& shard_spec,
        bool owns_data);
    ~BufferImpl();

    [[gnu::noinline]] void allocate_impl(Buffer& buffer);
    [[gnu::noinline]] void deallocate_impl(Buffer& buffer);
    void deallocate(Buffer& buffer);

    IDevice* device_;
    DeviceAddr size_;
    BufferType buffer_type_;
    TensorMemoryLayout buffer_layout_;
    bool bottom_up_;
    std::optional<SubDeviceId> sub_device_id_;
    bool owns_data_;
    std::optional<SubDeviceManagerId> sub_device_manager_id_;
    AllocatorImpl* allocator_;
    AllocationStatus allocation_status_ = AllocationStatus::ALLOCATION_REQUESTED;
    bool hooked_allocation_ = false;
    DeviceAddr address_ = 0;
    DeviceAddr page_size_;
    std::optional<ShardSpecBuffer> shard_spec_;
    std::shared_ptr<const int> buffer_page_mapping_;
    std::array<std::byte, 272> buffer_distribution_spec_{};
    bool per_core_allocation_ = false;
    std::unordered_map<std::uint64_t, DeviceAddr> per_core_addresses_;
    std::shared_ptr<Buffer> root_buffer_;
    DeviceAddr root_buffer_offset_ = 0;
    std::size_t unique_id_;
};

void DeallocateBuffer(Buffer& buffer);

}  // namespace tt::tt_metal
