// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/filter_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "report/usage_sample.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

namespace {

std::optional<std::string> no_use_passes(const TrackerView& tracker, const ViewFilter& filter) {
    std::vector<Place> places;
    std::set<MemoryKind> kinds;
    for (const auto& process : tracker.processes) {
        for (const auto& [place, usage] : process->places) {
            for (const MemoryKind kind : kMemoryKinds) {
                if (!kind_usage(usage, kind).ever_used()) {
                    continue;
                }
                if (filter.passes(place) && filter.passes(kind)) {
                    return std::nullopt;
                }
                kinds.insert(kind);
                if (std::find(places.begin(), places.end(), place) == places.end()) {
                    places.push_back(place);
                }
            }
        }
    }
    if (places.empty()) {
        return std::nullopt;
    }
    std::string named;
    for (const MemoryKind kind : kinds) {
        named += fmt::format("{}{}", named.empty() ? "" : ", ", to_string(kind));
    }
    return fmt::format("nothing passes --device and --type as given: used were {} with {}", place_list(places), named);
}

std::optional<std::string> no_stack_passes(const StackTable& stacks, const OriginFilter& origins) {
    OriginMatcher matcher(origins);
    matcher.begin(stacks);
    if (origins.empty() || std::any_of(stacks.stacks().begin(), stacks.stacks().end(), [&](const StackSeen& stack) {
            return matcher.passes(stack.number);
        })) {
        return std::nullopt;
    }
    return stacks.empty() ? "nothing passes --call and --op: no call stacks were recorded (record --stacks)"
                          : fmt::format("nothing passes --call and --op as given: none of {} does", counted(stacks.stacks().size(), "recorded stack"));
}

}  // namespace

std::optional<std::string> nothing_passes(const TrackerView& tracker, const ViewFilter& filter, const OriginFilter& origins) {
    const std::optional<std::string> use = no_use_passes(tracker, filter);
    return use ? use : no_stack_passes(tracker.stacks, origins);
}

}  // namespace tt::alloc_trace
