// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Memory over time as a person looks at it: places with the same history share a row.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/usage_series.hpp"
#include "report/memory_kind.hpp"

namespace tt::alloc_trace {

struct TimelineRow {
    using Slices = std::vector<std::pair<std::uint32_t, Level>>;  // those in which something changed; index of the slice

    std::vector<Place> places;
    SeriesKind kind = SeriesKind::Dram;
    Slices slices;
    std::uint64_t end_bytes = 0;
    std::uint64_t peak_bytes = 0;
    std::uint64_t peak_t_ns = 0;
    bool any_size = false;       // somewhere it is sizes, as footprints were not known
    bool any_footprint = false;
};

struct Timeline {
    std::uint64_t start_t_ns = 0;
    std::uint64_t end_t_ns = 0;
    std::uint64_t width_ns = 1;     // of a slice
    std::vector<TimelineRow> rows;  // by first place, then kind
    bool rows_left_out = false;

    [[nodiscard]] std::uint32_t slices() const {
        return static_cast<std::uint32_t>((end_t_ns - start_t_ns) / width_ns) + 1;
    }
    // "footprints", "sizes", "footprints, or sizes while those are not known".
    [[nodiscard]] std::string unit() const;
};

// L1 + CB is told only where there were circular buffers.
[[nodiscard]] Timeline build_timeline(const UsageSeries& series, const ViewFilter& filter = {});

// What was held at most in each of `columns` equal parts of the time.
[[nodiscard]] std::vector<std::uint64_t> highest_levels(const TimelineRow& row, std::uint32_t slices, std::size_t columns);

// "8.0 MiB of L1 on mesh 0 (chips 0-7): exhausted"; for a mark that stands for several: of the greatest.
[[nodiscard]] std::string mark_text(MarkKind kind, const Mark& mark);

// What marks of this kind are called: "failed allocation", "refused launch", ...
[[nodiscard]] std::string_view mark_noun(MarkKind kind);

}  // namespace tt::alloc_trace
