// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Buffer until October 2024: the user's own object. It allocates in its constructor, can be copied (a second allocation) and
// moved (no event; the old object has device_ == nullptr), and is listed in detail::BUFFER_MAP.
#pragma once

#include "runtime/types.hpp"

#if ERA_VIRTUAL_BUFFER
#define ERA_VIRTUAL virtual
#else
#define ERA_VIRTUAL
#endif

namespace tt::tt_metal {

class Buffer {
public:
    Buffer(
        Device* device,
        std::uint64_t size,
        std::uint64_t page_size,
        BufferType buffer_type,
        TensorMemoryLayout buffer_layout = TensorMemoryLayout::INTERLEAVED,
        const std::optional<ShardSpecBuffer>& shard_parameters = std::nullopt,
        bool allocate = true);
    Buffer(const Buffer& other);
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(const Buffer&) = delete;
    Buffer& operator=(Buffer&&) = delete;
    ERA_VIRTUAL ~Buffer();

    Device* device() const { return device_; }
    std::uint64_t size() const { return size_; }
    std::uint64_t address() const { return address_; }
    std::uint64_t page_size() const { return page_size_; }
    BufferType buffer_type() const { return buffer_type_; }
    std::optional<std::uint32_t> num_cores() const;
    void set_address(std::uint64_t address) { address_ = address; }
    ERA_VIRTUAL void allocate();
    ERA_VIRTUAL void deallocate();

    Device* device_;
    std::uint64_t size_;
    std::uint64_t address_;  // not initialised: what a hooked buffer has there is garbage
    std::uint64_t page_size_;
    BufferType buffer_type_;
    TensorMemoryLayout buffer_layout_;
    std::optional<ShardSpecBuffer> shard_parameters_;
#if ERA_VIRTUAL_BUFFER
    std::shared_ptr<const int> buffer_page_mapping_;
    bool allocate_ = true;
    std::optional<bool> bottom_up_;
#endif
};

}  // namespace tt::tt_metal

#if ERA_VIRTUAL_BUFFER
namespace ttnn {

// Allocated and freed by the device's worker thread. The original returned at once; this one waits for the worker.
class Buffer final : public tt::tt_metal::Buffer {
public:
    Buffer(
        tt::tt_metal::Device* device,
        std::uint64_t size,
        std::uint64_t page_size,
        tt::tt_metal::BufferType buffer_type,
        tt::tt_metal::TensorMemoryLayout buffer_layout,
        const std::optional<tt::tt_metal::ShardSpecBuffer>& shard_parameters);
    ~Buffer() override;
    void allocate() override;
    void deallocate() override;
};

}  // namespace ttnn
#endif
