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

struct Growth {  // of an owner and type
    GrowthGroup::Key key;
    std::optional<double> bank_bytes = 0;  // per iteration
    bool replaces = false;
};

// The highest of the second half of the iterations counts, as it would be in the last one. The peak rises by more than the owner takes
// where a larger buffer replaces one while both are there, and where other owners take of the same banks: by what `all` of them take, or
// less, as they may hold the same bytes.
std::optional<PeakLine> peak_line(const PeakSeries& series, const GrowthStretch& stretch, double per_period, const Growth& all) {
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
    const double rise = rise_of(highest);
    PeakLine line{0, all.replaces && rise > kSteeper * *all.bank_bytes ? rise : std::clamp(rise, per_period, *all.bank_bytes)};
    for (std::size_t bin = stretch.first; bin < end; ++bin) {
        const double left = stretch.count() - stretch.periods[bin - stretch.first];
        if (bins[bin] != 0 && left <= stretch.count() / 2) {
            line.last = std::max(line.last, static_cast<double>(bins[bin]) + std::floor(left) * line.per_period);
        }
    }
    return line.last > 0 ? std::optional(line) : std::nullopt;
}

using Growths = std::map<std::tuple<std::size_t, std::uint32_t, BufferType>, Growth>;  // by iterations and owner

// What all owners take of that chip in these iterations; nullopt: not known of one.
std::optional<Growth> on_chip(const GrowthLog& log, const Growths& grown, std::size_t iterations, const Place& place, BufferType type) {
    Growth all;
    for (const auto& [where, growth] : grown) {
        const std::vector<Place>& places = log.owners()[growth.key.owner].places;
        if (std::get<0>(where) != iterations || growth.key.type != type || std::find(places.begin(), places.end(), place) == places.end()) {
            continue;
        }
        if (!growth.bank_bytes) {
            return std::nullopt;
        }
        *all.bank_bytes += *growth.bank_bytes;
        all.replaces = all.replaces || growth.replaces;
    }
    return all;
}

// Of the chip of the owner that is full first, if all have banks of `capacity` bytes.
std::optional<GrowthOutlook> first_full(
    const GrowthLog& log, const Growths& grown, std::size_t iterations, const Growth& growth, const GrowthStretch& stretch, std::uint64_t capacity
) {
    std::optional<GrowthOutlook> first;
    for (const Place& place : log.owners()[growth.key.owner].places) {
        const PeakSeries* series = log.peaks().of(log.tracks()[growth.key.track].process, place, growth.key.type);
        const std::optional<Growth> all = on_chip(log, grown, iterations, place, growth.key.type);
        const std::optional<PeakLine> line = series == nullptr || !all ? std::nullopt : peak_line(*series, stretch, *growth.bank_bytes, *all);
        if (!line) {
            return std::nullopt;
        }
        const double free = std::max(static_cast<double>(capacity) - line->last, 0.0);
        if (!first || free / line->per_period < first->periods_left) {
            first = {
                .iterations = iterations,
                .owner = growth.key.owner,
                .type = growth.key.type,
                .bank_bytes_per_period = *growth.bank_bytes,
                .peak_bank_bytes_per_period = line->per_period,
                .others = *all->bank_bytes > *growth.bank_bytes,
                .free_bank_bytes = static_cast<std::uint64_t>(free),
                .periods_left = free / line->per_period,
            };
        }
    }
    return first;
}

const GrowthKind* kind_of(const GrowthLog& log, const GrowthGroup::Key& key) {
    const auto kind = std::find_if(log.kinds().begin(), log.kinds().end(), [&key](const GrowthKind& one) { return one.same(key); });
    return kind == log.kinds().end() || kind->banks == 0 ? nullptr : &*kind;
}

}  // namespace

std::vector<GrowthOutlook> growth_outlook(
    const GrowthLog& log, const GrowthResult& result, const std::vector<GrowthStretch>& stretches
) {
    Growths grown;
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
        if (std::optional<GrowthOutlook> one = first_full(log, grown, iterations, growth, stretches[iterations], kind->bank_bytes)) {
            one->banks = kind->banks;
            outlook.push_back(*one);
        }
    }
    std::stable_sort(outlook.begin(), outlook.end(), [](const auto& a, const auto& b) { return a.periods_left < b.periods_left; });
    return outlook;
}

}  // namespace tt::alloc_trace
