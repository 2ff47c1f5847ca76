// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/timeline_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

bool passes(const ViewFilter& filter, SeriesKind kind) {
    switch (kind) {
        case SeriesKind::Dram: return filter.passes(MemoryKind::Dram);
        case SeriesKind::L1: return filter.passes(MemoryKind::L1);
        case SeriesKind::CircularBuffers: return filter.passes(MemoryKind::CircularBuffer);
        case SeriesKind::L1Small: return filter.passes(MemoryKind::L1Small);
        case SeriesKind::Trace: return filter.passes(MemoryKind::Trace);
        case SeriesKind::SystemMemory: return filter.passes(MemoryKind::SystemMemory);
        case SeriesKind::L1AndCircularBuffers: break;
    }
    return filter.passes(MemoryKind::L1) && filter.passes(MemoryKind::CircularBuffer);
}

TimelineRow timeline_row(const Place& place, SeriesKind kind, const UsageRow& usage) {
    TimelineRow row{{place}, kind, levels_of(usage), usage.now, usage.peak, usage.peak_t_ns};
    for (const auto& slice : row.slices) {
        const bool says = slice.second.max > 0 && kind != SeriesKind::CircularBuffers;
        row.any_size = row.any_size || (says && slice.second.by_size);
        row.any_footprint = row.any_footprint || (says && !slice.second.by_size);
    }
    return row;
}

bool same_history(const TimelineRow& a, const TimelineRow& b) {
    return a.kind == b.kind && a.peak_t_ns == b.peak_t_ns && a.peak_bytes == b.peak_bytes && a.slices == b.slices;
}

std::string on_owner(const Mark& mark) { return mark.owner.empty() ? std::string() : " on " + mark.owner; }

std::string with_reason(std::string text, std::string_view what) {
    return what.empty() ? text : fmt::format("{}: {}", text, what);
}

}  // namespace

std::string Timeline::unit() const {
    const bool size = std::any_of(rows.begin(), rows.end(), [](const TimelineRow& row) { return row.any_size; });
    const bool footprint = std::any_of(rows.begin(), rows.end(), [](const TimelineRow& row) { return row.any_footprint; });
    if (size) {
        return footprint ? "footprints, or sizes while those are not known" : "sizes";
    }
    return "footprints";
}

Timeline build_timeline(const UsageSeries& series, const ViewFilter& filter) {
    Timeline timeline;
    timeline.start_t_ns = series.start_t_ns();
    timeline.end_t_ns = std::max(series.end_t_ns(), series.start_t_ns());
    timeline.width_ns = series.width_ns();
    timeline.rows_left_out = series.rows_left_out();
    for (const auto& [where, usage] : series.rows()) {
        const auto& [place, kind] = where;
        const bool says_l1_again = kind == SeriesKind::L1AndCircularBuffers &&
                                   series.rows().count({place, SeriesKind::CircularBuffers}) == 0;
        if (says_l1_again || !filter.passes(place) || !passes(filter, kind)) {
            continue;
        }
        TimelineRow row = timeline_row(place, kind, usage);
        const auto same = std::find_if(timeline.rows.begin(), timeline.rows.end(), [&](const TimelineRow& other) {
            return same_history(other, row);
        });
        if (same == timeline.rows.end()) {
            timeline.rows.push_back(std::move(row));
        } else {
            same->places.push_back(place);
        }
    }
    // Places that share some rows and not others must not stand between each other's.
    std::stable_sort(timeline.rows.begin(), timeline.rows.end(), [](const TimelineRow& a, const TimelineRow& b) {
        return std::tie(a.places, a.kind) < std::tie(b.places, b.kind);
    });
    return timeline;
}

std::vector<std::uint64_t> highest_levels(const TimelineRow& row, std::uint32_t slices, std::size_t columns) {
    std::vector<std::uint64_t> highest(columns, 0);
    const auto column_of = [&](std::uint32_t slice) {
        return std::min(static_cast<std::size_t>(std::uint64_t{slice} * columns / slices), columns - 1);
    };
    for (std::size_t i = 0; i < row.slices.size(); ++i) {
        const auto& [index, level] = row.slices[i];
        const std::size_t first = column_of(index);
        // Until the next change: the columns in between hold what was left, and so does the next one at its beginning.
        const std::size_t next = i + 1 < row.slices.size() ? column_of(row.slices[i + 1].first) : columns;
        highest[first] = std::max(highest[first], level.max);
        for (std::size_t column = first + 1; column < next; ++column) {
            highest[column] = level.last;
        }
    }
    return highest;
}

std::string_view mark_noun(MarkKind kind) {
    switch (kind) {
        case MarkKind::FailedAllocation: return "failed allocation";
        case MarkKind::Clash: return "refused launch";
        case MarkKind::Gap: return "gap";
        case MarkKind::TraceCapture: return "trace capture";
        case MarkKind::Close: return "close";
        case MarkKind::ProcessStart: return "process start";
        case MarkKind::ProcessExit: return "process exit";
        case MarkKind::Refused: return "refused request";
        case MarkKind::Named: return "mark";
        case MarkKind::Walk: break;
    }
    return "walk";
}

std::string mark_text(MarkKind kind, const Mark& mark) {
    switch (kind) {
        case MarkKind::FailedAllocation: {
            const std::string_view type = mark.type ? to_string(*mark.type) : "memory";
            return with_reason(fmt::format("{} of {}{}", human_bytes(mark.amount), type, on_owner(mark)), mark.what);
        }
        case MarkKind::Clash: return "no place for the buffers of a program" + on_owner(mark);
        case MarkKind::Gap: return counted(mark.amount, "event") + " lost";
        case MarkKind::TraceCapture: return human_bytes(mark.amount) + on_owner(mark);
        case MarkKind::Close:
            return mark.what.empty() ? (mark.owner.empty() ? "unknown owner" : mark.owner)
                                     : fmt::format("{} {}", human_bytes(mark.amount), mark.what);
        case MarkKind::ProcessStart:
        case MarkKind::ProcessExit: return fmt::format("pid {}", mark.pid);
        case MarkKind::Named: return mark.name;
        case MarkKind::Refused: return with_reason("by a check of the runtime", mark.what);
        case MarkKind::Walk: break;
    }
    return with_reason(fmt::format("{} found or gone", counted(mark.amount, "buffer")), mark.what);
}

}  // namespace tt::alloc_trace
