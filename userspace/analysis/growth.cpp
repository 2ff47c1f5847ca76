// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "analysis/run_finder.hpp"

namespace tt::alloc_trace {
namespace {

constexpr double kLeastPeriods = 8;
constexpr double kLeastPeriodsGiven = 4;  // by the user, who knows
constexpr double kPeriodsForHigh = 16;
constexpr std::size_t kStepsForHigh = 8;
constexpr double kPeriodsCompared = 4;  // at a time, to tell where a loop began

// A stretch of a track's bins, with the iterations until the end of each.
struct Stretch {
    std::uint32_t first = 0;
    std::vector<double> periods;

    [[nodiscard]] std::uint32_t last() const { return first + static_cast<std::uint32_t>(periods.size()) - 1; }
    [[nodiscard]] double count() const { return periods.back(); }
};

std::uint32_t last_bin(const GrowthTrack& track) { return static_cast<std::uint32_t>(track.bin_ends.size()) - 1; }

std::uint64_t begin_of(const GrowthTrack& track, std::uint32_t bin) { return bin == 0 ? track.first_t_ns : track.bin_ends[bin - 1]; }

// From where on marks come as often as in the latest iterations, to the last of them. `clock_per_period`: of the process.
std::optional<Stretch> stretch_by_marks(
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
    Stretch stretch{static_cast<std::uint32_t>(first), {}};
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

// Marks of the whole process per iteration of its loop.
double clock_per_period(const GrowthTrack& track, const FoundIterations& loop) {
    const auto inside = std::count_if(track.tail.begin(), track.tail.end(), [&loop](const ShapeMark& mark) {
        return mark.t_ns >= loop.first_t_ns && mark.t_ns < loop.last_t_ns;
    });
    return std::max(static_cast<double>(inside) / loop.periods, 1.0);
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

// Stretches of at least one iteration each; what is left at the end is none.
std::vector<LowWater> low_water(const GroupSeries& series, const Stretch& stretch) {
    const std::vector<std::int32_t> low = lows(series, stretch.first, stretch.last());
    std::vector<LowWater> result;
    double begun = 0;
    std::int32_t lowest = low.front();
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

class Search {
public:
    Search(const GrowthLog& log, const IterationHint& hint, GrowthResult& result) : log_(log), hint_(hint), result_(result) {}

    void track(const GrowthTrack& track);

private:
    void by_hint(const GrowthTrack& track);
    void by_recurrence(const GrowthTrack& track);
    void by_runs(const GrowthTrack& track);
    [[nodiscard]] std::optional<Stretch> hinted_stretch(const GrowthTrack& track) const;
    Iterations& add_iterations(const GrowthTrack& track, const Stretch& stretch, FoundBy found_by);
    void judge_groups(const GrowthTrack& track, const Stretch& stretch, double least_periods);
    void add_group(const GrowthGroup& group, const GrowthSlope& slope, Certainty certainty);
    [[nodiscard]] bool is_known(const GrowthGroup& group) const { return known_.contains(group.number); }

    const GrowthLog& log_;
    const IterationHint& hint_;
    GrowthResult& result_;
    std::set<std::uint32_t> known_;  // numbers of growing groups
};

void Search::track(const GrowthTrack& track) {
    if (track.clock == 0) {
        return;
    }
    result_.processes.push_back({track.pid, track.clock, track.groups.size()});
    if (hint_.given()) {
        by_hint(track);
    } else {
        by_recurrence(track);
        by_runs(track);
    }
}

std::optional<Stretch> Search::hinted_stretch(const GrowthTrack& track) const {
    if (hint_.mark) {
        std::vector<std::uint32_t> marks;
        for (const std::uint32_t number : track.groups) {
            const GrowthGroup::Key& key = log_.groups()[number].key;
            if (!key.launch && key.type == hint_.mark->type && key.size == hint_.mark->size) {
                marks.push_back(number);
            }
        }
        const std::vector<double> by_bin = marks_by_bin(log_, track, marks);
        const double all = std::accumulate(by_bin.begin(), by_bin.end(), 0.0);
        return stretch_by_marks(track, by_bin, 1, static_cast<double>(track.clock) / std::max(all, 1.0));
    }
    Stretch stretch;
    for (std::uint32_t bin = 0; bin <= last_bin(track); ++bin) {
        const auto passed = hint_.period_ns != 0 ? static_cast<double>(track.bin_ends[bin] - track.first_t_ns) / static_cast<double>(hint_.period_ns)
                                                 : static_cast<double>(std::min(std::uint64_t{bin + 1} << track.level, track.clock)) /
                                                       static_cast<double>(hint_.period_marks);
        stretch.periods.push_back(passed);
    }
    return stretch;
}

Iterations& Search::add_iterations(const GrowthTrack& track, const Stretch& stretch, FoundBy found_by) {
    Iterations& found = result_.iterations.emplace_back();
    found.pid = track.pid;
    found.found_by = found_by;
    found.count = stretch.count();
    found.first_t_ns = begin_of(track, stretch.first);
    found.last_t_ns = track.bin_ends[stretch.last()];
    const double bins = static_cast<double>(stretch.periods.size());
    found.marks_per_period = bins * static_cast<double>(std::uint64_t{1} << track.level) / std::max(found.count, 1.0);
    found.period_ns = static_cast<std::uint64_t>(static_cast<double>(found.last_t_ns - found.first_t_ns) / std::max(found.count, 1.0));
    return found;
}

void Search::by_hint(const GrowthTrack& track) {
    const std::optional<Stretch> stretch = hinted_stretch(track);
    if (!stretch || stretch->count() < 1) {
        return;
    }
    Iterations& found = add_iterations(track, *stretch, hint_.mark ? FoundBy::Mark : FoundBy::Period);
    found.certainty = found.count >= kPeriodsForHigh ? Certainty::High : Certainty::Medium;
    if (hint_.period_ns != 0) {
        found.period_ns = hint_.period_ns;
    }
    judge_groups(track, *stretch, kLeastPeriodsGiven);
}

void Search::by_recurrence(const GrowthTrack& track) {
    std::vector<bool> usable(log_.groups().size());
    for (const std::uint32_t number : track.groups) {
        usable[number] = log_.groups()[number].recycles();
    }
    const std::optional<FoundIterations> loop = find_iterations(track.tail, usable);
    if (!loop) {
        return;
    }
    const std::optional<Stretch> stretch = stretch_by_marks(
        track, marks_by_bin(log_, track, {loop->anchor}), loop->anchors_per_period, clock_per_period(track, *loop)
    );
    if (!stretch || stretch->count() < kLeastPeriods) {
        return;
    }
    Iterations& found = add_iterations(track, *stretch, FoundBy::Recurrence);
    found.period_ns = loop->period_ns;
    found.marks_per_period = loop->marks_per_period;
    found.tid = loop->tid;
    found.shapes = loop->shapes;
    found.certainty = loop->exact && found.count >= kPeriodsForHigh ? Certainty::High : Certainty::Medium;
    found.anchor = log_.groups()[loop->anchor].key;
    found.anchors_per_period = loop->anchors_per_period;
    judge_groups(track, *stretch, kLeastPeriods);
}

void Search::by_runs(const GrowthTrack& track) {
    std::vector<std::vector<std::uint32_t>> active;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        if (group.recycles()) {
            std::vector<std::uint32_t>& bins = active.emplace_back();
            for (const GroupSeries::Point& point : group.series.points()) {
                if (point.marks > 0) {
                    bins.push_back(point.bin);
                }
            }
        }
    }
    const std::optional<FoundRuns> runs = find_runs(active, track.bin_ends.size());
    if (!runs) {
        return;
    }
    Stretch whole;
    for (std::size_t bin = 0; bin < track.bin_ends.size(); ++bin) {
        whole.periods.push_back(static_cast<double>(bin + 1) / static_cast<double>(runs->length));
    }
    // A loop that was found already, or a few turns of it, are no runs.
    if (!result_.iterations.empty() && result_.iterations.back().pid == track.pid &&
        whole.count() * 4 > result_.iterations.back().count) {
        return;
    }
    add_iterations(track, whole, FoundBy::Runs).shapes = runs->shapes;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        if (group.key.launch || is_known(group)) {
            continue;
        }
        if (const auto slope = judge_runs(lows(group.series, 0, last_bin(track)), runs->length)) {
            add_group(group, *slope, Certainty::Low);
        }
    }
}

void Search::judge_groups(const GrowthTrack& track, const Stretch& stretch, double least_periods) {
    const Certainty iterations = result_.iterations.back().certainty;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        if (group.key.launch || group.series.points().empty()) {
            continue;
        }
        if (const std::optional<GrowthSlope> slope = judge_growth(low_water(group.series, stretch), least_periods)) {
            const bool many = slope->steps >= kStepsForHigh && slope->periods >= kPeriodsForHigh;
            add_group(group, *slope, many ? iterations : std::min(iterations, Certainty::Medium));
        }
    }
}

void Search::add_group(const GrowthGroup& group, const GrowthSlope& slope, Certainty certainty) {
    known_.insert(group.number);
    result_.groups.push_back(
        {group.key, result_.iterations.size() - 1, group.live(), group.bank_bytes, slope, certainty, group.first_t_ns, group.last_t_ns}
    );
}

}  // namespace

std::string_view to_string(FoundBy found_by) {
    switch (found_by) {
        case FoundBy::Recurrence: return "recurring allocations";
        case FoundBy::Runs: return "repeated runs";
        case FoundBy::Period: return "--period";
        case FoundBy::Mark: break;
    }
    return "--mark";
}

std::string_view to_string(Certainty certainty) {
    switch (certainty) {
        case Certainty::Low: return "low";
        case Certainty::Medium: return "medium";
        case Certainty::High: break;
    }
    return "high";
}

void GrowthObserver::begin(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            log_.held(*process, key, buffer);
        }
    }
}

void GrowthObserver::observe(const Event& event, const Applied& /*applied*/) {
    if (const auto* launch = std::get_if<ProgramLaunched>(&event)) {
        log_.launched(*launch);
    }
}

void GrowthObserver::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    log_.started(process, key, buffer);
}

void GrowthObserver::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    log_.ended(process, key, buffer);
}

void GrowthObserver::end(const TrackerView& /*view*/) {
    log_.finish();
    result_ = find_growth(log_, hint_);
}

GrowthResult find_growth(const GrowthLog& log, const IterationHint& hint) {
    GrowthResult result;
    Search search(log, hint, result);
    for (const GrowthTrack& track : log.tracks()) {
        search.track(track);
    }
    const auto rate = [&result](const GrowingGroup& group) {
        const double period = static_cast<double>(std::max<std::uint64_t>(result.iterations[group.iterations].period_ns, 1));
        return group.slope.per_period * static_cast<double>(group.key.size) / period;
    };
    std::stable_sort(result.groups.begin(), result.groups.end(), [&rate](const GrowingGroup& a, const GrowingGroup& b) {
        return rate(a) > rate(b);
    });
    return result;
}

}  // namespace tt::alloc_trace
