// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// What the driver can run: a storm, a replay or a scenario.
#pragma once

#include <atomic>

#include "driver/event_log.hpp"

namespace standin {

class Workload {
public:
    virtual ~Workload() = default;
    // In the main thread, before "ready".
    virtual void prepare(ThreadLog&) {}
    virtual unsigned thread_count() const = 0;
    // In a thread of its own. Ends by itself, or soon after `stop` is set. May be run again later.
    virtual void run(unsigned thread, ThreadLog& log, const std::atomic<bool>& stop) = 0;
    // In the main thread, while no other thread runs. Silent for buffers whose owner is closed.
    virtual void free_all(ThreadLog& log) = 0;
};

}  // namespace standin
