// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/coverage.hpp"

#include <algorithm>
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
void Coverage::join(Steps::iterator step) {
    const std::uint32_t before = step == steps_.begin() ? 0 : std::prev(step)->second;
    if (step->second == before) {
        steps_.erase(step);
    }
}

void Coverage::add(const BankRange& range) {
    if (range.begin >= range.end) {
        return;
    }
    const auto first = step_at(range.begin);
    const auto last = step_at(range.end);
    for (auto step = first; step != last; ++step) {
        ++step->second;
    }
    join(first);
    join(last);
}

void Coverage::remove(const BankRange& range) {
    if (range.begin >= range.end) {
        return;
    }
    const auto first = step_at(range.begin);
    const auto last = step_at(range.end);
    for (auto step = first; step != last; ++step) {
        step->second -= step->second > 0 ? 1 : 0;
    }
    join(first);
    join(last);
}

void Coverage::append_held(const BankRange& range, std::vector<BankRange>& held) const {
    auto step = steps_.upper_bound(range.begin);
    step = step == steps_.begin() ? step : std::prev(step);
    for (; step != steps_.end() && step->first < range.end; ++step) {
        const auto next = std::next(step);
        if (step->second > 0 && next != steps_.end() && next->first > range.begin) {
            held.push_back({std::max(step->first, range.begin), std::min(next->first, range.end)});
        }
    }
}

std::uint64_t bytes_in_any(std::vector<BankRange>& ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::uint64_t bytes = 0;
    std::uint64_t up_to = 0;
    for (const BankRange& range : ranges) {
        const std::uint64_t begin = std::max(range.begin, up_to);
        bytes += range.end > begin ? range.end - begin : 0;
        up_to = std::max(up_to, range.end);
    }
    return bytes;
}

}  // namespace tt::alloc_trace
