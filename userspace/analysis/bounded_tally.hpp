// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How often what happened where, in bounded memory: of too many places the half with the lowest counts is forgotten. A count is
// exact as long as nothing was, and a lower bound from then on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

namespace tt::alloc_trace {

// `Entry` has a member `count`.
template <typename Key, typename Entry>
class BoundedTally {
public:
    explicit BoundedTally(std::size_t most) : most_(std::max<std::size_t>(most, 2)) {}

    // Made with a count of 0 if need be. Valid until the next call.
    Entry& operator[](const Key& key) {
        if (const auto found = entries_.find(key); found != entries_.end()) {
            return found->second;
        }
        if (entries_.size() >= most_) {
            forget_half();
        }
        return entries_[key];
    }
    [[nodiscard]] bool exact() const { return exact_; }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::vector<Entry> highest_first() const {
        std::vector<Entry> all;
        for (const auto& entry : entries_) {
            all.push_back(entry.second);
        }
        std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.count > b.count; });
        return all;
    }

private:
    void forget_half() {
        std::vector<typename std::map<Key, Entry>::iterator> order;
        for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
            order.push_back(entry);
        }
        const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
        std::nth_element(order.begin(), middle, order.end(), [](const auto& a, const auto& b) {
            return a->second.count < b->second.count;
        });
        std::for_each(order.begin(), middle, [this](const auto& entry) { entries_.erase(entry); });
        exact_ = false;
    }

    std::size_t most_;
    std::map<Key, Entry> entries_;
    bool exact_ = true;
};

}  // namespace tt::alloc_trace
