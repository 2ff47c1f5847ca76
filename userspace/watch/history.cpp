// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/history.hpp"

#include <algorithm>
#include <iterator>

namespace tt::alloc_trace::watch {

std::uint64_t shown_bytes(const KindUsage& usage) { return usage.footprint_bytes.value_or(usage.bytes); }

void UsageHistory::add(const WatchModel& model) {
    if (last_t_ns_ != 0 && model.now_ns < last_t_ns_ + kStepNs) {
        return;
    }
    last_t_ns_ = model.now_ns;
    for (const WatchProcess& process : model.processes) {
        for (const WatchRow& row : process.rows) {
            series_[{process.key, row.place, row.kind}].push_back({model.now_ns, shown_bytes(row.usage)});
        }
    }
    const std::uint64_t oldest = model.now_ns > kSpanNs ? model.now_ns - kSpanNs : 0;
    for (auto entry = series_.begin(); entry != series_.end();) {
        std::deque<Point>& points = entry->second;
        while (!points.empty() && points.front().t_ns < oldest) {
            points.pop_front();
        }
        entry = points.empty() ? series_.erase(entry) : std::next(entry);
    }
}

std::vector<std::uint64_t> UsageHistory::columns(
    const ProcessKey& process, const Place& place, MemoryKind kind, std::size_t columns
) const {
    const auto found = series_.find({process, place, kind});
    if (found == series_.end() || columns == 0) {
        return {};
    }
    std::vector<std::optional<std::uint64_t>> most(columns);
    for (const Point& point : found->second) {
        const std::uint64_t age = last_t_ns_ - point.t_ns;
        const std::size_t back = std::min<std::size_t>(columns - 1, age * columns / kSpanNs);
        std::optional<std::uint64_t>& column = most[columns - 1 - back];
        column = std::max(column.value_or(0), point.bytes);
    }
    std::vector<std::uint64_t> values;
    for (const std::optional<std::uint64_t>& column : most) {
        if (column || !values.empty()) {
            values.push_back(column.value_or(values.empty() ? 0 : values.back()));
        }
    }
    return values;
}

std::optional<double> UsageHistory::change_per_s(const ProcessKey& process, const Place& place, MemoryKind kind) const {
    const auto found = series_.find({process, place, kind});
    if (found == series_.end() || found->second.size() < 2) {
        return std::nullopt;
    }
    const std::deque<Point>& points = found->second;
    const Point& now = points.back();
    const Point* then = &points[points.size() - 2];
    for (auto point = points.rbegin(); point != points.rend() && now.t_ns - point->t_ns <= kRateNs; ++point) {
        then = &*point;
    }
    const double seconds = static_cast<double>(now.t_ns - then->t_ns) / 1e9;
    return (static_cast<double>(now.bytes) - static_cast<double>(then->bytes)) / seconds;
}

}  // namespace tt::alloc_trace::watch
