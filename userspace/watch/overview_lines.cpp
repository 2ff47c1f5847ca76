// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "report/human_size.hpp"
#include "report/view_words.hpp"
#include "watch/overview.hpp"

namespace tt::alloc_trace::watch {
namespace {

constexpr std::size_t kPercent = 4;
constexpr std::size_t kSize = 10;  // "1023.9 MiB"
constexpr std::size_t kRate = 11;  // "+1023.9 KiB"

constexpr std::size_t kWide = 110;
constexpr std::size_t kLeastBar = 7;
constexpr std::size_t kLeastTrend = 12;

// Columns of the page; 0: left out.
struct Columns {
    std::size_t name = 11;
    std::size_t dram = 0;  // bars
    std::size_t l1 = 0;
    std::size_t dram_size = 0;
    std::size_t l1_small = 8;
    std::size_t trace = 5;
    std::size_t trend = 0;
    std::size_t rate = 0;
};

// `of_process`: rows stand for processes, and have their names.
Columns columns_for(std::size_t width, bool of_process) {
    Columns columns;
    columns.name = of_process ? 18 : columns.name;
    if (width >= kWide) {
        columns.name = of_process ? 40 : 20;
        columns.dram_size = kSize;
    }
    std::size_t room = width - std::min(width, columns.name + 1 + 2 * (kPercent + 2) + columns.l1_small + columns.trace + 2 + (columns.dram_size == 0 ? 0 : kSize + 1));
    if (room >= kRate + 1 + 2 * kLeastBar) {
        columns.rate = kRate;
        room -= kRate + 1;
    }
    if (room >= kLeastTrend + 1 + 2 * kLeastBar) {
        columns.trend = std::clamp<std::size_t>(room / 3, kLeastTrend, 60);
        room -= columns.trend + 1;
    }
    columns.dram = std::min<std::size_t>((room + 1) / 2, 40);
    columns.l1 = std::min<std::size_t>(room / 2, 40);
    return columns;
}

void add_gauge(Line& line, const Gauge& gauge, std::size_t bar_columns, bool utf8) {
    if (gauge.there && !gauge.capacity) {
        line.right(percent(gauge), bar_columns + 1 + kPercent);
        return;
    }
    line.add(bar(gauge, bar_columns, utf8)).add(" ");
    line.right(percent(gauge), kPercent, ink_of(gauge));
}

std::string rate_text(const ChipRow& chip) {
    const double rate = std::round(chip.change_per_s);
    if (!chip.change_known || rate == 0) {
        return {};
    }
    return change_text(static_cast<std::int64_t>(rate));
}

Line chip_line(
    const ChipRow& chip, bool of_process, const UsageHistory& history, const OverviewOptions& options, std::size_t width, bool utf8
) {
    const Columns columns = columns_for(width, of_process);
    Line line(width, utf8);
    const std::string name = of_process ? fmt::format("{} {}  {}", chip.process->pid, chip_name(chip), chip.process->command) : chip_name(chip);
    line.left(name, columns.name, chip.process->ended ? Ink::Dim : Ink::Strong);
    const Gauge& dram = chip.of(MemoryKind::Dram);
    add_gauge(line, dram, columns.dram, utf8);
    if (columns.dram_size != 0) {
        line.right(dram.there ? human_bytes(dram.used) : "", columns.dram_size);
    }
    add_gauge(line, chip.of(MemoryKind::L1), columns.l1, utf8);
    line.right(percent(chip.of(MemoryKind::L1Small)), columns.l1_small, ink_of(chip.of(MemoryKind::L1Small)));
    line.right(percent(chip.of(MemoryKind::Trace)), columns.trace, ink_of(chip.of(MemoryKind::Trace)));
    if (columns.trend != 0) {
        const std::vector<std::uint64_t> values = history.columns(chip.process->key, chip.places.front(), options.trend, columns.trend);
        line.right(sparkline(values, utf8), columns.trend, Ink::Good);
    }
    if (columns.rate != 0) {
        line.right(rate_text(chip), columns.rate);
    }
    return line;
}

// Why it has no chips.
std::string without_memory(const WatchProcess& process) {
    if (process.health.not_seen) {
        return "what it does is not seen: " + process.health.not_seen->why;
    }
    if (process.filtered) {
        return "nothing on the devices and types asked for (--device, --type)";
    }
    if (process.idle_places.empty()) {
        return "no device memory used yet";
    }
    return "no device memory used yet on " + place_list(process.idle_places);
}

Line process_line(const ProcessRow& row, std::size_t width, bool utf8) {
    const WatchProcess& process = *row.process;
    Line line(width, utf8);
    std::string totals;
    for (const MemoryKind kind : {MemoryKind::Dram, MemoryKind::L1}) {
        const Gauge& total = row.total(kind);
        if (total.there) {
            totals += fmt::format("  {} {}", to_string(kind), human_bytes(total.taken()));
            totals += total.capacity ? fmt::format(" of {}", human_bytes(*total.capacity)) : "";
        }
    }
    totals = row.chip_count == 0 ? without_memory(process) : counted(row.chip_count, "chip") + totals;
    const std::string who = fmt::format("pid {}{}", process.pid, ended_text(process.ended, process.health.exit_status));
    line.add(who, process.ended ? Ink::Dim : Ink::Strong).add("  ");
    const std::size_t columns = display_width(printable(totals, utf8)) + 2;
    if (line.room() > columns + 10) {
        line.left(process.command, line.room() - columns, process.ended ? Ink::Dim : Ink::Strong);
    }
    line.add(totals, Ink::Dim);
    return line;
}

struct Entry {
    const ProcessRow* process = nullptr;
    const ChipRow* chip = nullptr;  // nullptr: the line of the process
};

// Each row stands for a process of several.
bool rows_are_processes(const std::vector<ProcessRow>& processes) {
    return processes.size() > 1 && std::all_of(processes.begin(), processes.end(), [](const ProcessRow& process) { return process.folded; });
}

}  // namespace

Line overview_heading(const std::vector<ProcessRow>& processes, const OverviewOptions& options, std::size_t width, bool utf8) {
    const Columns columns = columns_for(width, rows_are_processes(processes));
    Line line(width, utf8);
    line.left(rows_are_processes(processes) ? "PID, CHIP" : "CHIP", columns.name, Ink::Dim);
    line.left("DRAM", columns.dram + 1 + kPercent, Ink::Dim);
    if (columns.dram_size != 0) {
        line.right("USED", columns.dram_size, Ink::Dim);
    }
    line.left("L1 + CB", columns.l1 + 1 + kPercent, Ink::Dim);
    line.right("L1_SMALL", columns.l1_small, Ink::Dim);
    line.right("TRACE", columns.trace, Ink::Dim);
    if (columns.trend != 0) {
        line.left(fmt::format("{}, 2 MIN", to_string(options.trend)), columns.trend, Ink::Dim);
    }
    if (columns.rate != 0) {
        line.right(fmt::format("{}/S", columns.trend == 0 ? to_string(options.trend) : "CHANGE"), columns.rate, Ink::Dim);
    }
    return line;
}

ListSource overview_list(
    const std::vector<ProcessRow>& processes,
    const UsageHistory& history,
    const OverviewOptions& options,
    std::size_t width,
    bool utf8
) {
    const bool of_process = rows_are_processes(processes);
    auto entries = std::make_shared<std::vector<Entry>>();
    for (const ProcessRow& process : processes) {
        if (process.chips.empty() || (processes.size() > 1 && !of_process)) {
            entries->push_back({&process, nullptr});
        }
        for (const ChipRow& chip : process.chips) {
            entries->push_back({&process, &chip});
        }
    }
    const auto id = [entries](std::size_t i) -> std::optional<RowId> {
        const ChipRow* chip = (*entries)[i].chip;
        return chip == nullptr ? std::nullopt : std::optional(chip_id(chip->process->key, chip->places.front()));
    };
    const auto line = [entries, of_process, &history, options, width, utf8](std::size_t i) {
        const Entry& entry = (*entries)[i];
        return entry.chip == nullptr ? process_line(*entry.process, width, utf8)
                                     : chip_line(*entry.chip, of_process, history, options, width, utf8);
    };
    return {entries->size(), id, line};
}

}  // namespace tt::alloc_trace::watch
