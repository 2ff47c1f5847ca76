// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How many buffers of a group (or bytes) were live over the course of a process, in bounded memory: by bins of its clock, the lowest
// and the last number in each, and how many of those allocated in it were kept. The clock counts allocations and launches; bin =
// (clock - 1) >> level, and the level rises with the clock. Bins in which nothing happened are not stored.
#pragma once

#include <cstdint>
#include <vector>

namespace tt::alloc_trace {

class GroupSeries {
public:
    struct Point {
        std::uint32_t bin = 0;
        std::uint32_t marks = 0;  // allocations, or launches, in it
        std::int64_t low = 0;     // fewest live, from the end of the bin before on
        std::int64_t last = 0;    // live at its end
        std::int64_t kept = 0;    // of what was allocated in it, live at the end
    };

    // `clock` counts this allocation or launch already. `amount`: buffers or bytes.
    void allocated(std::uint64_t clock, unsigned level, std::int64_t amount = 1);
    void launched(std::uint64_t clock, unsigned level);
    // Takes effect with the next allocation of the process: what is freed after the last one is the process clearing up.
    // `born`: the bin in which it was allocated; kNotSeen: before the first one.
    static constexpr std::uint32_t kNotSeen = ~std::uint32_t{0};
    void freed(std::uint64_t clock, unsigned level, std::uint32_t born, std::int64_t amount = 1);
    void settle(std::uint64_t clock, unsigned level);  // the end: nothing comes after it

    [[nodiscard]] const std::vector<Point>& points() const { return points_; }
    [[nodiscard]] std::int64_t live() const { return live_; }  // of those allocated; below 0 if older ones were freed
    void coarsen(unsigned level);

private:
    struct Pending {
        std::uint32_t born = 0;
        std::int64_t amount = 0;
    };

    Point& at(std::uint64_t clock, unsigned level);
    void free_pending(std::uint64_t clock, unsigned level);
    void take_from(const Pending& pending);

    std::vector<Point> points_;
    std::vector<Pending> pending_;
    std::uint64_t pending_clock_ = 0;
    std::int64_t live_ = 0;
    unsigned level_ = 0;
};

// Fewest live in each bin from `first` to `last`.
[[nodiscard]] std::vector<std::int64_t> lows(const GroupSeries& series, std::uint32_t first, std::uint32_t last);

}  // namespace tt::alloc_trace
