// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_wander.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr double kLeastUnexplained = 0.1;  // of the growth
constexpr std::size_t kSizesNamed = 4;
constexpr double kShortLived = 3;          // iterations: a size that comes for longer does not wander

// What one kind, or one thread of it, holds.
struct Sum {
    std::uint32_t kind = 0;
    std::uint32_t tid = 0;  // 0: several
    std::vector<LowWater> low;
};

struct SizeSeen {
    const GrowthGroup* group = nullptr;
    std::uint64_t first = 0;  // marks of the process
    std::uint64_t last = 0;
};

class Wanderers {
public:
    Wanderers(const GrowthLog& log, const GrowthTrack& track, const GrowthStretch& stretch, std::size_t iterations, GrowthResult& result)
        : log_(log), track_(track), stretch_(stretch), iterations_(iterations), result_(result) {}

    // False: it does not grow, or what grows of it is known.
    bool add(const Sum& sum, double least_periods);
    [[nodiscard]] std::vector<Sum> sums() const;
    [[nodiscard]] const std::vector<std::uint32_t>& told() const { return told_; }

private:
    [[nodiscard]] double known_growth(const Sum& sum) const;
    // Of the latest marks.
    [[nodiscard]] std::uint64_t begin_clock() const { return std::max(stretch_.begin_clock, track_.tail_clock()); }
    [[nodiscard]] std::set<std::uint64_t> known_sizes(const Sum& sum) const;
    [[nodiscard]] std::vector<SizeSeen> sizes_of(const Sum& sum) const;

    const GrowthLog& log_;
    const GrowthTrack& track_;
    const GrowthStretch& stretch_;
    std::size_t iterations_;
    GrowthResult& result_;
    std::vector<std::uint32_t> told_;
};

std::vector<Sum> Wanderers::sums() const {
    std::vector<Sum> sums;
    const std::vector<std::uint32_t>& tids = result_.iterations[iterations_].tids;
    for (const GrowthSum& sum : log_.sums()) {
        const bool in_loop = tids.empty() || std::find(tids.begin(), tids.end(), sum.tid) != tids.end();
        if (in_loop && log_.kinds()[sum.kind].track == track_.number) {
            sums.push_back({sum.kind, sum.tid, low_water(sum.bytes, stretch_)});
        }
    }
    return sums;
}

double Wanderers::known_growth(const Sum& sum) const {
    double bytes = 0;
    for (const GrowingGroup& group : result_.groups) {
        const bool same = group.iterations == iterations_ && log_.kinds()[sum.kind].same(group.key);
        bytes += same && (sum.tid == 0 || group.tid == sum.tid) ? group.bytes_per_period() : 0;
    }
    return bytes;
}

std::set<std::uint64_t> Wanderers::known_sizes(const Sum& sum) const {
    std::set<std::uint64_t> sizes;
    for (const GrowingGroup& group : result_.groups) {
        if (log_.kinds()[sum.kind].same(group.key)) {
            sizes.insert(group.key.size);
        }
    }
    return sizes;
}

// Sizes that do not grow by themselves, in the order in which they came.
std::vector<SizeSeen> Wanderers::sizes_of(const Sum& sum) const {
    std::map<std::uint32_t, SizeSeen> seen;
    for (std::uint64_t clock = begin_clock(); clock < track_.clock; ++clock) {
        const ShapeMark& mark = track_.tail[clock - track_.tail_clock()];
        const GrowthGroup& group = log_.groups()[mark.shape];
        if (group.kind == sum.kind && group.key.size != 0 && (sum.tid == 0 || mark.tid == sum.tid)) {
            seen.try_emplace(mark.shape, SizeSeen{&group, clock, clock}).first->second.last = clock;
        }
    }
    const std::set<std::uint64_t> known = known_sizes(sum);
    std::vector<SizeSeen> sizes;
    for (const auto& [shape, size] : seen) {
        if (!known.contains(size.group->key.size)) {
            sizes.push_back(size);
        }
    }
    std::sort(sizes.begin(), sizes.end(), [](const SizeSeen& a, const SizeSeen& b) { return a.first < b.first; });
    return sizes;
}

bool Wanderers::add(const Sum& sum, double least_periods) {
    const std::optional<GrowthSlope> slope = judge_growth(sum.low, least_periods);
    if (!slope) {
        return false;
    }
    const double unexplained = slope->per_period - known_growth(sum);
    if (unexplained < std::max(1.0, kLeastUnexplained * slope->per_period)) {
        return false;
    }
    std::vector<SizeSeen> sizes = sizes_of(sum);
    // Those that came in a few iterations only followed each other; if there are none, those that remain take turns.
    const double few = kShortLived * static_cast<double>(track_.clock - begin_clock()) / std::max(stretch_.count(), 1.0);
    const auto stays = [few](const SizeSeen& size) { return static_cast<double>(size.last - size.first) > few; };
    const bool in_turn = std::count_if(sizes.begin(), sizes.end(), stays) + 2 > static_cast<std::ptrdiff_t>(sizes.size());
    std::erase_if(sizes, [&](const SizeSeen& size) { return in_turn ? size.group->recycles() || size.group->live() == 0 : stays(size); });
    if (sizes.size() < 2) {
        return false;
    }
    const GrowthKind& kind = log_.kinds()[sum.kind];
    GrowingGroup group;
    group.key = {0, kind.track, kind.owner, kind.type, false};
    group.iterations = iterations_;
    group.slope = *slope;
    group.slope.per_period = unexplained;
    group.banks = kind.banks;
    group.bank_bytes = sizes.back().group->bank_bytes;
    group.certainty = std::min(result_.iterations[iterations_].certainty, Certainty::Medium);
    group.first_t_ns = sizes.front().group->first_t_ns;
    group.last_t_ns = sizes.back().group->last_t_ns;
    group.tid = sum.tid;
    group.in_turn = in_turn;
    for (const SizeSeen& size : sizes) {
        group.count += size.group->live();
        for (const std::uint32_t stack : size.group->stacks.most(track_.clock).stacks()) {
            group.stacks.add(stack);
        }
        told_.push_back(size.group->number);
    }
    for (std::size_t i = sizes.size() > kSizesNamed ? sizes.size() - kSizesNamed : 0; i < sizes.size(); ++i) {
        group.sizes.push_back(sizes[i].group->key.size);
    }
    result_.groups.push_back(std::move(group));
    return true;
}

}  // namespace

std::vector<std::uint32_t> add_wandering(
    const GrowthLog& log, const GrowthTrack& track, const GrowthStretch& stretch, std::size_t iterations, double least_periods, GrowthResult& result
) {
    Wanderers wanderers(log, track, stretch, iterations, result);
    std::map<std::uint32_t, Sum> together;  // by kind: buffers may be passed from thread to thread
    std::map<std::uint32_t, bool> told;
    for (Sum& sum : wanderers.sums()) {
        told[sum.kind] = wanderers.add(sum, least_periods) || told[sum.kind];
        const auto [at, is_new] = together.try_emplace(sum.kind, Sum{sum.kind, 0, sum.low});
        for (std::size_t i = 0; !is_new && i < std::min(sum.low.size(), at->second.low.size()); ++i) {
            at->second.low[i].low += sum.low[i].low;
        }
    }
    for (const auto& [kind, sum] : together) {
        if (!told[kind]) {
            wanderers.add(sum, least_periods);
        }
    }
    return wanderers.told();
}

}  // namespace tt::alloc_trace
