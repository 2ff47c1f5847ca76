// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/run_arena.hpp"

#include <algorithm>
#include <iterator>

namespace tt::alloc_trace {

std::optional<std::uint32_t> RunArena::take(std::uint32_t length) {
    const auto run = std::find_if(free_.begin(), free_.end(), [&](const auto& entry) { return entry.second >= length; });
    if (run == free_.end()) {
        return std::nullopt;
    }
    const auto [first, size] = *run;
    free_.erase(run);
    if (size > length) {
        free_.emplace(first + length, size - length);
    }
    return first;
}

void RunArena::give_back(std::uint32_t first, std::uint32_t length) {
    auto at = free_.emplace(first, length).first;
    if (const auto next = std::next(at); next != free_.end() && next->first == first + length) {
        at->second += next->second;
        free_.erase(next);
    }
    if (at != free_.begin()) {
        const auto before = std::prev(at);
        if (before->first + before->second == first) {
            before->second += at->second;
            free_.erase(at);
        }
    }
}

}  // namespace tt::alloc_trace
