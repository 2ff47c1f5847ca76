// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Buffer from October 2024 to April 2025: made by create(), allocated and freed by the device's worker thread when that is on,
// else by the caller. Readers of address and page size wait for the worker.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>

#include "runtime/types.hpp"

namespace tt::tt_metal {
ERA_V0_BEGIN

class Buffer final {
    struct Private {};

public:
    // Throws when it is allocated by the caller and there is no room; a worker leaves status ALLOCATION_FAILED instead.
    static std::shared_ptr<Buffer> create(
        OwnerDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout = TensorMemoryLayout::INTERLEAVED,
        const std::optional<ShardSpecBuffer>& shard_parameters = std::nullopt);
    // Describes memory of somebody else: no event, ever.
    static std::shared_ptr<Buffer> create(
        OwnerDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type);

    Buffer(
        OwnerDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout,
        const std::optional<ShardSpecBuffer>& shard_parameters,
        bool owns_data,
        Private);
    ~Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    void deallocate();
    bool is_allocated() const;
    std::uint32_t address() const;
    DeviceAddr page_size() const;
    std::uint32_t num_pages() const;
    bool is_dram() const;
    bool is_l1() const;
    DeviceAddr aligned_page_size() const;
    DeviceAddr aligned_size() const;
    std::optional<std::uint32_t> num_cores() const;

    OwnerDevice* device() const { return device_; }
    DeviceAddr size() const { return size_; }
    BufferType buffer_type() const { return buffer_type_; }
    bool bottom_up() const { return bottom_up_; }
    DeviceAddr standin_page_size() const { return page_size_; }  // without waiting
    // Until the allocation has succeeded or failed.
    void wait_for_worker() const {
        std::unique_lock<std::mutex> lock(allocation_mutex_);
        allocation_cv_.wait(
            lock, [this] { return allocation_status_.load() != AllocationStatus::ALLOCATION_REQUESTED; });
    }

#if TAT_ERA >= 202412
    static std::atomic<std::size_t> next_unique_id;
#endif

    void allocate_impl();
    void deallocate_impl();
    static void deleter(Buffer* buffer);
    void set_status(AllocationStatus status) {
        {
            const std::lock_guard<std::mutex> lock(allocation_mutex_);
            allocation_status_.store(status);
        }
        allocation_cv_.notify_all();
    }

    OwnerDevice* device_;
    DeviceAddr size_;
    BufferType buffer_type_;
    TensorMemoryLayout buffer_layout_;
    bool bottom_up_;
#if ERA_SUB_DEVICES
    std::optional<SubDeviceId> sub_device_id_;
#endif
    bool owns_data_;
#if ERA_SUB_DEVICES
    std::optional<SubDeviceManagerId> sub_device_manager_id_;
    OwnedAllocator* allocator_ = nullptr;
#endif
    std::atomic<AllocationStatus> allocation_status_ = AllocationStatus::ALLOCATION_REQUESTED;
    DeviceAddr address_ = 0;
    mutable std::mutex allocation_mutex_;
    mutable std::condition_variable allocation_cv_;
    std::atomic<bool> deallocation_requested_ = false;
    DeviceAddr page_size_;
    std::optional<ShardSpecBuffer> shard_parameters_;
    std::shared_ptr<const int> buffer_page_mapping_;
    std::weak_ptr<Buffer> weak_self;
#if TAT_ERA >= 202412
    std::size_t unique_id_ = next_unique_id.fetch_add(1);
#endif
};

void DeallocateBuffer(Buffer& buffer);

ERA_V0_END
}  // namespace tt::tt_metal
