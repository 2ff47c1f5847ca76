// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "report/view_words.hpp"

namespace tt::alloc_trace::watch {
namespace {

Gauge gauge_of(const WatchRow& row) {
    Gauge gauge;
    gauge.there = true;
    gauge.buffers = row.usage.buffers;
    gauge.used = shown_bytes(row.usage);
    gauge.peak = row.usage.peak_footprint_bytes.value_or(row.usage.peak_bytes);
    gauge.exact = row.usage.footprint_bytes.has_value();
    const Capacity& capacity = row.capacity;
    if (capacity.known()) {
        gauge.capacity = capacity.of_chip(capacity.bank_bytes);
    }
    if (capacity.use) {
        gauge.used = capacity.of_chip(capacity.use->used);
        gauge.free = capacity.of_chip(capacity.use->free);
        gauge.largest_free = capacity.of_chip(capacity.use->largest_free);
    }
    gauge.peak = std::max(gauge.peak, gauge.used);
    if (row.baseline) {
        gauge.baseline = row.baseline->footprint_bytes.value_or(row.baseline->bytes);
    }
    return gauge;
}

void add(Gauge& total, const Gauge& one) {
    if (!one.there) {
        return;
    }
    total.capacity = !total.there ? one.capacity : total.capacity && one.capacity ? std::optional(*total.capacity + *one.capacity) : std::nullopt;
    total.there = true;
    total.used += one.used;
    total.circular += one.circular;
    total.buffers += one.buffers;
    total.exact = total.exact && one.exact;
}

std::vector<ChipRow> chips_of(const WatchProcess& process, const UsageHistory& history, const OverviewOptions& options) {
    std::vector<ChipRow> chips;
    for (auto row = process.rows.begin(); row != process.rows.end();) {
        ChipRow chip;
        chip.process = &process;
        chip.places = {row->place};
        chip.gauges = gauges_of(process, row);
        for (const Gauge& gauge : chip.gauges) {
            chip.fullest = std::max(chip.fullest, gauge.fullness());
        }
        const auto change = history.change_per_s(process.key, chip.places.front(), options.trend);
        chip.change_known = change.has_value();
        chip.change_per_s = change.value_or(0);
        chips.push_back(std::move(chip));
    }
    return chips;
}

void fold_equal(std::vector<ChipRow>& chips) {
    std::vector<ChipRow> folded;
    for (ChipRow& chip : chips) {
        const auto same = std::find_if(folded.begin(), folded.end(), [&chip](const ChipRow& other) {
            return other.gauges == chip.gauges && std::llround(other.change_per_s) == std::llround(chip.change_per_s);
        });
        if (same == folded.end()) {
            folded.push_back(std::move(chip));
        } else {
            same->places.push_back(chip.places.front());
        }
    }
    chips = std::move(folded);
}

void fold_all(std::vector<ChipRow>& chips) {
    for (std::size_t i = 1; i < chips.size(); ++i) {
        chips.front().others += chips[i].places.size();
    }
    chips.resize(std::min<std::size_t>(chips.size(), 1));
}

// As it is shown: chips that look alike do not change places at every refresh.
long in_percent(const ChipRow& chip) { return std::lround(chip.fullest * 100); }

void sort_chips(std::vector<ChipRow>& chips, ChipOrder order) {
    std::stable_sort(chips.begin(), chips.end(), [order](const ChipRow& a, const ChipRow& b) {
        switch (order) {
            case ChipOrder::Fullest:
                if (in_percent(a) != in_percent(b)) {
                    return in_percent(a) > in_percent(b);
                }
                break;
            case ChipOrder::Change:
                if (a.change_per_s != b.change_per_s) {
                    return a.change_per_s > b.change_per_s;
                }
                break;
            case ChipOrder::Id: break;
        }
        return a.places.front() < b.places.front();
    });
}

bool passes(const ChipRow& chip, const std::string& filter) {
    return filter.empty() || matches(chip_name(chip), filter) ||
           matches(fmt::format("pid {} {}", chip.process->pid, chip.process->command), filter);
}

// The fullest chip, or the fastest, of all of them stands on top of the page.
void sort_processes(std::vector<ProcessRow>& processes, ChipOrder order) {
    std::stable_sort(processes.begin(), processes.end(), [order](const ProcessRow& a, const ProcessRow& b) {
        if (a.chips.empty() || b.chips.empty()) {
            return !a.chips.empty() && b.chips.empty();
        }
        switch (order) {
            case ChipOrder::Fullest: return in_percent(a.chips.front()) > in_percent(b.chips.front());
            case ChipOrder::Change: return a.chips.front().change_per_s > b.chips.front().change_per_s;
            case ChipOrder::Id: break;
        }
        return false;  // as they appeared
    });
}

std::size_t lines_of(const std::vector<ProcessRow>& processes) {
    std::size_t lines = processes.size() > 1 ? processes.size() : 0;
    for (const ProcessRow& process : processes) {
        lines += std::max<std::size_t>(process.chips.size(), processes.size() > 1 ? 0 : 1);
    }
    return lines;
}

}  // namespace

std::array<Gauge, kMemoryKindCount> gauges_of(const WatchProcess& process, std::vector<WatchRow>::const_iterator& first) {
    std::array<Gauge, kMemoryKindCount> gauges;
    const Place place = first->place;
    for (; first != process.rows.end() && first->place == place; ++first) {
        if (first->kind != MemoryKind::CircularBuffer) {
            gauges[static_cast<std::size_t>(first->kind)] = gauge_of(*first);
            continue;
        }
        Gauge& l1 = gauges[static_cast<std::size_t>(MemoryKind::L1)];
        l1.there = true;
        l1.circular = first->usage.bytes;
    }
    return gauges;
}

std::vector<ProcessRow> overview(
    const WatchModel& model, const UsageHistory& history, const OverviewOptions& options, std::size_t rows
) {
    std::vector<ProcessRow> processes;
    for (const WatchProcess& process : model.processes) {
        ProcessRow row;
        row.process = &process;
        row.chips = chips_of(process, history, options);
        row.chip_count = row.chips.size();
        for (const ChipRow& chip : row.chips) {
            for (std::size_t i = 0; i < kMemoryKindCount; ++i) {
                add(row.totals[i], chip.gauges[i]);
            }
        }
        std::erase_if(row.chips, [&options](const ChipRow& chip) { return !passes(chip, options.filter); });
        const bool nothing = row.chips.empty() && (process.ended || !options.filter.empty()) && !process.health.not_seen;
        if (!nothing) {
            processes.push_back(std::move(row));
        }
    }
    for (ProcessRow& process : processes) {
        if (options.fold == Fold::Fit || options.fold == Fold::Equal) {
            fold_equal(process.chips);
        }
        sort_chips(process.chips, options.order);
    }
    if (options.fold == Fold::Process || (options.fold == Fold::Fit && processes.size() > 1 && lines_of(processes) > rows)) {
        for (ProcessRow& process : processes) {
            fold_all(process.chips);
            process.folded = true;
        }
    }
    sort_processes(processes, options.order);
    return processes;
}

RowId chip_id(const ProcessKey& process, const Place& place) {
    return {process.pid, process.first_t_ns, static_cast<std::uint64_t>(place.kind), static_cast<std::uint32_t>(place.id)};
}

std::string chip_name(const ChipRow& chip) {
    const std::string alike = place_list(chip.places);
    return chip.others == 0 ? alike : fmt::format("{} +{}", alike, chip.others);
}

bool matches(std::string_view text, std::string_view filter) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(text.begin(), text.end(), filter.begin(), filter.end(), same) != text.end();
}

}  // namespace tt::alloc_trace::watch
