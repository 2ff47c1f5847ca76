// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_outlook.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kQuarters = 4;  // of the iterations
constexpr double kSteeper = 1.25;

// Of a chip: what it holds at the peak of the last iteration, in a bank, and by how much that peak rises.
struct PeakLine {
    double last = 0;
    double per_period = 0;
};

struct HighestOf {  // a quarter of the iterations
    std::uint64_t bytes = 0;
    double at = 0;  // iterations
};

// By how much the peaks rise per iteration, if they do so all the time; 0: they do not.
double rise_of(const std::array<HighestOf, kQuarters>& highest) {
    double least = 0;
    for (std::size_t i = 1; i < kQuarters; ++i) {
        const double between = highest[i].at - highest[i - 1].at;
        const double rise = between > 0 ? (static_cast<double>(highest[i].bytes) - static_cast<double>(highest[i - 1].bytes)) / between : 0;
        least = i == 1 ? rise : std::min(least, rise);
    }
    return std::max(least, 0.0);
}

// The highest of the second half of the iterations counts, as it would be in the last one. A larger buffer that replaces one while both
// are there raises the peak by more than it leaves (`replaces`).
std::optional<PeakLine> peak_line(const PeakSeries& series, const GrowthStretch& stretch, double per_period, bool replaces) {
    std::array<HighestOf, kQuarters> highest;
    const std::vector<std::uint64_t>& bins = series.bins();
    const std::size_t end = std::min<std::size_t>(bins.size(), stretch.last() + std::size_t{1});
    for (std::size_t bin = stretch.first; bin < end; ++bin) {
        if (bins[bin] == PeakSeries::kNotKnown) {
            return std::nullopt;
        }
        const double at = stretch.periods[bin - stretch.first];
        const auto quarter = static_cast<std::size_t>(std::max(std::ceil(at / stretch.count() * kQuarters) - 1, 0.0));
        HighestOf& of_quarter = highest[std::min(quarter, kQuarters - 1)];
        if (bins[bin] > of_quarter.bytes) {
            of_quarter = {bins[bin], at};
        }
    }
    const double rise = replaces ? rise_of(highest) : 0;
    PeakLine line{0, rise > kSteeper * per_period ? rise : per_period};
    for (std::size_t bin = stretch.first; bin < end; ++bin) {
        const double left = stretch.count() - stretch.periods[bin - stretch.first];
        if (bins[bin] != 0 && left <= stretch.count() / 2) {
            line.last = std::max(line.last, static_cast<double>(bins[bin]) + std::floor(left) * line.per_period);
        }
    }
    return line.last > 0 ? std::optional(line) : std::nullopt;
}

// Of the chip of the owner that is fullest.
std::optional<PeakLine> fullest_line(
    const GrowthLog& log, const GrowthGroup::Key& key, const GrowthStretch& stretch, double per_period, bool replaces
) {
    std::optional<PeakLine> fullest;
    for (const Place& place : log.owners()[key.owner].places) {
        const PeakSeries* series = log.peaks().of(log.tracks()[key.track].process, place, key.type);
        const std::optional<PeakLine> line = series == nullptr ? std::nullopt : peak_line(*series, stretch, per_period, replaces);
        if (!line) {
            return std::nullopt;
        }
        if (!fullest || line->last > fullest->last) {
            fullest = line;
        }
    }
    return fullest;
}

const GrowthKind* kind_of(const GrowthLog& log, const GrowthGroup::Key& key) {
    const auto kind = std::find_if(log.kinds().begin(), log.kinds().end(), [&key](const GrowthKind& one) { return one.same(key); });
    return kind == log.kinds().end() || kind->banks == 0 ? nullptr : &*kind;
}

}  // namespace

std::vector<GrowthOutlook> growth_outlook(
    const GrowthLog& log, const GrowthResult& result, const std::vector<GrowthStretch>& stretches
) {
    struct Growth {
        GrowthGroup::Key key;
        std::optional<double> bank_bytes = 0;
        bool replaces = false;
    };
    std::map<std::tuple<std::size_t, std::uint32_t, BufferType>, Growth> grown;
    for (const GrowingGroup& group : result.groups) {
        Growth& growth = grown[{group.iterations, group.key.owner, group.key.type}];
        growth.key = group.key;
        growth.replaces = growth.replaces || (group.wanders() && !group.in_turn);
        const std::optional<double> reserved = group.reserved_per_period();
        growth.bank_bytes = growth.bank_bytes && reserved ? std::optional(*growth.bank_bytes + *reserved / group.banks) : std::nullopt;
    }
    std::vector<GrowthOutlook> outlook;
    for (const auto& [place, growth] : grown) {
        const GrowthKind* kind = kind_of(log, growth.key);
        if (kind == nullptr || !growth.bank_bytes || *growth.bank_bytes <= 0) {
            continue;
        }
        const std::size_t iterations = std::get<0>(place);
        const std::optional<PeakLine> line = fullest_line(log, growth.key, stretches[iterations], *growth.bank_bytes, growth.replaces);
        if (!line) {
            continue;
        }
        const double free = std::max(static_cast<double>(kind->bank_bytes) - line->last, 0.0);
        outlook.push_back(
            {iterations, growth.key.owner, growth.key.type, kind->banks, *growth.bank_bytes, line->per_period,
             static_cast<std::uint64_t>(free), free / line->per_period}
        );
    }
    std::stable_sort(outlook.begin(), outlook.end(), [](const auto& a, const auto& b) { return a.periods_left < b.periods_left; });
    return outlook;
}

}  // namespace tt::alloc_trace
