// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/waiting_exceptions.hpp"

#include <utility>

namespace tt::alloc_trace {
namespace {

// What comes between a failed allocation and its exception: the calls that led to either come in front of it.
bool may_stand_between(std::uint16_t kind) {
    return kind == TAT_EVENT_ALLOCATION_FAILED || kind == TAT_EVENT_OWNER || kind == TAT_EVENT_STACK || kind == TAT_EVENT_CODE;
}

// An exception leaves the allocation it refused in far less, and one that is told later than others stays near its place.
constexpr std::uint64_t kMostWaitNs = 1'000'000'000;

}  // namespace

template <typename Condition>
void WaitingExceptions::tell_if(EventConsumer& consumer, Condition condition) {
    for (auto entry = by_tid_.begin(); entry != by_tid_.end();) {
        const auto& [refused, of_memory] = entry->second;
        if (!condition(refused.header)) {
            ++entry;
            continue;
        }
        if (!of_memory) {
            consumer.consume(refused);
        }
        entry = by_tid_.erase(entry);
    }
}

void WaitingExceptions::add(RequestRefused refused, bool of_memory, EventConsumer& consumer) {
    const std::uint32_t tid = refused.header.tid;
    if (by_tid_.size() >= kMost && !by_tid_.contains(tid)) {
        tell_all(consumer);
    }
    by_tid_[tid] = {std::move(refused), of_memory};
}

std::string WaitingExceptions::take(std::uint32_t tid) {
    auto node = by_tid_.extract(tid);
    return node.empty() ? std::string() : std::move(node.mapped().refused.message);
}

void WaitingExceptions::tell_before(const tat_event_header& next, EventConsumer& consumer) {
    const bool went_on = !may_stand_between(next.kind);
    const bool exited = next.kind == TAT_EVENT_PROCESS_EXITED;
    tell_if(consumer, [&](const EventHeader& thrown) {
        return thrown.pid == next.pid && ((thrown.tid == next.tid && went_on) || exited);
    });
    tell_overdue(next.time_ns, consumer);
}

void WaitingExceptions::tell_overdue(std::uint64_t now_ns, EventConsumer& consumer) {
    tell_if(consumer, [now_ns](const EventHeader& thrown) { return now_ns > thrown.t_ns + kMostWaitNs; });
}

void WaitingExceptions::tell_all(EventConsumer& consumer) {
    tell_if(consumer, [](const EventHeader&) { return true; });
}

}  // namespace tt::alloc_trace
