// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// find_growth(): process by process, loop by loop, group by group.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analysis/growth.hpp"
#include "analysis/growth_kept.hpp"
#include "analysis/growth_outlook.hpp"
#include "analysis/growth_stretch.hpp"
#include "analysis/growth_wander.hpp"
#include "analysis/run_finder.hpp"

namespace tt::alloc_trace {
namespace {

constexpr double kLeastPeriods = 8;
constexpr double kLeastPeriodsGiven = 4;  // by the user, who knows
constexpr double kPeriodsForHigh = 16;
constexpr double kPeriodsForMedium = 8;
constexpr double kPeriodsIfExplained = 5;
constexpr double kExplainedForHigh = 0.9;
constexpr double kExplainedForMedium = 0.6;
constexpr std::size_t kStepsForHigh = 8;
constexpr std::size_t kMostNearest = 3;
constexpr double kLeastPattern = 2;  // marks of an iteration that is told by kinds: one buffer of any size behind another is little

Certainty certainty_of(double count, double explained) {
    if (explained >= kExplainedForHigh) {
        return count >= kPeriodsForHigh ? Certainty::High : count >= kPeriodsIfExplained ? Certainty::Medium : Certainty::Low;
    }
    return explained >= kExplainedForMedium && count >= kPeriodsForMedium ? Certainty::Medium : Certainty::Low;
}

class Search {
public:
    Search(const GrowthLog& log, const IterationHint& hint, GrowthResult& result) : log_(log), hint_(hint), result_(result) {}

    void track(const GrowthTrack& track);
    [[nodiscard]] const std::vector<GrowthStretch>& stretches() const { return stretches_; }  // of the iterations found

private:
    struct Loop {
        std::size_t iterations = 0;  // index into the result
        GrowthStretch stretch;
        double least_periods = kLeastPeriods;
    };

    void by_hint(const GrowthTrack& track);
    void by_recurrence(const GrowthTrack& track);
    void by_runs(const GrowthTrack& track);
    Loop add_loop(const GrowthTrack& track, GrowthStretch stretch, FoundBy found_by);
    Loop add_found(const GrowthTrack& track, const FoundIterations& found);
    void judge_groups(const GrowthTrack& track, const std::vector<Loop>& loops);
    bool judge_earlier(const GrowthTrack& track, const Loop& loop);
    void judge_rises(const GrowthTrack& track, const std::vector<Loop>& loops);
    [[nodiscard]] std::set<std::uint32_t> risen_kinds(const GrowthTrack& track, const Loop& loop) const;
    [[nodiscard]] const Loop& loop_of(const std::vector<Loop>& loops, std::uint32_t tid) const;
    void add_group(
        const GrowthTrack& track, const GrowthGroup& group, const GrowthSlope& slope, const Loop& loop, Certainty certainty, std::uint32_t tid
    );
    void name_nearest(const GrowthTrack& track);
    [[nodiscard]] bool is_left_out(const GrowthGroup& group) const { return group.key.launch || group.key.size == 0 || group.series.points().empty(); }

    const GrowthLog& log_;
    const IterationHint& hint_;
    GrowthResult& result_;
    std::vector<GrowthStretch> stretches_;
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
    }
}

Search::Loop Search::add_loop(const GrowthTrack& track, GrowthStretch stretch, FoundBy found_by) {
    Iterations& found = result_.iterations.emplace_back();
    found.pid = track.pid;
    found.found_by = found_by;
    found.count = stretch.count();
    found.first_t_ns = stretch.begin_t_ns;
    found.frees = stretch.periods.size() < 2 || frees_in(log_, track, stretch);
    found.last_t_ns = track.bin_ends[stretch.last()];
    const double bins = static_cast<double>(stretch.periods.size());
    found.marks_per_period = bins * static_cast<double>(std::uint64_t{1} << track.level) / std::max(found.count, 1.0);
    found.period_ns = static_cast<std::uint64_t>(static_cast<double>(found.last_t_ns - found.first_t_ns) / std::max(found.count, 1.0));
    stretches_.push_back(stretch);
    return {result_.iterations.size() - 1, std::move(stretch)};
}

void Search::by_hint(const GrowthTrack& track) {
    std::optional<GrowthStretch> stretch = stretch_of(log_, track, hint_);
    if (!stretch || stretch->count() < 1) {
        name_nearest(track);
        return;
    }
    Loop loop = add_loop(track, std::move(*stretch), hint_.by_mark() ? FoundBy::Mark : FoundBy::Period);
    loop.least_periods = kLeastPeriodsGiven;
    Iterations& found = result_.iterations.back();
    found.certainty = found.count >= kPeriodsForHigh ? Certainty::High : Certainty::Medium;
    if (hint_.period_ns != 0) {
        found.period_ns = hint_.period_ns;
    }
    for (const std::uint64_t begin_t_ns : log_.named()) {
        found.begins.push_back({begin_t_ns, 0});
    }
    judge_groups(track, {loop});
    judge_rises(track, {loop});
}

// Sizes like the one asked for; of the same type, if there are any.
void Search::name_nearest(const GrowthTrack& track) {
    if (!hint_.mark) {
        return;
    }
    const auto distance = [this](const GrowthProcess::Size& size) {
        return std::pair(size.type != hint_.mark->type, hint_.mark->distance(size.size));
    };
    std::vector<GrowthProcess::Size>& nearest = result_.processes.back().nearest;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup::Key& key = log_.groups()[number].key;
        if (!key.launch && key.size != 0) {
            nearest.push_back({key.type, key.size});
        }
    }
    std::stable_sort(nearest.begin(), nearest.end(), [&distance](const auto& a, const auto& b) { return distance(a) < distance(b); });
    const auto same = [](const auto& a, const auto& b) { return a.type == b.type && a.size == b.size; };
    nearest.erase(std::unique(nearest.begin(), nearest.end(), same), nearest.end());
    nearest.resize(std::min(nearest.size(), kMostNearest));
}

Search::Loop Search::add_found(const GrowthTrack& track, const FoundIterations& found) {
    Loop loop = add_loop(track, stretch_of(log_, track, found), FoundBy::Recurrence);
    Iterations& iterations = result_.iterations.back();
    iterations.last_t_ns = track.tail[found.end - 1].t_ns;
    iterations.period_ns = found.period_ns;
    iterations.marks_per_period = found.marks_per_period;
    iterations.tids = found.tids;
    iterations.shapes = found.shapes;
    iterations.explained = found.alike;
    iterations.parts = found.parts;
    for (const std::uint32_t begin : found.begins) {
        iterations.begins.push_back({track.tail[begin].t_ns, track.tail[begin].tid});
    }
    const bool pattern = found.anchor || found.marks_per_period >= kLeastPattern;
    iterations.certainty = pattern ? certainty_of(iterations.count, found.alike) : Certainty::Low;
    if (found.anchor) {
        iterations.anchor = log_.groups()[*found.anchor].key;
        iterations.anchors_per_period = found.anchors_per_period;
    }
    return loop;
}

void Search::by_recurrence(const GrowthTrack& track) {
    std::vector<ShapeInfo> shapes(log_.groups().size());
    for (const std::uint32_t number : track.groups) {
        shapes[number] = {log_.groups()[number].recycles(), log_.groups()[number].kind};
    }
    const IterationsOfProcess found = find_iterations(track.tail, shapes);
    std::vector<Loop> loops;
    for (const FoundIterations& latest : found.latest) {
        loops.push_back(add_found(track, latest));
    }
    if (!loops.empty()) {
        judge_groups(track, loops);
    }
    for (const FoundIterations& earlier : found.earlier) {
        const Loop loop = add_found(track, earlier);
        result_.iterations.back().over = true;
        if (!judge_earlier(track, loop)) {
            result_.iterations.pop_back();
            stretches_.pop_back();
        }
    }
    if (loops.empty() || track.tail_clock() > 0) {
        by_runs(track);
    }
    if (!loops.empty()) {
        judge_rises(track, loops);
    }
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
    GrowthStretch whole = stretch_of_runs(track, runs->length);
    // A loop that was found already, or a few turns of it, are no runs.
    if (!result_.iterations.empty() && result_.iterations.back().pid == track.pid &&
        whole.count() * 4 > result_.iterations.back().count) {
        return;
    }
    const Loop loop = add_loop(track, std::move(whole), FoundBy::Runs);
    result_.iterations.back().shapes = runs->shapes;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        if (is_left_out(group) || known_.contains(number)) {
            continue;
        }
        if (const auto slope = judge_runs(lows(group.series, 0, track.last_bin()), runs->length)) {
            add_group(track, group, *slope, loop, Certainty::Low, 0);
        }
    }
}

// The loop of the thread that allocates the group.
const Search::Loop& Search::loop_of(const std::vector<Loop>& loops, std::uint32_t tid) const {
    const auto own = std::find_if(loops.begin(), loops.end(), [&](const Loop& loop) {
        const std::vector<std::uint32_t>& tids = result_.iterations[loop.iterations].tids;
        return std::find(tids.begin(), tids.end(), tid) != tids.end();
    });
    return own == loops.end() ? loops.front() : *own;
}

void Search::judge_groups(const GrowthTrack& track, const std::vector<Loop>& loops) {
    const std::vector<std::uint32_t> threads = threads_of_groups(log_, track);
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        if (is_left_out(group)) {
            continue;
        }
        const Loop& loop = loop_of(loops, threads[number]);
        const std::optional<GrowthSlope> slope = judge_growth(low_water(group.series, loop.stretch), loop.least_periods);
        if (slope) {
            const Certainty iterations = result_.iterations[loop.iterations].certainty;
            const bool many = slope->steps >= kStepsForHigh && slope->periods >= kPeriodsForHigh;
            add_group(track, group, *slope, loop, many ? iterations : std::min(iterations, Certainty::Medium), threads[number]);
        }
    }
    for (const Loop& loop : loops) {
        const std::vector<std::uint32_t> told = add_wandering(log_, track, loop.stretch, loop.iterations, loop.least_periods, result_);
        known_.insert(told.begin(), told.end());
    }
}

// False: nothing is left of it.
bool Search::judge_earlier(const GrowthTrack& track, const Loop& loop) {
    bool any = false;
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        if (is_left_out(group) || known_.contains(number)) {
            continue;
        }
        const std::vector<LowWater> low = low_water(group.series, loop.stretch);
        const std::optional<GrowthSlope> slope = judge_growth(low, loop.least_periods);
        if (const KeptBuffers kept = kept_since(track, group, loop.stretch); slope && kept.count > 0) {
            any = true;
            known_.insert(number);
            result_.risen.push_back(
                {group.key, loop.iterations, RiseKind::Earlier, low.front().low, low.back().low, slope->per_period, track.bin_ends[loop.stretch.last()]}
            );
        }
    }
    return any;
}

// Kinds of which there are more bytes in the last iteration than in the second one.
std::set<std::uint32_t> Search::risen_kinds(const GrowthTrack& track, const Loop& loop) const {
    std::map<std::uint32_t, std::int64_t> rises;
    for (const GrowthSum& sum : log_.sums()) {
        const std::vector<LowWater> low = log_.kinds()[sum.kind].track == track.number ? low_water(sum.bytes, loop.stretch) : std::vector<LowWater>{};
        if (low.size() > 2) {
            rises[sum.kind] += low.back().low - low[1].low;
        }
    }
    std::set<std::uint32_t> risen;
    for (const auto& [kind, rise] : rises) {
        if (rise > 0) {
            risen.insert(kind);
        }
    }
    return risen;
}

void Search::judge_rises(const GrowthTrack& track, const std::vector<Loop>& loops) {
    const std::vector<std::uint32_t> threads = threads_of_groups(log_, track);
    std::vector<std::set<std::uint32_t>> kinds;
    for (const Loop& loop : loops) {
        kinds.push_back(risen_kinds(track, loop));
    }
    for (const std::uint32_t number : track.groups) {
        const GrowthGroup& group = log_.groups()[number];
        const Loop& loop = loop_of(loops, threads[number]);
        if (is_left_out(group) || known_.contains(number) || !kinds[&loop - loops.data()].contains(group.kind)) {
            continue;
        }
        if (const std::optional<GrowthRise> rise = judge_rise(low_water(group.series, loop.stretch))) {
            const auto bin = std::lower_bound(loop.stretch.periods.begin(), loop.stretch.periods.end(), rise->until) - loop.stretch.periods.begin();
            const std::uint32_t until = std::min(loop.stretch.first + static_cast<std::uint32_t>(bin), loop.stretch.last());
            result_.risen.push_back(
                {group.key, loop.iterations, rise->stopped ? RiseKind::Stopped : RiseKind::Uneven, rise->from, rise->to, 0, track.bin_ends[until]}
            );
        }
    }
}

void Search::add_group(
    const GrowthTrack& track, const GrowthGroup& group, const GrowthSlope& slope, const Loop& loop, Certainty certainty, std::uint32_t tid
) {
    known_.insert(group.number);
    const KeptBuffers kept = kept_since(track, group, loop.stretch);
    const std::uint64_t live = group.live();
    result_.groups.push_back({
        group.key,
        loop.iterations,
        kept.count,
        live > kept.count ? live - kept.count : 0,
        group.bank_bytes,
        log_.kinds()[group.kind].banks,
        slope,
        certainty,
        kept.first_t_ns,
        group.last_t_ns,
        {},
        tid,
        false,
        group.stacks.most(track.clock),
    });
}

}  // namespace

GrowthResult find_growth(const GrowthLog& log, const IterationHint& hint) {
    GrowthResult result;
    Search search(log, hint, result);
    for (const GrowthTrack& track : log.tracks()) {
        search.track(track);
    }
    const auto rate = [&result](const GrowingGroup& group) {
        return group.bytes_per_period() / static_cast<double>(std::max<std::uint64_t>(result.iterations[group.iterations].period_ns, 1));
    };
    std::stable_sort(result.groups.begin(), result.groups.end(), [&rate](const auto& a, const auto& b) { return rate(a) > rate(b); });
    const auto rise = [](const RisenGroup& group) { return static_cast<double>(group.to - group.from) * static_cast<double>(group.key.size); };
    std::stable_sort(result.risen.begin(), result.risen.end(), [&rise](const auto& a, const auto& b) { return rise(a) > rise(b); });
    result.outlook = growth_outlook(log, result, search.stretches());
    return result;
}

}  // namespace tt::alloc_trace
