// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/program.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include "internal/texts.hpp"
#include "runtime/allocator.hpp"
#include "runtime/fatal.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/idevice.hpp"

namespace tt::tt_metal {

namespace detail {

namespace {

std::atomic<std::uint64_t> next_program_id = 0;

std::string text_of(const CoreRange& range) {
    const auto core = [](const CoreCoord& at) {
        return "(x=" + std::to_string(at.x) + ",y=" + std::to_string(at.y) + ")";
    };
    return "[" + core(range.start_coord) + " - " + core(range.end_coord) + "]";
}

bool intersects(const CoreRange& a, const CoreRange& b) {
    return a.start_coord.x <= b.end_coord.x && b.start_coord.x <= a.end_coord.x && a.start_coord.y <= b.end_coord.y &&
           b.start_coord.y <= a.end_coord.y;
}

}  // namespace

ProgramImpl::ProgramImpl() : id_(next_program_id++) {}

ProgramImpl::~ProgramImpl() = default;

std::size_t ProgramImpl::add_circular_buffer(const CoreRangeSet& cores, const CircularBufferConfig& config) {
    const std::uint64_t id = circular_buffers_.size();
    circular_buffers_.push_back(std::make_shared<CircularBufferImpl>(id, cores, config));
    for (const CoreRange& range : cores.ranges()) {
        cb_allocators_.push_back({range, {}});
    }
    local_circular_buffer_allocation_needed_ = true;
    return id;
}

void ProgramImpl::update_circular_buffer_total_size(std::size_t index, DeviceAddr total_size) {
    circular_buffers_.at(index)->config().total_size = total_size;
    local_circular_buffer_allocation_needed_ = true;
}

void ProgramImpl::allocate_circular_buffers(const IDevice* device) {
    if (!local_circular_buffer_allocation_needed_) {
        return;
    }
    const DeviceAddr base = device->allocator_impl()->get_config().l1_unreserved_base;
    for (CircularBufferAllocator& plan : cb_allocators_) {
        plan.l1_regions.clear();
    }
    for (const auto& circular_buffer : circular_buffers_) {
        if (circular_buffer->config().globally_allocated) {
            continue;
        }
        const DeviceAddr size = circular_buffer->config().total_size;
        circular_buffer->set_address(place(circular_buffer->core_ranges(), size, base));
        GraphTracker::instance().track_allocate_cb(
            circular_buffer->core_ranges(), circular_buffer->address(), size, /*is_globally_allocated=*/false, device);
    }
    local_circular_buffer_allocation_needed_ = false;
}

// One address on all cores of the buffer: behind everything that is planned on any core it shares.
DeviceAddr ProgramImpl::place(const CoreRangeSet& cores, DeviceAddr size, DeviceAddr base) {
    const auto shares_a_core = [&](const CircularBufferAllocator& plan) {
        return std::any_of(cores.ranges().begin(), cores.ranges().end(), [&](const CoreRange& range) {
            return intersects(range, plan.core_range);
        });
    };
    DeviceAddr address = base;
    for (const CircularBufferAllocator& plan : cb_allocators_) {
        if (shares_a_core(plan) && !plan.l1_regions.empty()) {
            address = std::max(address, plan.l1_regions.back().second);
        }
    }
    for (CircularBufferAllocator& plan : cb_allocators_) {
        if (shares_a_core(plan)) {
            plan.l1_regions.emplace_back(address, address + size);
        }
    }
    return address;
}

void ProgramImpl::validate_circular_buffer_region(const IDevice* device) {
    const auto lowest = device->lowest_occupied_compute_l1_address();
    const DeviceAddr l1_size = device->allocator_impl()->get_config().worker_l1_size;
    for (const CircularBufferAllocator& plan : cb_allocators_) {
        if (plan.l1_regions.empty()) {
            continue;
        }
        const DeviceAddr end = plan.l1_regions.back().second;
        if (end > l1_size) {
            STANDIN_THROW(
                "Statically allocated circular buffers on core range " + text_of(plan.core_range) + " grow to " +
                std::to_string(end) + " B which is beyond max L1 size of " + std::to_string(l1_size) + " B");
        }
        if (lowest.has_value() && *lowest < end) {
            const auto& [start, stop] = plan.core_range;
            STANDIN_THROW(standin::filled(
                standin::texts().clash,
                {{"program", std::to_string(id_)},
                 {"x0", std::to_string(start.x)},
                 {"y0", std::to_string(start.y)},
                 {"x1", std::to_string(stop.x)},
                 {"y1", std::to_string(stop.y)},
                 {"lowest", std::to_string(*lowest)},
                 {"end", std::to_string(end)}}));
        }
    }
}

}  // namespace detail

Program::Program() : internal_(std::make_shared<detail::ProgramImpl>()) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

}  // namespace tt::tt_metal
