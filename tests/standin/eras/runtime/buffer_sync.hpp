// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Buffer from May 2025 on, allocated and freed by the calling thread; from June 2025 it starts with enable_shared_from_this.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "runtime/types.hpp"

namespace tt::tt_metal {

struct BufferRegion {
    DeviceAddr offset = 0;
    DeviceAddr size = 0;
};

#if ERA_WEAK_THIS
class Buffer final : public std::enable_shared_from_this<Buffer> {
#else
class Buffer final {
#endif
    struct Private {};

public:
    // Throws when there is no room. Size 0 is legal and makes no event.
    static std::shared_ptr<Buffer> create(
        IDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout = TensorMemoryLayout::INTERLEAVED,
        const std::optional<ShardSpecBuffer>& shard_parameters = std::nullopt);
    // Describes memory of somebody else: no event, ever.
    static std::shared_ptr<Buffer> create(
        IDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type);
#if ERA_WEAK_THIS
    std::shared_ptr<Buffer> view(const BufferRegion& region);
    std::shared_ptr<Buffer> root_buffer();
#endif

    Buffer(
        IDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout,
        const std::optional<ShardSpecBuffer>& shard_parameters,
        bool owns_data,
        Private);
    ~Buffer();
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    // Not inlined by the compilers of the imitated builds.
    [[gnu::noinline]] void allocate_impl();
    [[gnu::noinline]] void deallocate_impl();
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

    IDevice* device() const { return device_; }
    DeviceAddr size() const { return size_; }
    BufferType buffer_type() const { return buffer_type_; }
    bool bottom_up() const { return bottom_up_; }

    static std::atomic<std::size_t> next_unique_id;

    IDevice* device_;
    DeviceAddr size_;
    BufferType buffer_type_;
    TensorMemoryLayout buffer_layout_;
    bool bottom_up_;
    std::optional<SubDeviceId> sub_device_id_;
    bool owns_data_;
    std::optional<SubDeviceManagerId> sub_device_manager_id_;
    OwnedAllocator* allocator_;
    AllocationStatus allocation_status_ = AllocationStatus::ALLOCATION_REQUESTED;
    bool hooked_allocation_ = false;
    DeviceAddr address_ = 0;
    DeviceAddr page_size_;
    std::optional<ShardSpecBuffer> shard_parameters_;
    std::shared_ptr<const int> buffer_page_mapping_;
    std::array<std::byte, 240> buffer_distribution_spec_{};
#if ERA_WEAK_THIS
    std::shared_ptr<Buffer> root_buffer_;
    DeviceAddr root_buffer_offset_ = 0;
#endif
    std::size_t unique_id_ = next_unique_id.fetch_add(1);
};

void DeallocateBuffer(Buffer& buffer);

}  // namespace tt::tt_metal
