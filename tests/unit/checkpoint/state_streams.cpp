// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "state_streams.hpp"

#include "random_events.hpp"

namespace tt::alloc_trace::test {
namespace {

bool ends_much(const Event& event) {
    return std::holds_alternative<ProcessExec>(event) || std::holds_alternative<ProcessExited>(event) ||
           std::holds_alternative<AllocatorReleased>(event) || std::holds_alternative<ProcessSeen>(event) ||
           std::holds_alternative<CircularBuffersReleased>(event);
}

}  // namespace

std::vector<Event> stateful_events(std::size_t count, std::uint64_t seed) {
    std::vector<Event> events;
    std::uint64_t ends = 0;
    for (Event& event : random_events(2 * count, seed)) {
        if (events.size() == count) {
            break;
        }
        if (ends_much(event) && ++ends % 100 != 0) {
            continue;
        }
        std::visit([&events](auto& any) { any.header.t_ns = 1'000'000 + events.size() / 3; }, event);
        if (auto* allocated = std::get_if<Allocated>(&event)) {
            allocated->buffer.size %= 1U << 20U;
        }
        events.push_back(std::move(event));
    }
    return events;
}

std::string state_of(const Tracker& tracker) {
    const Checkpoint checkpoint = TrackerCheckpoint::encode(tracker);
    std::string bytes;
    for (const Bytes& part : checkpoint.parts) {
        bytes.append(part.begin(), part.end());
    }
    return std::to_string(bytes.size()) + " bytes, " + std::to_string(std::hash<std::string>()(bytes));
}

std::string state_after(const std::vector<Event>& events, std::size_t count) {
    Tracker tracker;
    for (std::size_t i = 0; i < count; ++i) {
        tracker.apply(events[i]);
    }
    return state_of(tracker);
}

std::size_t live_buffers(const Tracker& tracker) {
    std::size_t count = 0;
    for (const auto& process : tracker.view().processes) {
        count += process->live.buffers().size();
    }
    return count;
}

}  // namespace tt::alloc_trace::test
