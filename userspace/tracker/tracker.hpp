// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rebuilds the allocation state of every traced process from the stream of events. Pure: no clock, no I/O, no thread. The
// same stream gives the same state, live or from a file.
//
// A buffer's life:
//
//     Allocated ──> live ──> Freed                                   freed
//                     ├────> AllocatorReleased, its owner closing    released by close
//                     ├────> AllocatorReleased otherwise             cleared
//                     ├────> ProcessExited, ProcessExec              released by exit
//                     └────> Allocated with the same key             inferred (its free was lost)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "event/event.hpp"
#include "tracker/judgement.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// Everything a sink or report may look at.
struct TrackerView {
    const std::vector<std::unique_ptr<ProcessState>>& processes;  // in order of appearance; a pid may come again
    const Lost& lost;                                             // sums; header.t_ns of the last loss
    std::uint64_t events = 0;                                     // applied, losses not counted
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
};

class Tracker {
public:
    Applied apply(const Event& event);

    [[nodiscard]] TrackerView view() const;

    // Starts the peaks of all living processes anew from what is live now.
    void reset_peaks();

private:
    Applied on(const Allocated& event);
    Applied on(const Freed& event);
    Applied on(const OwnerSeen& event);
    Applied on(const CircularBufferAllocated& event);
    Applied on(const CircularBuffersReleased& event);
    Applied on(const ProgramLaunched& event);
    Applied on(const ProgramDestroyed& event);
    Applied on(const OwnerClosing& event);
    Applied on(const AllocatorReleased& event);
    Applied on(const ProcessSeen& event);
    Applied on(const ProcessForked& event);
    Applied on(const ProcessExec& event);
    Applied on(const ProcessExited& event);
    Applied on(const Lost& event);
    template <typename Other>
    Applied on(const Other&) { return {}; }

    ProcessState& process(const EventHeader& header);
    ProcessState& start_process(const EventHeader& header);
    UnknownFree why_unknown(const ProcessState& process, const AllocationTable::Past& past);
    [[nodiscard]] bool allocations_lost_since(std::uint64_t t_ns) const;

    std::vector<std::unique_ptr<ProcessState>> processes_;
    std::map<std::uint32_t, ProcessState*> alive_;  // by pid
    std::set<std::uint32_t> forked_;                // pids of children not seen yet
    ProcessState* latest_ = nullptr;                // of the last event: most streams have one process
    Lost lost_;
    std::uint64_t last_allocation_loss_t_ns_ = 0;
    std::uint64_t lost_allocations_unaccounted_ = 0;  // lost ones whose free has not come yet
    std::uint64_t events_ = 0;
    std::uint64_t first_t_ns_ = 0;
    std::uint64_t last_t_ns_ = 0;
};

}  // namespace tt::alloc_trace
