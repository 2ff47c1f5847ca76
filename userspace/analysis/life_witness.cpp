// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/life_witness.hpp"

#include <algorithm>

namespace tt::alloc_trace {

void LifeWitness::begin(const TrackerView& view) {
    number_.begin(view);
    tracked_ = &view.processes;
    look();
}

void LifeWitness::observe(const Event& /*event*/, const Applied& /*applied*/) {
    number_.observed();
    look();
}

void LifeWitness::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*buffer*/, FreeKind kind
) {
    const auto live = live_.find(process.number);
    if (live == live_.end()) {
        return;
    }
    const auto life = live->second.find(key);
    if (life == live->second.end()) {
        return;
    }
    if (kind == FreeKind::Freed || kind == FreeKind::Inferred) {
        lives_[life->second].freed_t_ns = process.last_t_ns;
    }
    live->second.erase(life);
}

void LifeWitness::look() {
    const auto moment = moments_.find(number_.last());
    if (moment == moments_.end()) {
        return;
    }
    for (const PeakKey& key : moment->second) {
        const auto process = std::find_if(tracked_->begin(), tracked_->end(), [&key](const auto& one) { return one->number == key.process; });
        if (process != tracked_->end()) {
            look(**process, key);
        }
    }
}

void LifeWitness::look(const ProcessState& process, const PeakKey& key) {
    seen_lives_ += process.live.buffers().size();
    if (seen_lives_ > kMaxLives) {
        return;
    }
    std::vector<LifeNumber>& seen = seen_[key];
    for (const auto& [allocation, buffer] : process.live.buffers()) {
        const std::vector<Place>& places = process.owner_of(allocation).places;
        if (static_cast<PeakOf>(allocation.type) == key.of && std::find(places.begin(), places.end(), key.place) != places.end()) {
            seen.push_back(life_of(process, allocation, buffer));
        }
    }
}

LifeWitness::LifeNumber LifeWitness::life_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const auto [entry, fresh] = live_[process.number].try_emplace(key, static_cast<LifeNumber>(lives_.size()));
    if (fresh) {
        lives_.push_back(
            {buffer.size, footprint_of(process, key, buffer), key.address, buffer.t_ns, {}, buffer.tid, buffer.origin() == FoundAs::PreExisting}
        );
    }
    return entry->second;
}

std::optional<std::vector<BufferLife>> LifeWitness::lives(const PeakKey& key) const {
    const auto seen = seen_.find(key);
    if (seen == seen_.end()) {
        return std::nullopt;
    }
    std::vector<BufferLife> lives;
    for (const LifeNumber number : seen->second) {
        lives.push_back(lives_[number]);
    }
    return lives;
}

}  // namespace tt::alloc_trace
