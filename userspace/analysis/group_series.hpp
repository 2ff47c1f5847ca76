// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How many buffers of a group were live over the course of a process, in bounded memory: by bins of its clock, the lowest and
// the last number in each. The clock counts allocations and launches; bin = clock >> level, and the level rises with the clock.
// Bins in which nothing happened are not stored.
#pragma once

#include <cstdint>
#include <vector>

namespace tt::alloc_trace {

class GroupSeries {
public:
    struct Point {
        std::uint32_t bin = 0;
        std::uint32_t marks = 0;  // allocations, or launches, in it
        std::int32_t low = 0;     // fewest live, from the end of the bin before on
        std::int32_t last = 0;    // live at its end
    };

    // `clock` counts this allocation or launch already.
    void allocated(std::uint64_t clock, unsigned level);
    void launched(std::uint64_t clock, unsigned level);
    // Takes effect with the next allocation of the process: what is freed after the last one is the process clearing up.
    void freed(std::uint64_t clock, unsigned level);
    void settle(std::uint64_t clock, unsigned level);  // the end: nothing comes after it

    [[nodiscard]] const std::vector<Point>& points() const { return points_; }
    [[nodiscard]] std::int32_t live() const { return live_; }  // of those allocated; below 0 if older ones were freed
    void coarsen(unsigned level);

private:
    Point& at(std::uint64_t clock, unsigned level);
    void free_pending(std::uint64_t clock, unsigned level);

    std::vector<Point> points_;
    std::uint64_t pending_clock_ = 0;
    std::int32_t pending_ = 0;
    std::int32_t live_ = 0;
    unsigned level_ = 0;
};

// Fewest live in each bin from `first` to `last`.
[[nodiscard]] std::vector<std::int32_t> lows(const GroupSeries& series, std::uint32_t first, std::uint32_t last);

}  // namespace tt::alloc_trace
