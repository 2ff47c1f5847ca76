// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/program.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include "runtime/allocator.hpp"
#include "runtime/device.hpp"
#include "runtime/graph_tracking.hpp"

namespace tt::tt_metal {

namespace {

std::atomic<std::uint64_t> next_program_id = 0;

// Appended piece by piece: g++ 12 at -O3 sees a false overlap in sums that begin with a literal.
std::string text_of(const CoreRange& range) {
    std::string text = "[";
    for (const CoreCoord* at : {&range.start_coord, &range.end_coord}) {
        text.append("(x=").append(std::to_string(at->x)).append(",y=").append(std::to_string(at->y)).append(")");
        text.append(at == &range.start_coord ? " - " : "]");
    }
    return text;
}

}  // namespace

#if !ERA_BUFFER_MAP
namespace detail {
#endif

ERA_PROGRAM_CLASS::ERA_PROGRAM_CLASS() : id_(next_program_id++) {}

ERA_PROGRAM_CLASS::~ERA_PROGRAM_CLASS() {
#if ERA_IMPLS
    deallocate_circular_buffers();
#endif
}

ERA_PROGRAM_CLASS::ERA_PROGRAM_CLASS(ERA_PROGRAM_CLASS&&) noexcept = default;

ERA_PROGRAM_CLASS& ERA_PROGRAM_CLASS::operator=(ERA_PROGRAM_CLASS&&) noexcept = default;

void ERA_PROGRAM_CLASS::add_circular_buffer(const CoreRangeSet& cores, const CircularBufferConfig& config) {
    circular_buffers_.push_back(std::make_shared<CircularBufferImpl>(circular_buffers_.size(), cores, config));
    if (cb_allocators_.empty()) {
        for (const CoreRange& range : cores.ranges()) {
            cb_allocators_.push_back({range, {}});
        }
    }
    local_circular_buffer_allocation_needed_ = true;
}

void ERA_PROGRAM_CLASS::update_circular_buffer_total_size(std::size_t index, DeviceAddr total_size) {
    circular_buffers_.at(index)->config_.total_size = total_size;
    local_circular_buffer_allocation_needed_ = true;
}

// One behind the other from the lowest address on: all programs here use the same cores for all their circular buffers.
#if ERA_BUFFER_MAP
void ERA_PROGRAM_CLASS::allocate_circular_buffers() {
    const DeviceAddr base = AllocatorConfig{}.l1_unreserved_base;
#else
void ERA_PROGRAM_CLASS::allocate_circular_buffers(const OwnerDevice* device) {
    const DeviceAddr base = config_of(*owned_allocator(device)).l1_unreserved_base;
#endif
    if (!local_circular_buffer_allocation_needed_) {
        return;
    }
    DeviceAddr next = base;
    for (CircularBufferAllocator& plan : cb_allocators_) {
        plan.l1_regions.clear();
    }
    for (const auto& circular_buffer : circular_buffers_) {
        if (circular_buffer->config_.globally_allocated) {
            continue;
        }
        const DeviceAddr size = circular_buffer->config_.total_size;
        circular_buffer->address_ = next;
        next += size;
        for (CircularBufferAllocator& plan : cb_allocators_) {
            plan.l1_regions.emplace_back(circular_buffer->address_, next);
        }
#if ERA_IDEVICE
        GraphTracker::instance().track_allocate_cb(
            circular_buffer->core_ranges_, circular_buffer->address_, size, /*is_globally_allocated=*/false, device);
#elif TAT_ERA >= 202411
        GraphTracker::instance().track_allocate_cb(
            circular_buffer->core_ranges_, circular_buffer->address_, size, /*is_globally_allocated=*/false);
#elif ERA_TRACKER
        GraphTracker::instance().track_allocate_cb(circular_buffer->core_ranges_, circular_buffer->address_, size);
#endif
    }
#if ERA_IMPLS
    if (std::find(cb_devices_.begin(), cb_devices_.end(), device) == cb_devices_.end()) {
        cb_devices_.push_back(device);
    }
#endif
    local_circular_buffer_allocation_needed_ = false;
}

#if ERA_PROGRAM_IMPL || ERA_BUFFER_MAP
void ERA_PROGRAM_CLASS::validate_circular_buffer_region(const OwnerDevice* device) {
#else
void ERA_PROGRAM_CLASS::validate_circular_buffer_region(const OwnerDevice* device) const {
#endif
    const OwnedAllocator& allocator = *owned_allocator(device);
    const auto lowest = lowest_occupied_l1_address(allocator);
    for (const CircularBufferAllocator& plan : cb_allocators_) {
        if (plan.l1_regions.empty()) {
            continue;
        }
        const DeviceAddr end = plan.l1_regions.back().second;
        if (end > config_of(allocator).worker_l1_size) {
            ERA_THROW(
                "Statically allocated circular buffers on core range " + text_of(plan.core_range) + " grow to " +
                std::to_string(end) + " B which is beyond max L1 size of " +
                std::to_string(config_of(allocator).worker_l1_size) + " B");
        }
        if (lowest.has_value() && *lowest < end) {
            ERA_THROW(
                "Statically allocated circular buffers in program " + std::to_string(id_) +
                " clash with L1 buffers on core range " + text_of(plan.core_range) + ". L1 buffer allocated at " +
                std::to_string(*lowest) + " and static circular buffer region ends at " + std::to_string(end));
        }
    }
}

#if ERA_IMPLS
// All circular buffers of the device count as gone, those of other programs too.
void ERA_PROGRAM_CLASS::deallocate_circular_buffers() {
    for (const IDevice* device : cb_devices_) {
        GraphTracker::instance().track_deallocate_cb(device);
    }
    cb_devices_.clear();
}
#endif

#if !ERA_BUFFER_MAP
}  // namespace detail

ERA_V0_BEGIN

Program::Program() : internal_(std::make_shared<ProgramClass>()) {}

Program::~Program() = default;

Program::Program(Program&&) noexcept = default;

Program& Program::operator=(Program&&) noexcept = default;

ERA_V0_END
#endif

}  // namespace tt::tt_metal
