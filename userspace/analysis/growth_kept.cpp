// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_kept.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// When the group was allocated in a bin, as far as the latest marks tell, but for what came up to `after`.
std::vector<std::uint64_t> times_in(const GrowthTrack& track, std::uint32_t group, std::uint32_t bin, std::uint64_t after) {
    const std::uint64_t from = std::max({std::uint64_t{bin} << track.level, after, track.tail_clock()});
    const std::uint64_t to = std::min((std::uint64_t{bin} + 1) << track.level, track.clock);
    std::vector<std::uint64_t> times;
    for (std::uint64_t clock = from; clock < to; ++clock) {
        const ShapeMark& mark = track.tail[clock - track.tail_clock()];
        if (mark.shape == group) {
            times.push_back(mark.t_ns);
        }
    }
    return times;
}

}  // namespace

KeptBuffers kept_since(const GrowthTrack& track, const GrowthGroup& group, const GrowthStretch& stretch) {
    KeptBuffers result;
    for (const GroupSeries::Point& point : group.series.points()) {
        if (point.bin < stretch.first || point.kept <= 0) {
            continue;
        }
        auto kept = static_cast<std::uint64_t>(point.kept);
        const bool split = stretch.begin_clock > std::uint64_t{point.bin} << track.level;
        if (split || result.count == 0) {
            const std::vector<std::uint64_t> times = times_in(track, group.number, point.bin, stretch.begin_clock);
            kept = split ? std::min<std::uint64_t>(kept, times.size()) : kept;
            if (kept > 0) {
                // Those that are kept are the latest ones, as far as one can tell.
                result.first_t_ns = times.empty() ? track.bin_ends[point.bin] : times[times.size() - std::min<std::size_t>(kept, times.size())];
            }
        }
        result.count += kept;
    }
    return result;
}

std::vector<std::uint32_t> threads_of_groups(const GrowthLog& log, const GrowthTrack& track) {
    std::vector<std::uint32_t> threads(log.groups().size());
    std::vector<std::int64_t> leads(log.groups().size());
    for (const ShapeMark& mark : track.tail) {
        if (leads[mark.shape] == 0) {
            threads[mark.shape] = mark.tid;
        }
        leads[mark.shape] += threads[mark.shape] == mark.tid ? 1 : -1;
    }
    return threads;
}

}  // namespace tt::alloc_trace
