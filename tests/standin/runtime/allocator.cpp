// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/allocator.hpp"

#include <algorithm>
#include <array>

#include "internal/scripted_address.hpp"
#include "runtime/bank_manager.hpp"
#include "runtime/buffer.hpp"
#include "runtime/fatal.hpp"

namespace tt::tt_metal {

namespace {

constexpr std::array kTypes{BufferType::DRAM, BufferType::L1, BufferType::L1_SMALL, BufferType::TRACE};

}  // namespace

AllocatorImpl::AllocatorImpl(const AllocatorConfig& config) :
    config_(std::make_unique<AllocatorConfig>(config)), view_(std::make_unique<Allocator>(this)) {
    init_managers();
}

AllocatorImpl::~AllocatorImpl() = default;

// DRAM: [unreserved base, bank size - trace region). TRACE: the top of the DRAM bank. L1: [unreserved base, L1 size -
// L1_SMALL). L1_SMALL: the top of L1. The granularity is the DRAM alignment everywhere, also in L1.
void AllocatorImpl::init_managers() {
    const AllocatorConfig& config = *config_;
    const auto dram_banks = static_cast<std::uint32_t>(config.num_dram_channels);
    const auto l1_banks = static_cast<std::uint32_t>(config.compute_grid.num_cores());
    const std::uint32_t granularity = config.dram_alignment;
    const DeviceAddr dram_end = config.dram_bank_size - config.trace_region_size;
    const DeviceAddr l1_end = config.worker_l1_size - config.l1_small_size;
    const auto make = [&](BufferType type, const BankRange& range, std::uint32_t alignment) {
        return std::make_unique<BankManager>(type, range, alignment, granularity);
    };
    const BankRange dram{dram_banks, dram_end - config.dram_unreserved_base, config.dram_unreserved_base};
    const BankRange l1{l1_banks, l1_end - config.l1_unreserved_base, config.l1_unreserved_base};
    dram_manager_ = make(BufferType::DRAM, dram, config.dram_alignment);
    l1_manager_ = make(BufferType::L1, l1, config.l1_alignment);
    l1_small_manager_ = make(BufferType::L1_SMALL, {l1_banks, config.l1_small_size, l1_end}, config.l1_alignment);
    trace_buffer_manager_ =
        make(BufferType::TRACE, {dram_banks, config.trace_region_size, dram_end}, config.dram_alignment);
    for (std::uint32_t bank = 0; bank < dram_banks; ++bank) {
        bank_id_to_dram_channel_[bank] = bank;
        dram_channel_to_bank_ids_[bank] = {bank};
    }
    for (std::uint32_t bank = 0; bank < l1_banks; ++bank) {
        bank_id_to_logical_core_[bank] = bank;
        logical_core_to_bank_ids_[bank] = {bank};
    }
}

DeviceAddr AllocatorImpl::allocate_buffer(Buffer* buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const BufferType type = buffer->buffer_type();
    const auto num_cores = buffer->num_cores();
    BankManager& manager = manager_of(type);
    STANDIN_FATAL(
        type != BufferType::L1_SMALL || num_cores.has_value(),
        "L1_SMALL only supports sharded allocations, see validate_num_banks");
    STANDIN_FATAL(
        !config_->disable_interleaved || num_cores.has_value(), "Interleaved allocation is disabled in the allocator");
    const DeviceAddr size = buffer->aligned_size();
    const DeviceAddr page_size = buffer->aligned_page_size();
    const auto scripted = standin::take_scripted_address();
    const DeviceAddr address = scripted.has_value()
                                   ? manager.allocate_buffer_at(*scripted, size, page_size, num_cores)
                                   : manager.allocate_buffer(size, page_size, buffer->bottom_up(), num_cores);
    allocated_buffers_.insert(buffer);
    return address;
}

void AllocatorImpl::deallocate_buffer(Buffer* buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // The getter cuts the address to 32 bits; DRAM banks are smaller than that.
    manager_of(buffer->buffer_type()).deallocate_buffer(buffer->address());
    allocated_buffers_.erase(buffer);
}

void AllocatorImpl::deallocate_buffers() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const BufferType type : kTypes) {
        manager_of(type).deallocate_all();
    }
}

void AllocatorImpl::clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const BufferType type : kTypes) {
        manager_of(type).clear();
    }
}

void AllocatorImpl::override_state(const AllocatorState& state) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const BufferType type : kTypes) {
        BankManager& manager = manager_of(type);
        manager.clear();
        const auto ranges = state.ranges_by_type.find(static_cast<int>(type));
        if (ranges == state.ranges_by_type.end()) {
            continue;
        }
        for (const auto& [start, size] : ranges->second) {
            manager.allocate_buffer_at(start, size, size, 1);
        }
    }
}

AllocatorState AllocatorImpl::extract_state() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    AllocatorState state;
    for (const BufferType type : kTypes) {
        state.ranges_by_type[static_cast<int>(type)] = manager_of(type).allocated_ranges();
    }
    return state;
}

void AllocatorImpl::shrink_allocator_size(const BufferType& buffer_type, DeviceAddr shrink_size, bool bottom_up) {
    STANDIN_FATAL(bottom_up, "Only shrinking from the bottom is supported");
    const std::lock_guard<std::mutex> lock(mutex_);
    manager_of(buffer_type).shrink_size(shrink_size);
}

void AllocatorImpl::reset_allocator_size(const BufferType& buffer_type) {
    const std::lock_guard<std::mutex> lock(mutex_);
    manager_of(buffer_type).reset_size();
}

void AllocatorImpl::mark_allocations_unsafe() {
    const std::lock_guard<std::mutex> lock(mutex_);
    allocations_unsafe_ = true;
}

void AllocatorImpl::mark_allocations_safe() {
    const std::lock_guard<std::mutex> lock(mutex_);
    allocations_unsafe_ = false;
}

const AllocatorConfig& AllocatorImpl::get_config() const { return *config_; }

std::unordered_set<Buffer*> AllocatorImpl::get_allocated_buffers() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return allocated_buffers_;
}

std::size_t AllocatorImpl::get_num_allocated_buffers() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return allocated_buffers_.size();
}

std::uint32_t AllocatorImpl::get_alignment(BufferType buffer_type) const {
    return manager_of(buffer_type).alignment_bytes();
}

std::uint32_t AllocatorImpl::get_num_banks(const BufferType& buffer_type) const {
    return manager_of(buffer_type).num_banks();
}

Statistics AllocatorImpl::get_statistics(const BufferType& buffer_type) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return manager_of(buffer_type).get_statistics();
}

std::optional<DeviceAddr> AllocatorImpl::get_lowest_occupied_l1_address(std::uint32_t) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return l1_manager_->lowest_occupied_address();
}

BankManager& AllocatorImpl::manager_of(BufferType buffer_type) const {
    switch (buffer_type) {
        case BufferType::DRAM: return *dram_manager_;
        case BufferType::L1: return *l1_manager_;
        case BufferType::L1_SMALL: return *l1_small_manager_;
        case BufferType::TRACE: return *trace_buffer_manager_;
        case BufferType::SYSTEM_MEMORY: break;
    }
    STANDIN_THROW("Unsupported buffer type!");
}

}  // namespace tt::tt_metal
