// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_stretch.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tt::alloc_trace {
namespace {

constexpr double kPeriodsCompared = 4;  // at a time, to tell where a loop began
constexpr double kBinsOfIteration = 4;  // so many, and the first and last of each need not count
constexpr double kRounding = 1e-6;

std::uint64_t begin_of(const GrowthTrack& track, std::uint32_t bin) { return bin == 0 ? track.first_t_ns : track.bin_ends[bin - 1]; }

std::uint64_t end_clock(const GrowthTrack& track, std::uint32_t bin) {
    return std::min((std::uint64_t{bin} + 1) << track.level, track.clock);
}

std::vector<double> marks_by_bin(const GrowthLog& log, const GrowthTrack& track, const std::vector<std::uint32_t>& groups) {
    std::vector<double> marks(track.bin_ends.size());
    for (const std::uint32_t number : groups) {
        for (const GroupSeries::Point& point : log.groups()[number].series.points()) {
            marks[point.bin] += point.marks;
        }
    }
    return marks;
}

// Of the size that is nearest to the one asked for.
std::vector<std::uint32_t> marked_groups(const GrowthLog& log, const GrowthTrack& track, const IterationHint::Mark& mark) {
    std::vector<std::uint32_t> marked;
    std::uint64_t nearest = mark.tolerance + 1;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup::Key& key = log.groups()[number].key;
        if (key.launch || key.type != mark.type || mark.distance(key.size) > std::min(nearest, mark.tolerance)) {
            continue;
        }
        if (mark.distance(key.size) < nearest) {
            marked.clear();
            nearest = mark.distance(key.size);
        }
        marked.push_back(number);
    }
    return marked;
}

// From where on marks come as often as in the latest iterations, to the last of them. `clock_per_period`: of the process.
std::optional<GrowthStretch> stretch_by_marks(
    const GrowthTrack& track, const std::vector<double>& marks, double per_period, double clock_per_period
) {
    const auto last = std::find_if(marks.rbegin(), marks.rend(), [](double count) { return count > 0; });
    if (last == marks.rend()) {
        return std::nullopt;
    }
    const auto end = static_cast<std::size_t>(marks.rend() - last);  // bins
    const double periods_per_bin = static_cast<double>(std::uint64_t{1} << track.level) / clock_per_period;
    const auto block = static_cast<std::size_t>(std::ceil(std::max(1.0, kPeriodsCompared / periods_per_bin)));
    const double due = static_cast<double>(block) * periods_per_bin * per_period;
    std::size_t first = end;
    while (first > 0) {
        const std::size_t from = first > block ? first - block : 0;
        const double seen = std::accumulate(marks.begin() + static_cast<std::ptrdiff_t>(from), marks.begin() + static_cast<std::ptrdiff_t>(first), 0.0);
        const double share = static_cast<double>(first - from) / static_cast<double>(block);
        if (first != end && (seen < 0.5 * due * share - 1 || seen > 2 * due * share + 1)) {
            break;
        }
        first = from;
    }
    while (marks[first] == 0) {
        ++first;
    }
    GrowthStretch stretch{static_cast<std::uint32_t>(first), {}, std::uint64_t{first} << track.level, 0};
    stretch.begin_t_ns = begin_of(track, stretch.first);
    double periods = 0;
    for (std::size_t bin = first; bin < end; ++bin) {
        periods += marks[bin] / per_period;
        stretch.periods.push_back(periods);
    }
    // What comes behind it is little, or the loop was over before the end.
    const double rest = static_cast<double>(marks.size() - end);
    const double allowed = std::max<double>(static_cast<double>(block), 0.1 * static_cast<double>(stretch.periods.size()));
    return rest <= allowed ? std::optional(stretch) : std::nullopt;
}

// Iterations that were over at `clock`, by the clocks at which they began (the last one is the end).
double periods_at(const std::vector<std::uint64_t>& bounds, std::uint64_t clock) {
    const auto next = std::upper_bound(bounds.begin(), bounds.end(), clock);
    if (next == bounds.begin() || next == bounds.end()) {
        return next == bounds.begin() ? 0 : static_cast<double>(bounds.size() - 1);
    }
    const auto passed = static_cast<double>(clock - *(next - 1)) / static_cast<double>(*next - *(next - 1));
    return static_cast<double>(next - 1 - bounds.begin()) + passed;
}

// `bounds`: clocks at which the iterations begin, and the last one ends.
GrowthStretch stretch_between(const GrowthTrack& track, const std::vector<std::uint64_t>& bounds, std::uint64_t begin_t_ns) {
    GrowthStretch stretch;
    stretch.begin_clock = bounds.front();
    stretch.begin_t_ns = begin_t_ns;
    stretch.first = track.bin_of(stretch.begin_clock + 1);
    const std::uint32_t last = track.bin_of(bounds.back());
    for (std::uint32_t bin = stretch.first; bin <= last; ++bin) {
        stretch.periods.push_back(periods_at(bounds, end_clock(track, bin)));
    }
    stretch.periods.back() = static_cast<double>(bounds.size() - 1);
    return stretch;
}

GrowthStretch stretch_in_tail(const GrowthTrack& track, const FoundIterations& found) {
    std::vector<std::uint64_t> bounds;
    for (const std::uint32_t place : found.begins) {
        bounds.push_back(track.tail_clock() + place);
    }
    bounds.push_back(std::max(track.tail_clock() + found.end, bounds.back() + 1));
    return stretch_between(track, bounds, track.tail[found.begins.front()].t_ns);
}

// From mark to mark; nullopt: nothing was allocated behind the first of them.
std::optional<GrowthStretch> stretch_by_names(const GrowthLog& log, const GrowthTrack& track) {
    if (track.named_clocks.empty() || track.named_end <= track.named_clocks.front()) {
        return std::nullopt;
    }
    std::vector<std::uint64_t> bounds = track.named_clocks;
    bounds.push_back(track.named_end);
    return stretch_between(track, bounds, log.named().front());
}

// Marks of the whole process per iteration.
double clock_per_period(const FoundIterations& found) {
    return static_cast<double>(found.begins.back() - found.begins.front()) / static_cast<double>(found.begins.size() - 1);
}

// A bin at the seam of two iterations says nothing of either.
std::vector<LowWater> by_iteration(const std::vector<std::int64_t>& low, const GrowthStretch& stretch) {
    std::vector<LowWater> result;
    std::optional<std::int64_t> lowest;
    double before = 0;
    for (std::size_t i = 0; i < low.size(); ++i) {
        const double now = stretch.periods[i];
        if (std::floor(before + kRounding) == std::floor(now - kRounding)) {
            lowest = std::min(lowest.value_or(low[i]), low[i]);
        }
        if (lowest && std::floor(now + kRounding) > std::floor(before + kRounding)) {
            result.push_back({std::floor(now + kRounding), *lowest});
            lowest.reset();
        }
        before = now;
    }
    return result;
}

// Stretches of at least one iteration each; what is left at the end is none.
std::vector<LowWater> by_bins(const std::vector<std::int64_t>& low, const GrowthStretch& stretch) {
    std::vector<LowWater> result;
    double begun = 0;
    std::int64_t lowest = low.front();
    for (std::size_t i = 0; i < low.size(); ++i) {
        lowest = std::min(lowest, low[i]);
        if (stretch.periods[i] - begun >= 0.999) {
            result.push_back({stretch.periods[i], lowest});
            begun = stretch.periods[i];
            lowest = i + 1 < low.size() ? low[i + 1] : lowest;
        }
    }
    return result;
}

}  // namespace

GrowthStretch stretch_of(const GrowthLog& log, const GrowthTrack& track, const FoundIterations& found) {
    GrowthStretch in_tail = stretch_in_tail(track, found);
    if (track.tail_clock() == 0 || !found.anchor || found.begins.front() > 2 * clock_per_period(found)) {
        return in_tail;
    }
    const std::optional<GrowthStretch> longer =
        stretch_by_marks(track, marks_by_bin(log, track, {*found.anchor}), found.anchors_per_period, clock_per_period(found));
    return longer && longer->first <= in_tail.first ? *longer : in_tail;
}

std::optional<GrowthStretch> stretch_of(const GrowthLog& log, const GrowthTrack& track, const IterationHint& hint) {
    if (!hint.named.empty()) {
        return stretch_by_names(log, track);
    }
    if (hint.mark) {
        const std::vector<double> by_bin = marks_by_bin(log, track, marked_groups(log, track, *hint.mark));
        const double all = std::accumulate(by_bin.begin(), by_bin.end(), 0.0);
        return stretch_by_marks(track, by_bin, 1, static_cast<double>(track.clock) / std::max(all, 1.0));
    }
    GrowthStretch stretch;
    stretch.begin_t_ns = track.first_t_ns;
    for (std::uint32_t bin = 0; bin <= track.last_bin(); ++bin) {
        const auto passed = hint.period_ns != 0 ? static_cast<double>(track.bin_ends[bin] - track.first_t_ns) / static_cast<double>(hint.period_ns)
                                                : static_cast<double>(end_clock(track, bin)) / static_cast<double>(hint.period_marks);
        stretch.periods.push_back(passed);
    }
    return stretch;
}

GrowthStretch stretch_of_runs(const GrowthTrack& track, std::size_t length) {
    GrowthStretch whole;
    whole.begin_t_ns = track.first_t_ns;
    for (std::size_t bin = 0; bin < track.bin_ends.size(); ++bin) {
        whole.periods.push_back(static_cast<double>(bin + 1) / static_cast<double>(length));
    }
    return whole;
}

bool frees_in(const GrowthLog& log, const GrowthTrack& track, const GrowthStretch& stretch) {
    const auto frees = [&stretch](const GrowthGroup& group) {
        std::int64_t live = 0;
        for (const GroupSeries::Point& point : group.series.points()) {
            const bool inside = point.bin > stretch.first && point.bin <= stretch.last();
            if (inside && point.last != live + static_cast<std::int64_t>(point.marks)) {
                return true;
            }
            live = point.last;
        }
        return false;
    };
    return std::any_of(track.groups.begin(), track.groups.end(), [&](std::uint32_t number) {
        const GrowthGroup& group = log.groups()[number];
        return !group.key.launch && frees(group);
    });
}

std::vector<LowWater> low_water(const GroupSeries& series, const GrowthStretch& stretch) {
    const std::vector<std::int64_t> low = lows(series, stretch.first, stretch.last());
    return static_cast<double>(low.size()) >= kBinsOfIteration * stretch.count() ? by_iteration(low, stretch) : by_bins(low, stretch);
}

}  // namespace tt::alloc_trace
