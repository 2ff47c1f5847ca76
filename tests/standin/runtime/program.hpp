// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Program and ProgramImpl: a compiled kernel set with its circular buffers. Those are a static L1 plan of the program,
// laid out from the L1 base upwards; they are announced when the plan is new, and never freed one by one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/buffer_types.hpp"
#include "runtime/core_coord.hpp"

namespace tt::tt_metal {

class IDevice;
struct StandinAccess;

struct CircularBufferConfig {
    DeviceAddr total_size = 0;
    bool globally_allocated = false;  // lives inside an L1 Buffer: has no space of its own, is not announced
};

class CircularBufferImpl {
public:
    CircularBufferImpl(std::uint64_t id, CoreRangeSet core_ranges, const CircularBufferConfig& config) :
        id_(id), core_ranges_(std::move(core_ranges)), config_(config) {}

    const CoreRangeSet& core_ranges() const { return core_ranges_; }
    const CircularBufferConfig& config() const { return config_; }
    CircularBufferConfig& config() { return config_; }
    DeviceAddr address() const { return address_; }
    void set_address(DeviceAddr address) { address_ = address; }

private:
    friend struct StandinAccess;
    std::uint64_t id_;
    CoreRangeSet core_ranges_;
    CircularBufferConfig config_;
    DeviceAddr address_ = 0;
};

namespace detail {

// The L1 plan of one core range.
struct CircularBufferAllocator {
    CoreRange core_range;
    std::vector<std::pair<DeviceAddr, DeviceAddr>> l1_regions;  // begin, end
};

class ProgramImpl {
public:
    ProgramImpl();
    ~ProgramImpl();

    std::size_t add_circular_buffer(const CoreRangeSet& cores, const CircularBufferConfig& config);
    void update_circular_buffer_total_size(std::size_t index, DeviceAddr total_size);
    // Entered on every launch. Lays out and announces the circular buffers only when the plan is new.
    void allocate_circular_buffers(const IDevice* device);
    // Entered on every launch. Throws when the plan reaches into L1 buffers or beyond L1.
    void validate_circular_buffer_region(const IDevice* device);
    const std::vector<std::shared_ptr<CircularBufferImpl>>& circular_buffers() const { return circular_buffers_; }
    std::uint64_t id() const { return id_; }

private:
    friend struct ::tt::tt_metal::StandinAccess;
    DeviceAddr place(const CoreRangeSet& cores, DeviceAddr size, DeviceAddr base);

    std::uint64_t id_;
    std::array<std::byte, 0x138 - 8> unused_near_{};
    std::vector<std::shared_ptr<CircularBufferImpl>> circular_buffers_;
    std::array<std::byte, 0x268 - 0x138 - 24> unused_middle_{};
    std::vector<CircularBufferAllocator> cb_allocators_;
    std::array<std::byte, 0x378 - 0x268 - 24> unused_far_{};
    bool local_circular_buffer_allocation_needed_ = false;
};

}  // namespace detail

class Program {
public:
    Program();
    ~Program();
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;
    detail::ProgramImpl& impl() const { return *internal_; }

private:
    std::shared_ptr<detail::ProgramImpl> internal_;
};

}  // namespace tt::tt_metal
