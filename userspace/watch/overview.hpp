// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The first page: every chip of every process with what is used of each kind of its memory.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "watch/gauge.hpp"
#include "watch/history.hpp"
#include "watch/list.hpp"

namespace tt::alloc_trace::watch {

enum class ChipOrder : std::uint8_t { Fullest, Id, Change };
inline constexpr std::size_t kChipOrders = 3;

// Which chips share a row. Fit: equal ones, or all of a process if that is what it takes to fit the screen.
enum class Fold : std::uint8_t { Fit, None, Equal, Process };
inline constexpr std::size_t kFolds = 4;

struct ChipRow {
    const WatchProcess* process = nullptr;
    std::vector<Place> places;  // alike, or of one process; the first is shown, and opened
    std::size_t others = 0;     // folded into it without being alike
    std::array<Gauge, kMemoryKindCount> gauges;  // by MemoryKind; circular buffers are in that of L1
    double fullest = 0;         // of its gauges
    double change_per_s = 0;    // bytes, of the kind whose trend is shown
    bool change_known = false;

    [[nodiscard]] const Gauge& of(MemoryKind kind) const { return gauges[static_cast<std::size_t>(kind)]; }
};

struct ProcessRow {
    const WatchProcess* process = nullptr;
    std::vector<ChipRow> chips;
    std::size_t chip_count = 0;
    bool folded = false;  // all its chips in one row
    std::array<Gauge, kMemoryKindCount> totals;  // of its chips

    [[nodiscard]] const Gauge& total(MemoryKind kind) const { return totals[static_cast<std::size_t>(kind)]; }
};

struct OverviewOptions {
    ChipOrder order = ChipOrder::Fullest;
    Fold fold = Fold::Fit;
    MemoryKind trend = MemoryKind::Dram;  // whose history and change is shown
    std::string filter;                   // text that a row must have in it; upper and lower case are alike
};

// Gauges of one chip of one process. `first`: its first row in `process`; it is left behind its last.
[[nodiscard]] std::array<Gauge, kMemoryKindCount> gauges_of(
    const WatchProcess& process, std::vector<WatchRow>::const_iterator& first
);

// Processes without rows of memory come last, and ended ones that used none not at all. Points into `model`. `rows`: for so many
// lines there is room (Fold::Fit).
[[nodiscard]] std::vector<ProcessRow> overview(
    const WatchModel& model, const UsageHistory& history, const OverviewOptions& options, std::size_t rows
);

[[nodiscard]] RowId chip_id(const ProcessKey& process, const Place& place);

// "chip 3", "chips 0-7", "chip 3 +7".
[[nodiscard]] std::string chip_name(const ChipRow& chip);

[[nodiscard]] bool matches(std::string_view text, std::string_view filter);  // upper and lower case are alike

// The columns' names, and the rows as a list. `processes` must outlive it.
[[nodiscard]] Line overview_heading(
    const std::vector<ProcessRow>& processes, const OverviewOptions& options, std::size_t width, bool utf8
);
[[nodiscard]] ListSource overview_list(
    const std::vector<ProcessRow>& processes,
    const UsageHistory& history,
    const OverviewOptions& options,
    std::size_t width,
    bool utf8
);

}  // namespace tt::alloc_trace::watch
