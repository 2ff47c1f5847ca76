// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/stack_weights.hpp"

namespace tt::alloc_trace {

void StackWeights::begin(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            start(*process, key, buffer, false);
        }
    }
}

// 0: it does not pass.
std::uint64_t StackWeights::weigh(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) const {
    const std::vector<Place>& places = process.owner_of(key).places;
    const bool passes = !passes_ || passes_(places, key.type);
    return passes ? footprint_of(process, key, buffer).value_or(buffer.size) * places.size() : 0;
}

void StackWeights::start(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool allocated) {
    const std::uint64_t weight = weigh(process, key, buffer);
    if (weight == 0) {
        return;
    }
    const auto stack = static_cast<std::uint32_t>(buffer.stack);
    const auto [at, added] = index_.try_emplace({stack, key.type}, static_cast<std::uint32_t>(rows_.size()));
    if (added) {
        rows_.push_back({stack, key.type});
        weights_.add_group();
    }
    weights_.start(at->second, weight, allocated);
}

void StackWeights::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/) {
    const auto at = index_.find({static_cast<std::uint32_t>(buffer.stack), key.type});
    if (const std::uint64_t weight = weigh(process, key, buffer); at != index_.end() && weight > 0) {
        weights_.end(at->second, weight);
    }
}

void StackWeights::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    ended(process, key, before, FreeKind::Inferred);
    start(process, key, now, false);
}

}  // namespace tt::alloc_trace
