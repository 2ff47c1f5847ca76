// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/failures.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

std::uint64_t owner_pointer(const ProcessState& process, const AllocationFailure& failure) {
    return failure.allocator ? process.owners[process.allocators[*failure.allocator].owner].pointer : failure.event.buffer.owner;
}

// The region that is cut off the memory of `type`: its bytes would be of this type if it were smaller.
std::optional<BufferType> cut_off(BufferType type) {
    switch (type) {
        case BufferType::Dram: return BufferType::Trace;
        case BufferType::L1: return BufferType::L1Small;
        default: return std::nullopt;
    }
}

// Free at the end of a space, to which a smaller region behind it would add.
std::uint64_t free_at_end(const SpaceMap& map) {
    return !map.holes.empty() && map.holes.back().end == map.end ? map.holes.back().bytes() : 0;
}

std::optional<ExplainedFailure::IdleRegion> idle_region(
    const ProcessState& process, const ExplainedFailure& explained, const SpaceMap& map
) {
    const std::optional<BufferType> type = cut_off(explained.failure.event.buffer.type);
    const Region* region = type ? process.allocators[*explained.failure.allocator].region(*type) : nullptr;
    if (region == nullptr || region->base < map.end) {
        return std::nullopt;
    }
    const auto state = std::find_if(explained.types.begin(), explained.types.end(), [&type](const auto& entry) {
        return entry.type == type;
    });
    if (state == explained.types.end() || !state->capacity.use || state->capacity.use->free == 0) {
        return std::nullopt;
    }
    const std::uint64_t wanted = *explained.failure.needed - std::min(*explained.failure.needed, free_at_end(map));
    return ExplainedFailure::IdleRegion{*type, state->capacity.use->free, state->capacity.bank_bytes, wanted};
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
    const std::optional<SpaceMap> map = space_map(process, *failure.allocator, asked);
    if (map && map->not_placed == 0 && failure.needed) {
        Need need = judge_need(process, *map, *failure.needed);
        if (need.verdict != NeedVerdict::Fits) {
            explained.help = std::move(need);
            explained.idle = idle_region(process, explained, *map);
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

const ProcessState* Failures::process_of(const EventHeader& header) const {
    const auto found = std::find_if(tracked_->begin(), tracked_->end(), [&header](const auto& process) {
        return process->pid == header.pid && process->end == ProcessState::End::Alive;
    });
    return found == tracked_->end() ? nullptr : found->get();
}

Recurrence Failures::here(const ProcessState& process, const EventHeader& header) const {
    const StreamPlace place{number_.current(), header.t_ns};
    return {process.number, process.pid, place, place, 1};
}

void Failures::observe(const Event& event, const Applied& /*applied*/) {
    const auto* failed = std::get_if<AllocationFailed>(&event);
    const auto* refused = std::get_if<RequestRefused>(&event);
    const auto* clash = std::get_if<CircularBufferClash>(&event);
    const bool any = failed != nullptr || refused != nullptr || clash != nullptr;
    if (const ProcessState* process = any ? process_of(header_of(event)) : nullptr; process != nullptr) {
        if (failed != nullptr) {
            on(*process, *failed);
        } else if (!explained()) {
            refused != nullptr ? find_other(*process, *process->refusals.latest) : find_other(*process, *process->clashes.latest);
        }
    }
    number_.observed();
}

void Failures::on(const ProcessState& process, const AllocationFailed& event) {
    if (explained()) {
        explain_again(process, event);
    } else {
        find(process, event);
    }
}

// The tracker has explained it already, if not in full.
void Failures::find(const ProcessState& process, const AllocationFailed& event) {
    ++count_;
    const AllocationFailure& failure = *process.failures.latest;
    auto kind = std::find_if(failures_.begin(), failures_.end(), [&](const ExplainedFailure& known) {
        return known.when.process == process.number && same_kind(known.failure, failure);
    });
    if (kind != failures_.end()) {
        ++kind->when.count;
        kind->when.last = {number_.current(), event.header.t_ns};
        return;
    }
    if (failures_.size() == kKept) {
        return;
    }
    ExplainedFailure found;
    found.when = here(process, event.header);
    found.failure = failure;
    failures_.push_back(std::move(found));
    const Wish wish{process.number, owner_pointer(process, failure), event.buffer.type, event.buffer.size};
    wishes_[wish].push_back(failures_.size() - 1);
}

template <typename Refusal>
void Failures::find_other(const ProcessState& process, const Refusal& refusal) {
    ++refusal_count_;
    auto kind = std::find_if(refusals_.begin(), refusals_.end(), [&](const OtherRefusal& known) {
        const auto* first = std::get_if<Refusal>(&known.what);
        return first != nullptr && known.when.process == process.number && same_kind(*first, refusal);
    });
    const Recurrence when = here(process, refusal.event.header);
    if (kind != refusals_.end()) {
        ++kind->when.count;
        kind->when.last = when.first;
    } else if (refusals_.size() < kKept) {
        refusals_.push_back({when, refusal});
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
    for (const std::size_t kind : waiting->second) {
        failures_[kind].granted = place;
    }
    wishes_.erase(waiting);
}

void Failures::explain_again(const ProcessState& process, const AllocationFailed& event) {
    if (next_ == failures_.size() || failures_[next_].when.first.event != number_.current()) {
        return;
    }
    ExplainedFailure& explained = failures_[next_++];
    explained.failure = explain(process, event, true);
    add_state(explained, process);
}

}  // namespace tt::alloc_trace
