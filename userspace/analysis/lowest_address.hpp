// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The lowest of the addresses that are held, asked for far less often than addresses come and go: what has gone is only dropped when
// it is met. Memory goes with what is held.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tt::alloc_trace {

class LowestAddress {
public:
    template <typename IsHeld>
    void add(std::uint64_t address, const IsHeld& is_held) {
        if (heap_.size() >= kSlack + 2 * held_) {
            sweep(is_held);
        }
        ++held_;
        heap_.push_back(address);
        std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
    void remove() { held_ -= held_ > 0 ? 1 : 0; }

    template <typename IsHeld>
    [[nodiscard]] std::optional<std::uint64_t> lowest(const IsHeld& is_held) {
        while (!heap_.empty() && !is_held(heap_.front())) {
            std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
            heap_.pop_back();
        }
        return heap_.empty() ? std::nullopt : std::optional(heap_.front());
    }

    // Those below `end`, ascending, at most `most`.
    template <typename IsHeld>
    [[nodiscard]] std::vector<std::uint64_t> below(std::uint64_t end, std::size_t most, const IsHeld& is_held) const {
        std::vector<std::uint64_t> found;
        for (const std::uint64_t address : heap_) {
            if (address < end && is_held(address)) {
                found.push_back(address);
            }
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        found.resize(std::min(found.size(), most));
        return found;
    }

private:
    static constexpr std::size_t kSlack = 64;

    template <typename IsHeld>
    void sweep(const IsHeld& is_held) {
        std::sort(heap_.begin(), heap_.end());
        heap_.erase(std::unique(heap_.begin(), heap_.end()), heap_.end());
        std::erase_if(heap_, [&is_held](std::uint64_t address) { return !is_held(address); });  // stays sorted, and so a heap
    }

    std::vector<std::uint64_t> heap_;
    std::size_t held_ = 0;
};

}  // namespace tt::alloc_trace
