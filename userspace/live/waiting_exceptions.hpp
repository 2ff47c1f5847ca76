// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Exceptions of the runtime's checks that may be the reason of a failed allocation, whose record comes next of their thread. Anything
// else that comes shows that one was a refusal of its own. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "event/event.hpp"
#include "event/event_consumer.hpp"
#include "live/event_abi.hpp"

namespace tt::alloc_trace {

class WaitingExceptions {
public:
    static constexpr std::size_t kMost = 1024;  // above, all are told as they are

    // `of_memory`: it names an allocation, of which nothing more is known if its record does not come.
    void add(RequestRefused refused, bool of_memory, EventConsumer& consumer);
    // The message of the thread's exception, which waits no more; empty if there is none.
    [[nodiscard]] std::string take(std::uint32_t tid);
    // Tells those that the record `next`, which is about to be told, shows to be refusals; and those that waited too long.
    void tell_before(const tat_event_header& next, EventConsumer& consumer);
    void tell_overdue(std::uint64_t now_ns, EventConsumer& consumer);
    void tell_all(EventConsumer& consumer);

private:
    struct Exception {
        RequestRefused refused;
        bool of_memory = false;
    };

    template <typename Condition>
    void tell_if(EventConsumer& consumer, Condition condition);

    std::map<std::uint32_t, Exception> by_tid_;
};

}  // namespace tt::alloc_trace
