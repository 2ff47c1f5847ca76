// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_outlook.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace tt::alloc_trace {
namespace {

bool share_chip(const BookedOwner& a, const BookedOwner& b) {
    return std::any_of(a.places.begin(), a.places.end(), [&b](const Place& place) {
        return std::find(b.places.begin(), b.places.end(), place) != b.places.end();
    });
}

// Reserved in a bank by the live buffers of a process that share a chip with `owner`; nullopt: not known of each.
std::optional<std::uint64_t> reserved(const GrowthLog& log, const GrowthGroup::Key& key) {
    std::uint64_t sum = 0;
    for (const std::uint32_t number : log.tracks()[key.track].groups) {
        const GrowthGroup& group = log.groups()[number];
        const bool there = group.key.type == key.type && !group.key.launch && group.live() > 0 &&
                           (group.key.owner == key.owner || share_chip(log.owners()[group.key.owner], log.owners()[key.owner]));
        if (there && !group.bank_bytes) {
            return std::nullopt;
        }
        sum += there ? group.live() * *group.bank_bytes : 0;
    }
    return sum;
}

const GrowthKind* kind_of(const GrowthLog& log, const GrowthGroup::Key& key) {
    const auto kind = std::find_if(log.kinds().begin(), log.kinds().end(), [&key](const GrowthKind& one) { return one.same(key); });
    return kind == log.kinds().end() || kind->banks == 0 ? nullptr : &*kind;
}

}  // namespace

std::vector<GrowthOutlook> growth_outlook(const GrowthLog& log, const GrowthResult& result) {
    struct Growth {
        GrowthGroup::Key key;
        std::optional<double> bank_bytes = 0;
    };
    std::map<std::tuple<std::size_t, std::uint32_t, BufferType>, Growth> grown;
    for (const GrowingGroup& group : result.groups) {
        Growth& growth = grown[{group.iterations, group.key.owner, group.key.type}];
        growth.key = group.key;
        const std::optional<double> reserved = group.reserved_per_period();
        growth.bank_bytes = growth.bank_bytes && reserved ? std::optional(*growth.bank_bytes + *reserved / group.banks) : std::nullopt;
    }
    std::vector<GrowthOutlook> outlook;
    for (const auto& [place, growth] : grown) {
        const GrowthKind* kind = kind_of(log, growth.key);
        const std::optional<std::uint64_t> used = growth.bank_bytes && kind != nullptr ? reserved(log, growth.key) : std::nullopt;
        if (!used || *growth.bank_bytes <= 0) {
            continue;
        }
        const std::uint64_t free = kind->bank_bytes > *used ? kind->bank_bytes - *used : 0;
        outlook.push_back({std::get<0>(place), growth.key.owner, growth.key.type, kind->banks, *growth.bank_bytes, free,
                           static_cast<double>(free) / *growth.bank_bytes});
    }
    std::stable_sort(outlook.begin(), outlook.end(), [](const auto& a, const auto& b) { return a.periods_left < b.periods_left; });
    return outlook;
}

}  // namespace tt::alloc_trace
