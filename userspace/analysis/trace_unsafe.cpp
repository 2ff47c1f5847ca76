// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace_unsafe.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tt::alloc_trace {
namespace {

bool share_a_place(const std::vector<Place>& a, const std::vector<Place>& b) {
    return std::any_of(a.begin(), a.end(), [&b](const Place& place) { return std::find(b.begin(), b.end(), place) != b.end(); });
}

void add_footprint(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& footprint) {
    sum = sum && footprint ? std::optional(*sum + *footprint) : std::nullopt;
}

}  // namespace

TraceUnsafeObserver::TraceUnsafeObserver(LifeFilter filter) : filter_(std::move(filter)) {}

void TraceUnsafeObserver::begin(const TrackerView& view) {
    begin_t_ns_ = view.last_t_ns;
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            if (key.type == BufferType::Trace) {
                captured(*process, key, buffer);
            }
        }
    }
}

void TraceUnsafeObserver::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (buffer.trace_unsafe != 0) {
        beside(process, key, buffer);
    }
    if (key.type == BufferType::Trace) {
        captured(process, key, buffer);
    }
}

void TraceUnsafeObserver::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    if (key.type == BufferType::Trace) {
        released(process, key);
    }
    const Owner& owner = process.owner_of(key);
    if (buffer.trace_unsafe == 0 || buffer.t_ns < begin_t_ns_ || (filter_ && !filter_(owner.places, key.type))) {
        return;
    }
    live_ -= live_ > 0 ? 1 : 0;
    const auto group = groups_.find({process.number, identity_of(owner), key.type, buffer.size});
    if (group != groups_.end() && group->second.live > 0) {
        --group->second.live;
    }
}

// What a walk had found may turn out to be younger than a trace.
void TraceUnsafeObserver::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    if (before.trace_unsafe == 0 && now.trace_unsafe != 0) {
        beside(process, key, now);
    }
}

void TraceUnsafeObserver::captured(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    ++captured_;
    auto& live = live_traces_[process.number];
    if (traces_.size() >= kMaxTraces || live.size() >= kMaxLiveTraces) {
        traces_incomplete_ = true;
        return;
    }
    live.emplace_back(key, static_cast<std::uint32_t>(traces_.size()));
    CapturedTrace& trace = traces_.emplace_back();
    trace.number = static_cast<std::uint32_t>(traces_.size());
    trace.pid = process.pid;
    trace.owner = identity_of(process.owner_of(key));
    trace.address = key.address;
    trace.size = buffer.size;
    trace.captured_t_ns = buffer.t_ns;
}

void TraceUnsafeObserver::released(const ProcessState& process, const AllocationKey& key) {
    const auto live = live_traces_.find(process.number);
    if (live == live_traces_.end()) {
        return;
    }
    const auto found = std::find_if(live->second.begin(), live->second.end(), [&key](const auto& trace) {
        return trace.first == key;
    });
    if (found == live->second.end()) {
        return;
    }
    traces_[found->second].released_t_ns = process.last_t_ns;
    live->second.erase(found);
    if (live->second.empty()) {
        live_traces_.erase(live);
    }
}

void TraceUnsafeObserver::beside(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const Owner& owner = process.owner_of(key);
    if (filter_ && !filter_(owner.places, key.type)) {
        return;
    }
    ++allocs_;
    ++live_;
    const GroupKey group_key{process.number, identity_of(owner), key.type, buffer.size};
    auto found = groups_.find(group_key);
    if (found == groups_.end()) {
        if (groups_.size() >= kMaxGroups) {
            return;
        }
        UnsafeGroup fresh;
        fresh.pid = process.pid;
        fresh.owner = group_key.owner;
        fresh.type = key.type;
        fresh.size = buffer.size;
        fresh.first_t_ns = buffer.t_ns;
        found = groups_.emplace(group_key, std::move(fresh)).first;
    }
    UnsafeGroup& group = found->second;
    ++group.count;
    ++group.live;
    add_footprint(group.bank_bytes, bank_footprint_of(process, key, buffer));
    group.last_t_ns = buffer.t_ns;
    const auto live = live_traces_.find(process.number);
    if (live == live_traces_.end()) {
        return;
    }
    for (const auto& [trace_key, index] : live->second) {
        CapturedTrace& trace = traces_[index];
        if (!share_a_place(owner.places, process.owner_of(trace_key).places)) {
            continue;
        }
        ++trace.allocs;
        trace.bytes += buffer.size;
        if (std::binary_search(group.traces.begin(), group.traces.end(), trace.number)) {
            continue;
        }
        if (group.traces.size() < kMaxTracesNamed) {
            group.traces.insert(std::lower_bound(group.traces.begin(), group.traces.end(), trace.number), trace.number);
        } else {
            group.more_traces = true;
        }
    }
}

std::vector<UnsafeGroup> TraceUnsafeObserver::groups() const {
    std::vector<UnsafeGroup> sorted;
    for (const auto& entry : groups_) {
        sorted.push_back(entry.second);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const UnsafeGroup& a, const UnsafeGroup& b) {
        return std::tuple(a.live * a.size, a.count * a.size) > std::tuple(b.live * b.size, b.count * b.size);
    });
    return sorted;
}

}  // namespace tt::alloc_trace
