// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/coverage.hpp"

#include <iterator>

namespace tt::alloc_trace {

Coverage::Steps::iterator Coverage::step_at(std::uint64_t address) {
    const auto next = steps_.lower_bound(address);
    if (next != steps_.end() && next->first == address) {
        return next;
    }
    return steps_.emplace_hint(next, address, next == steps_.begin() ? 0 : std::prev(next)->second);
}

// A step that changes nothing is none.
void Coverage::join_at(std::uint64_t address) {
    const auto step = steps_.find(address);
    const std::uint32_t before = step == steps_.begin() ? 0 : std::prev(step)->second;
    if (step->second == before) {
        steps_.erase(step);
    }
}

std::uint64_t Coverage::add(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) {
        return 0;
    }
    const auto first = step_at(begin);
    const auto last = step_at(end);
    std::uint64_t held = 0;
    for (auto step = first; step != last; ++step) {
        held += step->second > 0 ? std::next(step)->first - step->first : 0;
        ++step->second;
    }
    join_at(begin);
    join_at(end);
    return held;
}

std::uint64_t Coverage::remove(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) {
        return 0;
    }
    const auto first = step_at(begin);
    const auto last = step_at(end);
    std::uint64_t held = 0;
    for (auto step = first; step != last; ++step) {
        step->second -= step->second > 0 ? 1 : 0;
        held += step->second > 0 ? std::next(step)->first - step->first : 0;
    }
    join_at(begin);
    join_at(end);
    return held;
}

}  // namespace tt::alloc_trace
