// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The page of one chip: its kinds of memory, the addresses of one of them, and who holds what there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "watch/buffer_classes.hpp"
#include "watch/memory_strip.hpp"
#include "watch/overview.hpp"

namespace tt::alloc_trace::watch {

enum class GroupOrder : std::uint8_t { Bytes, Change, Count, Newest };
inline constexpr std::size_t kGroupOrders = 4;
enum class BufferOrder : std::uint8_t { Size, Newest, Oldest, Address };
inline constexpr std::size_t kBufferOrders = 4;

struct BufferRow {
    AllocationKey key;
    const LiveBuffer* buffer = nullptr;
    BufferClass of;
};

struct ChipOptions {
    MemoryKind kind = MemoryKind::Dram;
    Grouping grouping = Grouping::All;
    GroupOrder group_order = GroupOrder::Bytes;
    BufferOrder buffer_order = BufferOrder::Size;
    std::optional<RowId> group;  // buffers: of this one only
    std::string filter;
};

[[nodiscard]] std::vector<Group> chip_groups(
    const ProcessState& process, const Place& place, const ChipOptions& options, const ClassBaseline* baseline, CallSites& sites
);

// Point into `process`.
[[nodiscard]] std::vector<BufferRow> chip_buffers(
    const ProcessState& process, const Place& place, const ChipOptions& options, CallSites& sites
);

// What the lines of the page need besides the rows.
struct ChipStyle {
    std::size_t width = 80;
    bool utf8 = true;
    std::uint64_t now_ns = 0;
    bool changes = false;  // there is a baseline
};

// A line for each kind that is used, that of `kind` marked.
[[nodiscard]] std::vector<Line> kind_lines(const std::array<Gauge, kMemoryKindCount>& gauges, MemoryKind kind, const ChipStyle& style);
// The addresses and the largest holes.
[[nodiscard]] std::vector<Line> strip_lines(const std::optional<MemoryStrip>& strip, const ChipStyle& style);

[[nodiscard]] Line group_heading(const ChipOptions& options, const ChipStyle& style);
// `groups` must outlive it; `total`: bytes of all there.
[[nodiscard]] ListSource group_list(const std::vector<Group>& groups, Grouping grouping, std::uint64_t total, const ChipStyle& style);

[[nodiscard]] Line buffer_heading(const ChipStyle& style);
[[nodiscard]] ListSource buffer_list(const std::vector<BufferRow>& buffers, CallSites& sites, const ChipStyle& style);

[[nodiscard]] RowId buffer_id(const AllocationKey& key);
// All that is known of one buffer, then its calls, innermost first.
[[nodiscard]] std::vector<Line> buffer_facts(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const StackTable& stacks, CallSites& sites, const ChipStyle& style
);

}  // namespace tt::alloc_trace::watch
