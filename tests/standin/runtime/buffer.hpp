// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Buffer: one range of device memory. Owns its address range from allocate_impl to deallocate_impl, unless owns_data_
// is false (created at a given address, or a view), in which case no event is ever made for it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/buffer_types.hpp"
#include "runtime/core_coord.hpp"

namespace tt::tt_metal {

class AllocatorImpl;
class IDevice;
struct StandinAccess;

struct ShardSpec {
    CoreRangeSet grid;
    std::array<std::uint32_t, 2> shape{};
    ShardOrientation orientation = ShardOrientation::ROW_MAJOR;
};

struct ShardSpecBuffer {
    ShardSpec tensor_shard_spec;
    std::array<std::uint32_t, 2> page_shape{};
    std::array<std::uint32_t, 2> tensor2d_shape_in_pages{};
};

struct BufferShardingArgs {
    TensorMemoryLayout buffer_layout = TensorMemoryLayout::INTERLEAVED;
    std::optional<ShardSpecBuffer> shard_spec;
};

struct BufferRegion {
    DeviceAddr offset = 0;
    DeviceAddr size = 0;
};

class Buffer final : public std::enable_shared_from_this<Buffer> {
    struct Private {};

public:
    // Allocates. Throws std::runtime_error when there is no room or the request is not valid. A size of 0 is legal: the
    // buffer counts as allocated, nothing is reserved and no event is made.
    static std::shared_ptr<Buffer> create(
        IDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        const BufferShardingArgs& sharding = {},
        std::optional<bool> bottom_up = std::nullopt,
        std::optional<SubDeviceId> sub_device_id = std::nullopt);

    // Describes memory that somebody else owns: reserves nothing, makes no event.
    static std::shared_ptr<Buffer> create(
        IDevice* device, DeviceAddr address, DeviceAddr size, DeviceAddr page_size, BufferType buffer_type);

    // A window on this buffer that keeps the root alive. Makes no event.
    std::shared_ptr<Buffer> view(const BufferRegion& region);

    Buffer(
        IDevice* device,
        DeviceAddr size,
        DeviceAddr page_size,
        BufferType buffer_type,
        const BufferShardingArgs& sharding,
        std::optional<bool> bottom_up,
        std::optional<SubDeviceId> sub_device_id,
        bool owns_data,
        Private);
    ~Buffer();
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    // Never inlined in the imitated build, not even by a compiler that ignores interposition.
    [[gnu::noinline]] void allocate_impl();
    [[gnu::noinline]] void deallocate_impl();
    void deallocate();
    void mark_as_deallocated();

    // Out of line in the real library too, each compiled to one load.
    bool is_allocated() const;
    std::uint32_t address() const;
    DeviceAddr page_size() const;
    std::uint32_t num_pages() const;
    bool is_dram() const;
    bool is_l1() const;
    AllocatorImpl* allocator() const;
    DeviceAddr aligned_page_size() const;
    DeviceAddr aligned_size() const;
    std::optional<std::uint32_t> num_cores() const;
    std::shared_ptr<Buffer> root_buffer();

    IDevice* device() const { return device_; }
    DeviceAddr size() const { return size_; }
    BufferType buffer_type() const { return buffer_type_; }
    TensorMemoryLayout buffer_layout() const { return buffer_layout_; }
    bool bottom_up() const { return bottom_up_; }
    std::size_t unique_id() const { return unique_id_; }

    static std::atomic<std::size_t> next_unique_id;

private:
    friend struct StandinAccess;

    // Stands in the place of the distribution spec of N-dimensionally sharded buffers, which nothing here uses.
    struct OptionalDistributionSpec {
        std::array<std::byte, 264> storage;
        bool engaged = false;
    };

    void validate_sub_device_manager_id() const;

    IDevice* device_;
    DeviceAddr size_;
    BufferType buffer_type_;
    TensorMemoryLayout buffer_layout_;
    bool bottom_up_;
    std::optional<SubDeviceId> sub_device_id_;
    bool owns_data_;
    std::optional<SubDeviceManagerId> sub_device_manager_id_;
    AllocatorImpl* allocator_ = nullptr;
    AllocationStatus allocation_status_ = AllocationStatus::ALLOCATION_REQUESTED;
    bool hooked_allocation_ = false;
    DeviceAddr address_ = 0;
    DeviceAddr page_size_;
    std::optional<ShardSpecBuffer> shard_spec_;
    std::shared_ptr<void> buffer_page_mapping_;
    OptionalDistributionSpec buffer_distribution_spec_;
    std::shared_ptr<Buffer> root_buffer_;
    DeviceAddr root_buffer_offset_ = 0;
    std::size_t unique_id_;
};

}  // namespace tt::tt_metal
