// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// BankManager: all banks of one buffer type. Banks are used in lock-step, so one free list stands for all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/allocator_config.hpp"
#include "runtime/buffer_types.hpp"
#include "runtime/free_list_opt.hpp"

namespace tt::tt_metal {

struct BankRange {
    std::uint32_t num_banks = 0;
    DeviceAddr size_bytes = 0;  // of one bank
    DeviceAddr base = 0;        // first usable address in a bank
};

class BankManager {
public:
    BankManager(BufferType buffer_type, const BankRange& range, std::uint32_t alignment, std::uint32_t granularity);

    // Throws "Out of Memory: ..." when no block is large enough.
    DeviceAddr allocate_buffer(
        DeviceAddr size, DeviceAddr page_size, bool bottom_up, std::optional<std::uint32_t> num_shards);
    DeviceAddr allocate_buffer_at(
        DeviceAddr address, DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards);
    void deallocate_buffer(DeviceAddr address);
    void deallocate_all();
    void clear();
    void shrink_size(DeviceAddr shrink_size);
    void reset_size();

    Statistics get_statistics() const;
    std::uint32_t num_banks() const { return range_.num_banks; }
    std::uint32_t alignment_bytes() const { return alignment_bytes_; }
    std::optional<DeviceAddr> lowest_occupied_address() const;
    AllocatorState::Ranges allocated_ranges() const;

private:
    DeviceAddr size_per_bank(DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards) const;
    [[noreturn]] void throw_out_of_memory(DeviceAddr size, std::uint32_t banks, DeviceAddr per_bank) const;

    BufferType buffer_type_;
    BankRange range_;
    std::uint32_t alignment_bytes_;
    std::unique_ptr<allocator::FreeListOpt> free_list_;
};

}  // namespace tt::tt_metal
