// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rebuilds the allocation state of every traced process from the stream of events. Pure: no clock, no I/O, no thread. The
// same stream gives the same state, live or from a file.
//
// A buffer's life:
//
//     Allocated ────> live ──> Freed                                   freed
//     BufferFound ─┘    ├────> AllocatorReleased, its owner closing    released by close
//                       ├────> AllocatorReleased otherwise             cleared
//                       ├────> ProcessExited, ProcessExec              released by exit
//                       ├────> Allocated with the same key             inferred (its free was lost)
//                       └────> BufferGone                              inferred (likewise)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "tracker/doubts.hpp"
#include "tracker/judgement.hpp"
#include "tracker/process_state.hpp"
#include "tracker/recent_set.hpp"
#include "tracker/stack_table.hpp"

namespace tt::alloc_trace {

// What is left of processes that ended long ago (Tracker::kMaxExitedProcesses, kMaxExitedJobs).
struct FoldedProcesses {
    std::uint64_t count = 0;
    std::uint64_t events = 0;
    std::array<std::uint64_t, kFreeKindCount> ends{};              // by FreeKind
    std::array<std::uint64_t, kUnknownFreeCount> unknown_frees{};  // by UnknownFree
    std::array<std::uint64_t, kBufferTypeCount> peak_bytes{};      // by BufferType: the highest of one place of one process
    std::uint64_t failed_allocations = 0;
    std::uint64_t clashes = 0;
    Contradictions contradictions;
    std::uint64_t not_seen = 0;  // processes
};

// A moment that was named: the phase of this name begins. Unnamed is what was before the first.
struct PhaseMark {
    std::string name;         // printable as far as who recorded it saw to that; at most kMaxMarkNameBytes
    std::uint64_t event = 0;  // its number in the recording, from 1
    std::uint64_t t_ns = 0;

    bool operator==(const PhaseMark&) const = default;
};
// Most that are kept, and that a recorder takes; later ones of a hostile recording name nothing.
inline constexpr std::size_t kMaxMarks = 10'000;

// Everything a sink or report may look at.
struct TrackerView {
    const std::vector<std::unique_ptr<ProcessState>>& processes;  // in order of appearance; a pid may come again
    const Lost& lost;                                             // sums; header.t_ns of the last loss
    const FoldedProcesses& folded;
    const std::vector<PhaseMark>& marks;                          // in order
    const StackTable& stacks;
    std::uint64_t events = 0;                                     // applied, losses not counted
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    std::uint64_t losses = 0;                                     // gaps: Lost events

    [[nodiscard]] const ProcessState* find(std::uint32_t number) const;  // by ProcessState::number; nullptr: not there

    // A complete walk of every living process since the last loss: what is live is right again.
    [[nodiscard]] bool losses_repaired() const;
    [[nodiscard]] Doubts doubts() const;
    // Nothing is missing in the stream, as far as anybody can tell.
    [[nodiscard]] bool complete() const { return doubts().none(); }
};

class Tracker {
public:
    // Most ended processes kept whole; older ones are only summed up. Those that had nothing to do with device memory, as the
    // compilers that a job starts by the hundred, and those that had: neither takes the other's place.
    static constexpr std::size_t kMaxExitedProcesses = 64;
    static constexpr std::size_t kMaxExitedJobs = 4096;

    // Most processes at a time, and entries of a process's owners and allocators, that a recorder writes of.
    static constexpr std::size_t kMaxProcesses = std::size_t{1} << 15;
    static constexpr std::size_t kMaxOwners = std::size_t{1} << 16;

    Applied apply(const Event& event);

    // May complete the frames of stacks that come from now on.
    void name_frames(StackTable::Namer namer) { stacks_.name_with(std::move(namer)); }
    // False once the stream is none of a recorder: more processes, or events that make more work, than any job makes. A recording of a
    // stranger is read no further then.
    [[nodiscard]] bool is_plausible() const { return !overworked_ && processes_.size() <= kMaxProcesses + kMaxExitedJobs; }

    [[nodiscard]] TrackerView view() const;

    // From now on `listener` hears of every life; it must outlive this, nullptr: none.
    void listen(LifeListener* listener);

    // Starts the peaks of all living processes anew from what is live now.
    void reset_peaks();

private:
    friend class TrackerCheckpoint;  // checkpoint/: writes all of this down, and restores it

    Applied on(const Allocated& event);
    Applied on(const Freed& event);
    Applied on(const OwnerSeen& event);
    Applied on(const CircularBufferAllocated& event);
    Applied on(const CircularBuffersReleased& event);
    Applied on(const ProgramLaunched& event);
    Applied on(const ProgramNotTold& event);
    Applied on(const ProcessNotSeen& event);
    Applied on(const ProcessStatus& event);
    Applied on(const TraceCalled& event);
    Applied on(const ProgramDestroyed& event);
    Applied on(const OwnerClosing& event);
    Applied on(const AllocatorReleased& event);
    Applied on(const ProcessSeen& event);
    Applied on(const ProcessForked& event);
    Applied on(const ProcessExec& event);
    Applied on(const ProcessExited& event);
    Applied on(const Lost& event);
    Applied on(const AllocatorSeen& event);
    Applied on(const AllocatorChanged& event);
    Applied on(const BufferFound& event);
    Applied on(const BufferGone& event);
    Applied on(const ProcessWalked& event);
    Applied on(const ProcessPaused& event);
    Applied on(const AllocationFailed& event);
    Applied on(const CircularBufferClash& event);
    Applied on(const RequestRefused& event);
    Applied on(const Marked& event);
    Applied on(const FrameSeen& event);
    Applied on(const StackSeen& event);

    ProcessState& process(const EventHeader& header);
    ProcessState& start_process(const EventHeader& header);
    void fold_oldest_exited(const ProcessState& of);
    static void undo_launch(ProcessState& process, const Owner& owner, std::uint64_t program);
    Applied end_replaced(ProcessState& process, const AllocationKey& key, const LiveBuffer& replaced);
    UnknownFree why_unknown(const ProcessState& process, const AllocationTable::Past& past);
    void doubt_unknown_free(ProcessState& process, UnknownFree reason);
    [[nodiscard]] bool ends_lost_since(std::uint64_t t_ns) const { return last_free_loss_t_ns_ != 0 && last_free_loss_t_ns_ >= t_ns; }
    [[nodiscard]] bool allocations_lost_since(const ProcessState& process, std::uint64_t t_ns) const;
    [[nodiscard]] bool came_late(const LiveBuffer& found, const LiveBuffer& allocated) const;
    [[nodiscard]] FoundAs found_as(const ProcessState& process) const;
    void settle_losses(ProcessState& process);
    bool may_scan(const ProcessState& process);

    LifeListener* listener_ = nullptr;
    std::uint32_t processes_seen_ = 0;
    std::vector<std::unique_ptr<ProcessState>> processes_;
    FoldedProcesses folded_;
    std::vector<PhaseMark> marks_;
    StackTable stacks_;
    std::map<std::uint32_t, ProcessState*> alive_;  // by pid
    // Children not seen yet, by pid: most of them never will be.
    static constexpr std::size_t kMaxUnseenChildren = std::size_t{1} << 16;
    RecentSet<std::uint32_t, kMaxUnseenChildren> forked_;
    ProcessState* latest_ = nullptr;                // of the last event: most streams have one process
    Lost lost_;
    std::uint64_t losses_ = 0;                       // Lost events
    std::uint64_t last_allocation_loss_ = 0;         // number of the last one with allocations, from 1
    std::uint64_t last_allocation_loss_t_ns_ = 0;
    std::uint64_t last_free_loss_t_ns_ = 0;
    std::uint64_t lost_allocations_unaccounted_ = 0;  // lost ones whose free has not come yet
    std::uint64_t scan_credit_ = std::uint64_t{1} << 23U;  // buffers that rare events may still go through
    bool overworked_ = false;
    std::uint64_t events_ = 0;
    std::uint64_t first_t_ns_ = 0;
    std::uint64_t last_t_ns_ = 0;
};

}  // namespace tt::alloc_trace
