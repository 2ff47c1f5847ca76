// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Bars and sparklines: what is used, was at most, and was at the baseline, in eighths of a column.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "watch/screen.hpp"

namespace tt::alloc_trace::watch {

// Of one kind of memory of one chip. Bytes.
struct Gauge {
    bool there = false;               // anything of it was ever used
    std::uint64_t used = 0;           // by buffers
    std::uint64_t circular = 0;       // L1: by resident circular buffers
    std::uint64_t peak = 0;           // of buffers
    std::uint64_t free = 0;
    std::uint64_t largest_free = 0;
    std::uint64_t buffers = 0;        // count
    std::optional<std::uint64_t> capacity{};
    std::optional<std::uint64_t> baseline{};  // of buffers
    bool exact = true;  // false: some footprint is not known, `used` is of logical sizes

    [[nodiscard]] std::uint64_t taken() const { return used + circular; }
    // 0 to 1; 0 if the capacity is not known.
    [[nodiscard]] double fullness() const;
    bool operator==(const Gauge&) const = default;
};

[[nodiscard]] Ink ink_of(const Gauge& gauge);

// `columns` wide. Only what holds nothing is empty, only what has no room is full. Marks: │ peak, ┆ baseline (▓ where memory is used).
[[nodiscard]] std::vector<Span> bar(const Gauge& gauge, std::size_t columns, bool utf8);

[[nodiscard]] std::string percent(const Gauge& gauge);  // "68%"; without a capacity the size: "1.2 GiB"; empty if not there

[[nodiscard]] std::string change_text(std::int64_t bytes);  // "+1.2 MiB", "-8.0 KiB"; "=": none

// One character each, from 0 to the largest.
[[nodiscard]] std::string sparkline(const std::vector<std::uint64_t>& values, bool utf8);

// A share of `of` in `levels` steps: 0 only for 0.
[[nodiscard]] std::size_t level(std::uint64_t value, std::uint64_t of, std::size_t levels);

[[nodiscard]] std::string_view block(std::size_t eighths, bool utf8);       // from the left: "▍"; 0: a dot
[[nodiscard]] std::string_view level_block(std::size_t eighths, bool utf8); // from the bottom: "▃"; 0: a space

}  // namespace tt::alloc_trace::watch
