// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Whether every thread of a process has moved on since a moment: what each was in the middle of then is done. A thread that
// waits for a processor, or for a lock it needs, may still be in it.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "target/memory_map.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

class ThreadProgress {
public:
    // Takes the moment. `process` must outlive this.
    explicit ThreadProgress(const ProcessHandle& process);

    // Looks again at the threads that had not moved on yet. A thread has when it ended, ran for a while, or sleeps, but not
    // over a lock in `locks`. True if all have; a process that is stopped or gone counts as well.
    [[nodiscard]] bool all_moved_on(std::span<const AddressRange> locks);

private:
    [[nodiscard]] bool moved_on(std::uint32_t tid, std::uint64_t run_ns_then, std::span<const AddressRange> locks) const;
    [[nodiscard]] bool waits_for_lock(std::uint32_t tid, std::span<const AddressRange> locks) const;

    const ProcessHandle& process_;
    std::map<std::uint32_t, std::uint64_t> pending_;  // tid -> nanoseconds on a processor at the moment
};

}  // namespace tt::alloc_trace
