// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/bank_manager.hpp"

#include <string>

#include "runtime/fatal.hpp"

namespace tt::tt_metal {

namespace {

const char* type_name(BufferType type) {
    switch (type) {
        case BufferType::DRAM: return "DRAM";
        case BufferType::L1: return "L1";
        case BufferType::SYSTEM_MEMORY: return "SYSTEM_MEMORY";
        case BufferType::L1_SMALL: return "L1_SMALL";
        case BufferType::TRACE: return "TRACE";
    }
    return "UNKNOWN";
}

}  // namespace

BankManager::BankManager(
    BufferType buffer_type, const BankRange& range, std::uint32_t alignment, std::uint32_t granularity) :
    buffer_type_(buffer_type),
    range_(range),
    alignment_bytes_(alignment),
    free_list_(std::make_unique<allocator::FreeListOpt>(range.size_bytes, range.base, granularity, granularity)) {}

DeviceAddr BankManager::allocate_buffer(
    DeviceAddr size, DeviceAddr page_size, bool bottom_up, std::optional<std::uint32_t> num_shards) {
    const DeviceAddr per_bank = size_per_bank(size, page_size, num_shards);
    const auto address = free_list_->allocate(per_bank, bottom_up);
    if (!address.has_value()) {
        throw_out_of_memory(size, num_shards.value_or(range_.num_banks), per_bank);
    }
    return *address;
}

DeviceAddr BankManager::allocate_buffer_at(
    DeviceAddr address, DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards) {
    const auto result = free_list_->allocate_at_address(address, size_per_bank(size, page_size, num_shards));
    STANDIN_FATAL(
        result.has_value(),
        "The address " + std::to_string(address) + " with " + std::to_string(size) + " B of " +
            type_name(buffer_type_) + " is not free");
    return *result;
}

void BankManager::deallocate_buffer(DeviceAddr address) { free_list_->deallocate(address); }

void BankManager::deallocate_all() {
    for (const auto& [address, size] : free_list_->allocated_ranges()) {
        free_list_->deallocate(address);
    }
}

void BankManager::clear() { free_list_->clear(); }

void BankManager::shrink_size(DeviceAddr shrink_size) {
    STANDIN_FATAL(
        free_list_->shrink_size(shrink_size),
        "Shrink size " + std::to_string(shrink_size) + " does not fit into the free space at the bottom of the bank");
}

void BankManager::reset_size() { free_list_->reset_size(); }

Statistics BankManager::get_statistics() const { return free_list_->get_statistics(); }

std::optional<DeviceAddr> BankManager::lowest_occupied_address() const {
    return free_list_->lowest_occupied_address();
}

AllocatorState::Ranges BankManager::allocated_ranges() const { return free_list_->allocated_ranges(); }

// Pages are dealt round robin; the fullest bank decides, and every bank loses that much.
DeviceAddr BankManager::size_per_bank(
    DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards) const {
    const std::uint32_t banks = num_shards.value_or(range_.num_banks);
    STANDIN_FATAL(banks != 0 && banks <= range_.num_banks, "Invalid number of banks");
    const DeviceAddr pages = size / page_size;
    return (pages + banks - 1) / banks * page_size;
}

void BankManager::throw_out_of_memory(DeviceAddr size, std::uint32_t banks, DeviceAddr per_bank) const {
    const Statistics statistics = free_list_->get_statistics();
    STANDIN_THROW(
        "Out of Memory: Not enough space to allocate " + std::to_string(size) + " B " + type_name(buffer_type_) +
        " buffer across " + std::to_string(banks) + " banks, where each bank needs to store " +
        std::to_string(per_bank) + " B, but bank size is " + std::to_string(range_.size_bytes) +
        " B (allocated: " + std::to_string(statistics.total_allocated_bytes) + " B, free: " +
        std::to_string(statistics.total_free_bytes) + " B, largest free block: " +
        std::to_string(statistics.largest_free_block_bytes) + " B)");
}

}  // namespace tt::tt_metal
