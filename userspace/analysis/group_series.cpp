// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/group_series.hpp"

#include <algorithm>
#include <utility>

namespace tt::alloc_trace {

void GroupSeries::allocated(std::uint64_t clock, unsigned level) {
    free_pending(clock, level);
    Point& point = at(clock, level);
    ++point.marks;
    point.last = ++live_;
}

void GroupSeries::launched(std::uint64_t clock, unsigned level) { ++at(clock, level).marks; }

void GroupSeries::freed(std::uint64_t clock, unsigned level) {
    free_pending(clock, level);
    pending_clock_ = clock;
    ++pending_;
}

void GroupSeries::settle(std::uint64_t clock, unsigned level) {
    free_pending(clock, level);
    coarsen(level);
}

void GroupSeries::coarsen(unsigned level) {
    if (level <= level_) {
        return;
    }
    const unsigned by = level - std::exchange(level_, level);
    std::size_t kept = 0;
    for (Point point : points_) {
        point.bin = by < 32 ? point.bin >> by : 0;
        if (kept > 0 && points_[kept - 1].bin == point.bin) {
            Point& into = points_[kept - 1];
            into.marks += point.marks;
            into.low = std::min(into.low, point.low);
            into.last = point.last;
        } else {
            points_[kept++] = point;
        }
    }
    points_.resize(kept);
}

GroupSeries::Point& GroupSeries::at(std::uint64_t clock, unsigned level) {
    coarsen(level);
    const auto bin = static_cast<std::uint32_t>((clock == 0 ? 0 : clock - 1) >> level);
    if (points_.empty() || points_.back().bin != bin) {
        points_.push_back({bin, 0, live_, live_});
    }
    return points_.back();
}

void GroupSeries::free_pending(std::uint64_t clock, unsigned level) {
    if (pending_ == 0 || pending_clock_ == clock) {
        return;
    }
    Point& point = at(pending_clock_, level);
    live_ -= std::exchange(pending_, 0);
    point.low = std::min(point.low, live_);
    point.last = live_;
}

std::vector<std::int32_t> lows(const GroupSeries& series, std::uint32_t first, std::uint32_t last) {
    std::vector<std::int32_t> result;
    result.reserve(last - first + 1);
    std::int32_t live = 0;
    auto point = series.points().begin();
    const auto end = series.points().end();
    for (; point != end && point->bin < first; ++point) {
        live = point->last;
    }
    for (std::uint32_t bin = first; bin <= last; ++bin) {
        if (point != end && point->bin == bin) {
            result.push_back(std::min(live, point->low));
            live = point->last;
            ++point;
        } else {
            result.push_back(live);
        }
    }
    return result;
}

}  // namespace tt::alloc_trace
