// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/process_state.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// "0-3,6": ascending, runs joined.
std::string id_ranges(std::vector<std::int32_t> ids) {
    std::sort(ids.begin(), ids.end());
    std::string text;
    for (std::size_t first = 0; first < ids.size();) {
        std::size_t last = first;
        while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) {
            ++last;
        }
        text += (text.empty() ? "" : ",") + std::to_string(ids[first]);
        if (last > first) {
            text += "-" + std::to_string(ids[last]);
        }
        first = last + 1;
    }
    return text;
}

}  // namespace

std::string to_string(const Owner& owner) {
    if (owner.kind != OwnerKind::Mesh || owner.chips.empty()) {
        return to_string(Place{owner.kind, owner.id});
    }
    const char* noun = owner.chips.size() == 1 ? "chip " : "chips ";
    return "mesh " + std::to_string(owner.id) + " (" + noun + id_ranges(owner.chips) + ")";
}

bool ProcessState::used_device() const {
    return used_memory() || failures.count > 0 || clashes.count > 0 || refusals.count > 0 || not_seen;
}

bool ProcessState::used_memory() const {
    const auto any = [](const auto& list, const auto& used) { return std::any_of(list.begin(), list.end(), used); };
    return hooked_allocs > 0 || any(unknown_frees, [](const UnknownFreeStat& stat) { return stat.count > 0; }) ||
           any(places, [&any](const auto& place) {
               return any(place.second.types, [](const Usage& usage) { return usage.allocs + usage.found > 0; });
           });
}

std::uint64_t ProcessState::foreign_allocators() const {
    return static_cast<std::uint64_t>(std::count_if(allocators.begin(), allocators.end(), [](const Allocator& allocator) {
        return allocator.alive && allocator.foreign;
    }));
}

}  // namespace tt::alloc_trace
