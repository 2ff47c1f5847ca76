// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/group_series.hpp"

#include <algorithm>
#include <utility>

namespace tt::alloc_trace {

void GroupSeries::allocated(std::uint64_t clock, unsigned level, std::int64_t amount) {
    free_pending(clock, level);
    Point& point = at(clock, level);
    ++point.marks;
    point.kept += amount;
    point.last = live_ += amount;
}

void GroupSeries::launched(std::uint64_t clock, unsigned level) { ++at(clock, level).marks; }

void GroupSeries::freed(std::uint64_t clock, unsigned level, std::uint32_t born, std::int64_t amount) {
    free_pending(clock, level);
    coarsen(level);
    pending_clock_ = clock;
    if (!pending_.empty() && pending_.back().born == born) {
        pending_.back().amount += amount;
    } else {
        pending_.push_back({born, amount});
    }
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
            into.kept += point.kept;
        } else {
            points_[kept++] = point;
        }
    }
    points_.resize(kept);
    for (Pending& pending : pending_) {
        pending.born = pending.born == kNotSeen ? kNotSeen : (by < 32 ? pending.born >> by : 0);
    }
}

GroupSeries::Point& GroupSeries::at(std::uint64_t clock, unsigned level) {
    coarsen(level);
    const auto bin = static_cast<std::uint32_t>((clock == 0 ? 0 : clock - 1) >> level);
    if (points_.empty() || points_.back().bin != bin) {
        points_.push_back({bin, 0, live_, live_, 0});
    }
    return points_.back();
}

void GroupSeries::free_pending(std::uint64_t clock, unsigned level) {
    if (pending_.empty() || pending_clock_ == clock) {
        return;
    }
    Point& point = at(pending_clock_, level);
    for (const Pending& pending : pending_) {
        live_ -= pending.amount;
    }
    point.low = std::min(point.low, live_);
    point.last = live_;
    for (const Pending& pending : pending_) {
        take_from(pending);
    }
    pending_.clear();
}

void GroupSeries::take_from(const Pending& pending) {
    if (pending.born == kNotSeen) {
        return;
    }
    // Events of one moment may stand in a bin next to it.
    auto point = std::lower_bound(points_.begin(), points_.end(), pending.born, [](const Point& one, std::uint32_t bin) { return one.bin < bin; });
    while (point != points_.end() && point->kept < pending.amount) {
        ++point;
    }
    if (point != points_.end()) {
        point->kept -= pending.amount;
    }
}

std::vector<std::int64_t> lows(const GroupSeries& series, std::uint32_t first, std::uint32_t last) {
    std::vector<std::int64_t> result;
    result.reserve(last - first + 1);
    std::int64_t live = 0;
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
