// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an export holds; each format heeds what concerns it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observer.hpp"
#include "origin/origin_filter.hpp"
#include "report/memory_kind.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

enum class GroupWeight : std::uint8_t {
    Live,       // live at the end
    Peak,       // live when the sum over all groups was highest
    Allocated,  // by all allocations of the window
};
inline constexpr std::size_t kGroupWeightCount = 3;

// A moment that the reader of an export looks for.
struct NamedMoment {
    std::uint64_t event = 0;  // its number in the recording
    std::string name;         // "peak of DRAM on chips 0-7 (183.0 MiB)"
    bool circular_buffers = false;  // they are part of it
};

struct ExportOptions {
    ReplayWindow window;         // what the caller replays
    bool at_moment = false;      // the end of the window is what is asked for (--at)
    ViewFilter filter;
    std::vector<std::uint32_t> processes;  // pids; empty: all
    std::uint64_t min_size = 0;  // bytes per chip; smaller buffers are left out
    std::optional<GroupWeight> weight;  // folded, speedscope, pprof
    bool weigh_counts = false;          // likewise: buffers instead of bytes
    OriginFilter origins;        // folded, speedscope, pprof: buffers asked for there; log: events
    bool calls_below = false;    // log: the calls below each line
    // ttnn-visualizer: a pseudo-operation every so many events; 0: as many as are good to look at.
    std::uint64_t every = 0;
    bool every_launch = false;  // likewise: at program launches
    std::vector<NamedMoment> peaks;  // likewise: of each type; within the window, in order
    // ttnn-visualizer: live buffers of all operations; torch-*: allocations and frees. 0: as the format has it.
    std::uint64_t max_rows = 0;

    [[nodiscard]] GroupWeight shown_weight() const { return weight.value_or(at_moment ? GroupWeight::Live : GroupWeight::Peak); }
    [[nodiscard]] bool passes_process(std::uint32_t pid) const {
        return processes.empty() || std::find(processes.begin(), processes.end(), pid) != processes.end();
    }
    [[nodiscard]] bool passes(const ProcessState& process, const Place& place, MemoryKind kind) const {
        return passes_process(process.pid) && filter.passes(place) && filter.passes(kind);
    }
    // A buffer of this size.
    [[nodiscard]] bool passes(const ProcessState& process, const AllocationKey& key, std::uint64_t size) const {
        return size >= min_size && passes_process(process.pid) && filter.passes(memory_kind(key.type)) &&
               filter.passes_any(process.owner_of(key).places);
    }
};

}  // namespace tt::alloc_trace
