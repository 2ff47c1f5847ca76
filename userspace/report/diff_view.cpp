// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/diff_view.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

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

void add_groups(DiffModel& diff) {
    HeldGroups none_after = diff.before.groups;
    for (const auto& [key, after] : diff.after.groups) {
        const auto known = diff.before.groups.find(key);
        const HeldSum before = known == diff.before.groups.end() ? HeldSum{} : known->second;
        none_after.erase(key);
        if (before.count == after.count) {
            ++diff.unchanged;
        } else {
            diff.groups.push_back({key, change_between(before, after), before, after});
        }
    }
    for (const auto& [key, before] : none_after) {
        diff.groups.push_back({key, DiffChange::Gone, before, {}});
    }
    std::stable_sort(diff.groups.begin(), diff.groups.end(), [&diff](const DiffGroup& a, const DiffGroup& b) {
        return distance(diff.bytes(a.before), diff.bytes(a.after)) > distance(diff.bytes(b.before), diff.bytes(b.after));
    });
}

}  // namespace

std::string_view to_string(DiffChange change) {
    constexpr std::array<std::string_view, 4> kNames{"new", "gone", "grown", "shrunk"};
    return kNames[static_cast<std::size_t>(change)];
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
    for (const auto& entry : totals) {
        const DiffTotal& total = entry.second;
        diff.totals.push_back(total);
        const std::uint64_t was = diff.bytes(total.before);
        const std::uint64_t is = diff.bytes(total.after);
        if (fail_over && is > was && is - was > *fail_over) {
            diff.over.push_back(total);
        }
    }
    return diff;
}

}  // namespace tt::alloc_trace
