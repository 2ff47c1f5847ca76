// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Short names of owners, as events call them: "chip 3", "mesh 0", "unknown owner".
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::string owner_label(OwnerKind kind, std::int32_t id);

// Which label an owner pointer has at the present place in the stream. Forgets a process that ends.
class OwnerLabels {
public:
    // What is known already of the processes that are alive; for a stream that is watched from its middle on.
    void take_over(const TrackerView& view);
    // Call once for every event, in order. The label of the owner the event names, by itself or through its allocator;
    // empty for an event that names none. Valid until the next call.
    std::string_view observe(const Event& event);

private:
    struct Process {
        tsl::robin_map<std::uint64_t, std::string> owners;        // label by owner pointer
        tsl::robin_map<std::uint64_t, std::uint64_t> allocators;  // owner pointer by allocator
        std::uint64_t latest_allocator = 0;                       // its entry is up to date with latest_owner
        std::uint64_t latest_owner = 0;
    };

    [[nodiscard]] std::string_view label(const Process& process, std::uint64_t owner) const;
    [[nodiscard]] std::string_view label(Process& process, const BufferFields& buffer) const;
    [[nodiscard]] std::string_view label_of_allocator(const Process& process, std::uint64_t allocator) const;

    tsl::robin_map<std::uint32_t, Process> by_pid_;
};

}  // namespace tt::alloc_trace
