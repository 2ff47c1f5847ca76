// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where decoded events go, whatever they come from: the live ring and a recording feed the same interface, so nothing behind
// it can tell them apart.
#pragma once

#include "event/event.hpp"

namespace tt::alloc_trace {

class EventConsumer {
public:
    EventConsumer() = default;
    EventConsumer(const EventConsumer&) = delete;
    EventConsumer& operator=(const EventConsumer&) = delete;
    virtual ~EventConsumer() = default;

    // Called in stream order, by one thread.
    virtual void consume(const Event& event) = 0;
};

}  // namespace tt::alloc_trace
