// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// BankManager: all banks of one buffer type. Banks are used in lock-step, so one free list stands for all of them. The
// members are in the order of the era since September 2025, when one manager could serve several dependent allocators.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "runtime/allocator_config.hpp"
#include "runtime/buffer_types.hpp"
#include "runtime/free_list_opt.hpp"
#include "runtime/small_vector.hpp"

namespace tt::tt_metal {

struct StandinAccess;

struct BankRange {
    std::uint32_t num_banks = 0;
    DeviceAddr size_bytes = 0;  // of one bank
    DeviceAddr base = 0;        // first usable address in a bank
};

class BankManager {
public:
    BankManager(BufferType buffer_type, const BankRange& range, std::uint32_t alignment, std::uint32_t granularity);

    // Throws "Out of Memory: ..." when no block is large enough, or when an interleaved L1 buffer came to lie below the
    // interleaved limit: then its block stays in use for ever.
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
    std::uint32_t num_banks() const { return static_cast<std::uint32_t>(bank_id_to_bank_offset_.size()); }
    std::uint32_t alignment_bytes() const { return alignment_bytes_; }
    std::optional<DeviceAddr> lowest_occupied_address() const;
    AllocatorState::Ranges allocated_ranges() const;

private:
    DeviceAddr size_per_bank(DeviceAddr size, DeviceAddr page_size, std::optional<std::uint32_t> num_shards) const;
    [[noreturn]] void throw_out_of_memory(DeviceAddr size, std::uint32_t banks, DeviceAddr per_bank) const;

    friend struct StandinAccess;
    // Which allocators may not overlap which; there is one here, which depends on none.
    using Dependencies = SmallVector<SmallVector<std::uint32_t>>;

    allocator::FreeListOpt& free_list() const { return *allocators_[0]; }

    BufferType buffer_type_;
    std::unordered_map<std::uint32_t, std::int64_t> bank_id_to_bank_offset_;
    DeviceAddr interleaved_address_limit_ = 0;
    std::uint32_t alignment_bytes_;
    Dependencies allocator_dependencies_;
    SmallVector<std::unordered_set<DeviceAddr>> allocated_buffers_;
    SmallVector<std::unique_ptr<allocator::FreeListOpt>> allocators_;
    BankRange range_;
};

}  // namespace tt::tt_metal
