// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A map with bounded memory: of what was put in the latest kMost/2 to kMost keys are remembered.
#pragma once

#include <tsl/robin_map.h>

#include <cstddef>
#include <utility>

namespace tt::alloc_trace {

template <typename Key, typename Value, typename Hash, std::size_t kMost>
class RecentMap {
public:
    void put(const Key& key, const Value& value) {
        if (recent_.size() >= kMost / 2) {
            older_ = std::exchange(recent_, {});
        }
        recent_[key] = value;
    }
    // nullptr: not there, or forgotten. Valid until the next put().
    [[nodiscard]] const Value* find(const Key& key) const {
        if (const auto found = recent_.find(key); found != recent_.end()) {
            return &found->second;
        }
        const auto found = older_.find(key);
        return found == older_.end() ? nullptr : &found->second;
    }

private:
    tsl::robin_map<Key, Value, Hash> recent_;
    tsl::robin_map<Key, Value, Hash> older_;
};

}  // namespace tt::alloc_trace
