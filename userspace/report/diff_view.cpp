// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/diff_view.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "report/origin_words.hpp"
#include "report/peak_words.hpp"

namespace tt::alloc_trace {
namespace {

DiffChange change_between(const HeldSum& before, const HeldSum& after) {
    if (before.count == 0 || after.count == 0) {
        return before.count == 0 ? DiffChange::New : DiffChange::Gone;
    }
    return after.count > before.count ? DiffChange::Grown : DiffChange::Shrunk;
}

HeldGroups filtered(const HeldGroups& groups, const ViewFilter& filter) {
    HeldGroups passing;
    for (const auto& [key, sum] : groups) {
        if (filter.passes_any(places_of(key.owner)) && filter.passes(memory_kind(key.type))) {
            passing.emplace(key, sum);
        }
    }
    return passing;
}

bool all_known(const HeldGroups& groups) {
    return std::all_of(groups.begin(), groups.end(), [](const auto& group) { return group.second.footprint_unknown == 0; });
}

using Totals = std::map<std::pair<Place, BufferType>, DiffTotal>;

void add_totals(Totals& totals, const HeldGroups& groups, HeldSum DiffTotal::*side, const ViewFilter& filter) {
    for (const auto& [key, sum] : groups) {
        for (const Place& place : places_of(key.owner)) {
            if (filter.passes(place)) {
                DiffTotal& total = totals[{place, key.type}];
                total.place = place;
                total.type = key.type;
                (total.*side).add(sum);
            }
        }
    }
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

std::string call_site_of(const DiffSide& side, const HeldKey& key) {
    const auto known = side.call_sites.find(key);
    return known == side.call_sites.end() ? std::string() : known->second;
}

void add_groups(DiffModel& diff) {
    HeldGroups none_after = diff.before.groups;
    for (const auto& [key, after] : diff.after.groups) {
        const auto known = diff.before.groups.find(key);
        const HeldSum before = known == diff.before.groups.end() ? HeldSum{} : known->second;
        none_after.erase(key);
        if (before.count == after.count) {
            ++diff.unchanged;
        } else {
            diff.groups.push_back({key, change_between(before, after), before, after, call_site_of(diff.after, key)});
        }
    }
    for (const auto& [key, before] : none_after) {
        diff.groups.push_back({key, DiffChange::Gone, before, {}, call_site_of(diff.before, key)});
    }
    std::stable_sort(diff.groups.begin(), diff.groups.end(), [&diff](const DiffGroup& a, const DiffGroup& b) {
        return distance(diff.bytes(a.before), diff.bytes(a.after)) > distance(diff.bytes(b.before), diff.bytes(b.after));
    });
}

std::vector<FoundPeak> passing_peaks(const DiffSide& side, const ViewFilter& filter) {
    std::vector<FoundPeak> passing;
    for (const FoundPeak& peak : side.peaks.value_or(std::vector<FoundPeak>{})) {
        if (filter.passes(peak.key.place) && passes(filter, peak.key.of)) {
            passing.push_back(peak);
        }
    }
    return passing;
}

using Peaks = std::map<std::pair<Place, PeakOf>, DiffPeak>;

void raise_peaks(Peaks& peaks, const std::vector<FoundPeak>& found, std::uint64_t DiffPeak::*side, bool footprints) {
    for (const FoundPeak& peak : found) {
        DiffPeak& row = peaks[{peak.key.place, peak.key.of}];
        row.place = peak.key.place;
        row.of = peak.key.of;
        row.*side = std::max(row.*side, peak.peak.moment(footprints).bytes);
    }
}

void add_peaks(DiffModel& diff, const ViewFilter& filter) {
    if (!diff.before.peaks || !diff.after.peaks) {
        return;
    }
    const std::vector<FoundPeak> before = passing_peaks(diff.before, filter);
    const std::vector<FoundPeak> after = passing_peaks(diff.after, filter);
    const auto known = [](const FoundPeak& peak) { return peak.peak.footprint_known; };
    diff.peak_footprints = std::all_of(before.begin(), before.end(), known) && std::all_of(after.begin(), after.end(), known);
    Peaks peaks;
    raise_peaks(peaks, before, &DiffPeak::before, diff.peak_footprints);
    raise_peaks(peaks, after, &DiffPeak::after, diff.peak_footprints);
    const bool circular = std::any_of(peaks.begin(), peaks.end(), [](const auto& peak) {
        return peak.second.of == PeakOf::CircularBuffers;
    });
    for (const auto& [where, peak] : peaks) {
        if (!circular && peak.of == PeakOf::L1AndCircularBuffers) {
            continue;  // the same as L1
        }
        diff.peaks.push_back(peak);
        if (diff.fail_over && peak.grew_by_more_than(*diff.fail_over)) {
            diff.peaks_over.push_back(peak);
        }
    }
}

}  // namespace

std::string_view to_string(DiffMoment moment) {
    constexpr std::array<std::string_view, 4> kNames{"end", "time", "peak", "failure"};
    return kNames[static_cast<std::size_t>(moment)];
}

std::optional<DiffPeak> telling_peak(const DiffModel& diff) {
    std::optional<DiffPeak> most;
    const auto weight = [](const DiffPeak& peak) {
        return std::tuple(peak.after > peak.before ? peak.after - peak.before : 0, std::max(peak.before, peak.after));
    };
    for (const DiffPeak& peak : diff.peaks) {
        if (peak.of != PeakOf::CircularBuffers && (!most || weight(peak) > weight(*most))) {
            most = peak;
        }
    }
    return most;
}

std::string_view to_string(DiffChange change) {
    constexpr std::array<std::string_view, 4> kNames{"new", "gone", "grown", "shrunk"};
    return kNames[static_cast<std::size_t>(change)];
}

void name_call_sites(DiffSide& side, const StackTable& stacks) {
    CallSites sites(stacks);
    for (auto& [key, sum] : side.groups) {
        sum.stacks.sort();
        std::string name = key.origin.empty() ? call_sites_text(sum.stacks, sites) : key.origin;
        if (!name.empty()) {
            side.call_sites.emplace(key, std::move(name));
        }
    }
}

DiffModel build_diff(DiffSide before, DiffSide after, const ViewFilter& filter, std::optional<std::uint64_t> fail_over) {
    DiffModel diff;
    diff.before = std::move(before);
    diff.after = std::move(after);
    diff.before.groups = filtered(diff.before.groups, filter);
    diff.after.groups = filtered(diff.after.groups, filter);
    diff.footprints = all_known(diff.before.groups) && all_known(diff.after.groups);
    add_groups(diff);
    Totals totals;
    add_totals(totals, diff.before.groups, &DiffTotal::before, filter);
    add_totals(totals, diff.after.groups, &DiffTotal::after, filter);
    diff.fail_over = fail_over;
    add_peaks(diff, filter);
    const bool at_peaks = diff.before.moment == DiffMoment::Peak && diff.after.moment == DiffMoment::Peak;
    for (const auto& entry : totals) {
        const DiffTotal& total = entry.second;
        diff.totals.push_back(total);
        const std::uint64_t was = diff.bytes(total.before);
        const std::uint64_t is = diff.bytes(total.after);
        if (fail_over && !at_peaks && is > was && is - was > *fail_over) {
            diff.over.push_back(total);
        }
    }
    return diff;
}

}  // namespace tt::alloc_trace
