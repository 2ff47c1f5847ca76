// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Program: a static plan of circular buffers, made at its first launch and again when they change. The class that holds it was
// Program itself, then detail::Program_, then detail::ProgramImpl.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/types.hpp"

namespace tt::tt_metal {

struct CircularBufferConfig {
    DeviceAddr total_size = 0;
    bool globally_allocated = false;  // lives in a Buffer, is not planned here
};

class CircularBufferImpl {
public:
    CircularBufferImpl(std::uint64_t id, const CoreRangeSet& core_ranges, const CircularBufferConfig& config) :
        id_(id), core_ranges_(core_ranges), config_(config) {}

    std::uint64_t id_;
    CoreRangeSet core_ranges_;
    CircularBufferConfig config_;
    DeviceAddr address_ = 0;
};

struct CircularBufferAllocator {
    CoreRange core_range;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> l1_regions;
};

#if !ERA_BUFFER_MAP
namespace detail {
#if ERA_PROGRAM_IMPL
class ProgramImpl;
#define ERA_PROGRAM_CLASS ProgramImpl
#else
class Program_;
#define ERA_PROGRAM_CLASS Program_
#endif
}  // namespace detail
using ProgramClass = detail::ERA_PROGRAM_CLASS;

ERA_V0_BEGIN
class Program {
public:
    Program();
    ~Program();
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;

    std::shared_ptr<ProgramClass> internal_;
};
ERA_V0_END

namespace detail {
#else
#define ERA_PROGRAM_CLASS Program
using ProgramClass = Program;
#endif

class ERA_PROGRAM_CLASS {
public:
    ERA_PROGRAM_CLASS();
    ~ERA_PROGRAM_CLASS();
    ERA_PROGRAM_CLASS(ERA_PROGRAM_CLASS&&) noexcept;
    ERA_PROGRAM_CLASS& operator=(ERA_PROGRAM_CLASS&&) noexcept;

    void add_circular_buffer(const CoreRangeSet& cores, const CircularBufferConfig& config);
    void update_circular_buffer_total_size(std::size_t index, DeviceAddr total_size);
#if ERA_BUFFER_MAP
    void allocate_circular_buffers();
#else
    void allocate_circular_buffers(const OwnerDevice* device);
#endif
    // Throws when the plan is larger than L1 or reaches a Buffer in L1.
#if ERA_PROGRAM_IMPL || ERA_BUFFER_MAP
    void validate_circular_buffer_region(const OwnerDevice* device);
#else
    void validate_circular_buffer_region(const OwnerDevice* device) const;
#endif
#if ERA_IMPLS
    void deallocate_circular_buffers();
#endif

    std::uint64_t id_;
    // Only known of February 2026; another offset in every era, so that nobody can rely on one.
    std::array<std::byte, 0x118 + (TAT_ERA % 7) * 8> unused_near_{};
    std::vector<std::shared_ptr<CircularBufferImpl>> circular_buffers_;
    std::array<std::byte, 0x110> unused_far_{};
    std::vector<CircularBufferAllocator> cb_allocators_;
#if ERA_IMPLS
    std::vector<const IDevice*> cb_devices_;
#endif
    bool local_circular_buffer_allocation_needed_ = false;
};

#if !ERA_BUFFER_MAP
}  // namespace detail
#endif

// Of a user's program.
inline ProgramClass& program_impl(Program& program) {
#if ERA_BUFFER_MAP
    return program;
#else
    return *program.internal_;
#endif
}

}  // namespace tt::tt_metal
