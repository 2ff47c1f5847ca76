// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// What the allocators of one chip are told. The order of the members is that of the imitated era.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/buffer_types.hpp"
#include "runtime/core_coord.hpp"

namespace tt::tt_metal {

struct AllocatorConfig {
    std::size_t num_dram_channels = 0;
    std::size_t dram_bank_size = 0;
    std::vector<std::size_t> dram_bank_offsets;
    std::uint32_t dram_unreserved_base = 0;
    std::uint32_t dram_alignment = 0;
    std::uint32_t l1_unreserved_base = 0;
    CoreRangeSet worker_grid;
    std::size_t worker_l1_size = 0;
    std::uint32_t l1_small_size = 0;
    std::size_t trace_region_size = 0;
    std::unordered_map<std::uint64_t, std::uint32_t> core_type_from_noc_coord_table;
    std::unordered_map<int, int> worker_log_to_virtual_routing_x;
    std::unordered_map<int, int> worker_log_to_virtual_routing_y;
    std::vector<std::uint32_t> l1_bank_remap;
    CoreRangeSet compute_grid;
    std::uint32_t l1_alignment = 0;
    bool disable_interleaved = false;
};

// The address ranges in use, by buffer type: what override_state puts in the place of the allocator's own.
struct AllocatorState {
    using Ranges = std::vector<std::pair<DeviceAddr, DeviceAddr>>;  // start, size in one bank
    std::unordered_map<int, Ranges> ranges_by_type;
};

}  // namespace tt::tt_metal
