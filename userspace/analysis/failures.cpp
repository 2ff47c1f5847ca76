// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/failures.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

std::uint64_t owner_pointer(const ProcessState& process, const AllocationFailure& failure) {
    return failure.allocator ? process.owners[process.allocators[*failure.allocator].owner].pointer : failure.event.buffer.owner;
}

void add_state(ExplainedFailure& explained, const ProcessState& process) {
    const AllocationFailure& failure = explained.failure;
    if (!failure.allocator) {
        return;
    }
    const BufferType asked = failure.event.buffer.type;
    explained.owner = owner_facts(process.owners[process.allocators[*failure.allocator].owner]);
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        const auto type = static_cast<BufferType>(i);
        const Capacity capacity = allocator_capacity(process, *failure.allocator, type);
        if (capacity.known() && capacity.bank_bytes > 0) {
            explained.types.push_back({type, capacity});
        }
    }
    for (AllocatorGroup& entry : group_live(process)) {
        if (entry.allocator == *failure.allocator && entry.group.type == asked) {
            explained.largest.push_back(std::move(entry.group));
        }
    }
    sort_by_bytes(explained.largest);
    explained.group_count = explained.largest.size();
    explained.largest.resize(std::min(explained.largest.size(), ExplainedFailure::kMaxGroups));
    const std::optional<AddressMap> map = address_map(process, *failure.allocator, asked);
    if (map && map->not_placed == 0 && failure.needed) {
        Need need = judge_need(process, *map, *failure.needed);
        if (need.verdict != NeedVerdict::Fits) {
            explained.help = std::move(need);
        }
    }
}

}  // namespace

void Failures::begin(const TrackerView& view) {
    ++replays_;
    number_.begin(view);
    tracked_ = &view.processes;
    next_ = 0;
    wishes_.clear();
}

void Failures::observe(const Event& event, const Applied& /*applied*/) {
    if (const auto* failed = std::get_if<AllocationFailed>(&event)) {
        for (const auto& process : *tracked_) {
            if (process->pid == failed->header.pid && process->end == ProcessState::End::Alive) {
                explained() ? explain_again(*process, *failed) : find(*process, *failed);
            }
        }
    }
    number_.observed();
}

void Failures::find(const ProcessState& process, const AllocationFailed& event) {
    ++count_;
    if (failures_.size() == kKept) {
        failures_.pop_front();
    }
    ExplainedFailure found;
    found.pid = process.pid;
    found.place = {number_.current(), event.header.t_ns};
    failures_.push_back(std::move(found));
    const AllocationFailure& failure = process.failures.latest.back();
    const BufferFields& asked = event.buffer;
    std::vector<std::uint64_t>& waiting = wishes_[{process.number, owner_pointer(process, failure), asked.type, asked.size}];
    std::erase_if(waiting, [this](std::uint64_t number) { return number < failures_.front().place.event; });
    waiting.push_back(number_.current());
    if (wishes_.size() > kKept) {  // some wait for failures that are not kept any more
        std::erase_if(wishes_, [this](const auto& entry) { return entry.second.back() < failures_.front().place.event; });
    }
}

void Failures::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (wishes_.empty() || buffer.origin() != FoundAs::Allocated) {
        return;
    }
    const StreamPlace place{number_.current(), process.last_t_ns};
    grant({process.number, process.owner_of(key).pointer, key.type, buffer.size}, place);
    grant({process.number, 0, key.type, buffer.size}, place);
}

void Failures::grant(const Wish& wish, const StreamPlace& place) {
    const auto waiting = wishes_.find(wish);
    if (waiting == wishes_.end()) {
        return;
    }
    for (ExplainedFailure& failure : failures_) {
        if (std::binary_search(waiting->second.begin(), waiting->second.end(), failure.place.event)) {
            failure.granted = place;
        }
    }
    wishes_.erase(waiting);
}

void Failures::explain_again(const ProcessState& process, const AllocationFailed& event) {
    if (next_ == failures_.size() || failures_[next_].place.event != number_.current()) {
        return;
    }
    ExplainedFailure& explained = failures_[next_++];
    explained.failure = explain(process, event, true);
    add_state(explained, process);
}

}  // namespace tt::alloc_trace
