// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/bank_manager.hpp"

#include <string>

#include "internal/texts.hpp"
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

void allocator::throw_below_limit(DeviceAddr limit, DeviceAddr address) {
    STANDIN_THROW(
        "Out of Memory: Cannot allocate at an address below " + std::to_string(limit) + ". Allocation at " +
        std::to_string(address));
}

BankManager::BankManager(
    BufferType buffer_type, const BankRange& range, std::uint32_t alignment, std::uint32_t granularity) :
    buffer_type_(buffer_type), alignment_bytes_(alignment), range_(range) {
    for (std::uint32_t bank = 0; bank < range.num_banks; ++bank) {
        bank_id_to_bank_offset_[bank] = 0;
    }
    allocator_dependencies_.emplace_back();
    allocated_buffers_.emplace_back();
    allocators_.emplace_back(
        std::make_unique<allocator::FreeListOpt>(range.size_bytes, range.base, granularity, granularity));
}

DeviceAddr BankManager::allocate_buffer(
    DeviceAddr size, DeviceAddr page_size, bool bottom_up, std::optional<std::uint32_t> num_shards) {
    const DeviceAddr per_bank = size_per_bank(size, page_size, num_shards);
    const bool limited = buffer_type_ == BufferType::L1 && !num_shards.has_value();
    const DeviceAddr limit = limited ? interleaved_address_limit_ : 0;
    const auto address = free_list().allocate(per_bank, bottom_up, limit);
    if (!address.has_value()) {
        throw_out_of_memory(size, num_shards.value_or(num_banks()), per_bank);
    }
    allocated_buffers_[0].insert(*address);
    return *address;
}

DeviceAddr BankManager::allocate_buffer_at(
    DeviceAddr address, DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards) {
    const auto result = free_list().allocate_at_address(address, size_per_bank(size, page_size, num_shards));
    STANDIN_FATAL(
        result.has_value(),
        "The address " + std::to_string(address) + " with " + std::to_string(size) + " B of " +
            type_name(buffer_type_) + " is not free");
    allocated_buffers_[0].insert(*result);
    return *result;
}

void BankManager::deallocate_buffer(DeviceAddr address) {
    free_list().deallocate(address);
    allocated_buffers_[0].erase(address);
}

// Of those that were handed out: a block that a failed allocation left behind stays until the list is cleared.
void BankManager::deallocate_all() {
    for (const DeviceAddr address : allocated_buffers_[0]) {
        free_list().deallocate(address);
    }
    allocated_buffers_[0].clear();
}

void BankManager::clear() {
    free_list().clear();
    allocated_buffers_[0].clear();
}

void BankManager::shrink_size(DeviceAddr shrink_size) {
    STANDIN_FATAL(
        free_list().shrink_size(shrink_size),
        "Shrink size " + std::to_string(shrink_size) + " does not fit into the free space at the bottom of the bank");
}

void BankManager::reset_size() { free_list().reset_size(); }

Statistics BankManager::get_statistics() const { return free_list().get_statistics(); }

std::optional<DeviceAddr> BankManager::lowest_occupied_address() const {
    return free_list().lowest_occupied_address();
}

AllocatorState::Ranges BankManager::allocated_ranges() const { return free_list().allocated_ranges(); }

// Pages are dealt round robin; the fullest bank decides, and every bank loses that much.
DeviceAddr BankManager::size_per_bank(
    DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards) const {
    const std::uint32_t banks = num_shards.value_or(num_banks());
    STANDIN_FATAL(banks != 0 && banks <= num_banks(), "Invalid number of banks");
    const DeviceAddr pages = size / page_size;
    return (pages + banks - 1) / banks * page_size;
}

void BankManager::throw_out_of_memory(DeviceAddr size, std::uint32_t banks, DeviceAddr per_bank) const {
    const Statistics statistics = free_list().get_statistics();
    const std::string text = standin::filled(
        standin::texts().out_of_memory,
        {{"size", std::to_string(size)},
         {"type", type_name(buffer_type_)},
         {"banks", std::to_string(banks)},
         {"per_bank", std::to_string(per_bank)},
         {"bank", std::to_string(range_.size_bytes)},
         {"used", std::to_string(statistics.total_allocated_bytes)},
         {"free", std::to_string(statistics.total_free_bytes)},
         {"largest", std::to_string(statistics.largest_free_block_bytes)}});
    STANDIN_FAIL("TT_FATAL", "address.has_value()", text);
}

}  // namespace tt::tt_metal
