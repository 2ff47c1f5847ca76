// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A set with bounded memory: of what was inserted the latest kMost/2 to kMost values are remembered.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <utility>

namespace tt::alloc_trace {

template <typename T, std::size_t kMost>
class RecentSet {
public:
    void insert(const T& value) {
        if (recent_.size() >= kMost / 2) {
            older_ = std::exchange(recent_, {});
        }
        recent_.insert(value);
    }
    // True if it was there.
    bool erase(const T& value) {
        const bool recent = recent_.erase(value) > 0;
        return older_.erase(value) > 0 || recent;
    }
    [[nodiscard]] bool contains(const T& value) const { return recent_.count(value) > 0 || older_.count(value) > 0; }
    // The older half first.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const auto* half : {&older_, &recent_}) {
            for (const T& value : *half) {
                visit(value);
            }
        }
    }
    [[nodiscard]] std::size_t size() const { return recent_.size() + older_.size(); }
    void clear() {
        recent_.clear();
        older_.clear();
    }

private:
    std::unordered_set<T> recent_;
    std::unordered_set<T> older_;
};

}  // namespace tt::alloc_trace
