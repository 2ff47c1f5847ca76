// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an exporter keeps of each live buffer: its memory is that of the live set.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>

#include "tracker/allocation_table.hpp"
#include "tracker/process_state.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct LifeKey {
    std::uint32_t process = 0;  // ProcessState::number
    AllocationKey key;

    bool operator==(const LifeKey&) const = default;
};

struct LifeKeyHash {
    std::size_t operator()(const LifeKey& life) const noexcept {
        return AllocationKeyHash()(life.key) ^ (std::uint64_t{life.process} * 0x9e3779b97f4a7c15ULL);
    }
};

template <typename Kept>
using LifeMap = tsl::robin_map<LifeKey, Kept, LifeKeyHash>;

// Calls `started` as LifeListener has it for every buffer that is live already.
template <typename Started>
void for_each_live(const TrackerView& view, const Started& started) {
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            started(*process, key, buffer);
        }
    }
}

}  // namespace tt::alloc_trace
