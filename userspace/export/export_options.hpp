// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an export holds; each format heeds what concerns it.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/observer.hpp"
#include "report/memory_kind.hpp"

namespace tt::alloc_trace {

enum class GroupWeight : std::uint8_t {
    Live,       // live at the end
    Peak,       // live when the sum over all groups was highest
    Allocated,  // by all allocations of the window
};
inline constexpr std::size_t kGroupWeightCount = 3;

struct ExportOptions {
    ReplayWindow window;         // what the caller replays
    ViewFilter filter;
    std::uint64_t min_size = 0;  // bytes per chip; smaller buffers are left out
    GroupWeight weight = GroupWeight::Peak;  // folded, speedscope
    bool weigh_counts = false;               // likewise: buffers instead of bytes
    // ttnn-visualizer: a pseudo-operation every so many events; 0: as many as are good to look at.
    std::uint64_t every = 0;
    bool every_launch = false;  // likewise: at program launches
    // ttnn-visualizer: live buffers of all operations; torch-*: allocations and frees. 0: as the format has it.
    std::uint64_t max_rows = 0;

    [[nodiscard]] bool passes(const std::vector<Place>& places, MemoryKind kind, std::uint64_t size) const {
        return size >= min_size && filter.passes(kind) && filter.passes_any(places);
    }
};

}  // namespace tt::alloc_trace
