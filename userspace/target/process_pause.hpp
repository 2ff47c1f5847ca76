// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Stops a whole process for a moment, and continues it unless it was stopped before. Only on the user's request: a stopped
// process does no work, and its own death does not continue it (who uses this keeps a StopGuardian).
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

// SIGSTOP, SIGCONT ... to that very process, never to a successor with its pid. Errors: NoSuchProcess, NotPermitted.
[[nodiscard]] Status send_signal(const ProcessHandle& process, int signal);

class ProcessPause {
public:
    // Returns when no thread runs any more. `process` must outlive this. Error RunTime if that takes longer than a second.
    [[nodiscard]] static Result<ProcessPause> begin(const ProcessHandle& process);

    ProcessPause(ProcessPause&& other) noexcept;
    ProcessPause& operator=(ProcessPause&&) = delete;
    ~ProcessPause();  // continues it

    // Continues it. Nanoseconds it was stopped by us; 0 if it was stopped already.
    std::uint64_t end();

private:
    ProcessPause(const ProcessHandle& process, std::uint64_t since_ns) : process_(&process), since_ns_(since_ns) {}

    const ProcessHandle* process_;  // null: ended, moved from, or not ours to continue
    std::uint64_t since_ns_;        // CLOCK_MONOTONIC
};

}  // namespace tt::alloc_trace
