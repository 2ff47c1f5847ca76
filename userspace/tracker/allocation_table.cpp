// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/allocation_table.hpp"

#include <utility>
#include <vector>

namespace tt::alloc_trace {
namespace {

// Denser than the library's default of 0.5: a live buffer must stay below 160 bytes even right after the table has grown.
constexpr float kMaxLoad = 0.85F;

}  // namespace

AllocationTable::AllocationTable() { live_.max_load_factor(kMaxLoad); }

const LiveBuffer* AllocationTable::find(const AllocationKey& key) const {
    const auto found = live_.find(key);
    return found == live_.end() ? nullptr : &found->second;
}

bool AllocationTable::insert(const AllocationKey& key, const LiveBuffer& buffer, LiveBuffer& replaced) {
    const auto [place, fresh] = live_.try_emplace(key, buffer);
    if (!fresh) {
        replaced = std::exchange(place.value(), buffer);
    }
    return !fresh;
}

LiveBuffer AllocationTable::erase(const AllocationKey& key, std::uint64_t t_ns) {
    const auto found = live_.find(key);
    const LiveBuffer erased = found->second;
    live_.erase(found);
    remember(key, {End::Freed, t_ns});
    return erased;
}

void AllocationTable::release_if(
    const std::function<bool(const AllocationKey&)>& matches,
    Past past,
    const std::function<void(const AllocationKey&, const LiveBuffer&)>& released
) {
    std::vector<AllocationKey> keys;
    for (const auto& [key, buffer] : live_) {
        if (matches(key)) {
            keys.push_back(key);
            released(key, buffer);
        }
    }
    for (const AllocationKey& key : keys) {
        live_.erase(key);
        remember(key, past);
    }
}

void AllocationTable::remember(const AllocationKey& key, Past past) {
    if (recent_past_.size() >= kMaxPastKeys / 2) {
        older_past_ = std::exchange(recent_past_, {});
    }
    recent_past_.insert_or_assign(key, past);
}

AllocationTable::Past AllocationTable::past(const AllocationKey& key) const {
    if (const auto found = recent_past_.find(key); found != recent_past_.end()) {
        return found->second;
    }
    const auto found = older_past_.find(key);
    return found == older_past_.end() ? Past{} : found->second;
}

}  // namespace tt::alloc_trace
