// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The fields of a checkpoint (docs/recording-format.md 3.3), each listed once for writing and reading. New ones go to the end of a
// field that is not made of rows, or into a field of their own.
#pragma once

#include "checkpoint/archive.hpp"
#include "checkpoint/checkpoint.hpp"
#include "tracker/failure_message.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

namespace checkpoint {

enum class FieldId : std::uint64_t {
    Stream = 1,
    Forked = 2,
    Process = 3,
    Walks = 4,
    UnknownFrees = 5,
    Owners = 6,
    Allocators = 7,
    DeadAllocators = 8,
    Programs = 9,
    Residents = 10,
    Buffers = 11,
    PastKeys = 12,
    Places = 13,
    Failures = 14,
    Clashes = 15,
    // Since 1.1, and optional: a reader of 1.0 goes on without them.
    Plans = 16,
    LastLaunches = 17,
    LaunchesNotTold = 18,
    // Since 1.2, likewise.
    Doubts = 19,
    OlderDoubts = 20,
    // Since 1.3, likewise.
    Traces = 21,
    TraceTotals = 22,
    TraceCaptures = 23,
    // Since 1.3, in place of 14 and 15.
    FailureKinds = 25,
    ClashKinds = 26,
    RefusalKinds = 27,
    Refusals = 28,
    // Since 1.4, likewise.
    Releases = 29,
    // Since 1.5, likewise.
    Marks = 30,
    // Since 1.6, likewise.
    DataflowNotTold = 31,
    // Since 1.7, likewise.
    Frames = 32,
    Stacks = 33,
    BufferStacks = 34,
    FailureStacks = 35,
};
inline constexpr FieldId kLastRequired = FieldId::Clashes;
inline constexpr FieldId kLastField = FieldId::FailureStacks;

template <>
inline constexpr std::uint64_t kEnumeratorEnd<FieldId> = static_cast<std::uint64_t>(kLastField) + 1;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<BufferType> = kBufferTypeCount;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<OwnerKind> = 3;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<KnownBefore> = 3;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<WalkReason> = kWalkReasonCount;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<UnknownFree> = kUnknownFreeCount;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<FoundAs> = 3;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<FailureVerdict> = kFailureVerdictCount;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<AllocationTable::End> = 5;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<ProcessState::End> = 2;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<FrameKind> = kFrameKindCount;
template <>
inline constexpr std::uint64_t kEnumeratorEnd<StackEnd> = kStackEndCount;

// Rows of their own, as the tracker has these things packed or apart.

struct WalkRow {
    WalkReason reason = WalkReason::Attach;
    WalkStat stat;
};

struct UnknownFreeRow {
    UnknownFree reason = UnknownFree::BeforeAttach;
    UnknownFreeStat stat;
};

struct OwnerRow {
    Owner owner;
    bool spare = false;
};

struct AllocatorRow {
    Allocator allocator;
    bool spare = false;
};

struct ProgramRow {
    std::uint64_t pointer = 0;
    Program program;
};

struct ResidentRow {
    Place place;
    std::vector<std::uint64_t> programs;
};

// What 1.0 did not know of a program.
struct PlanRow {
    std::uint64_t pointer = 0;
    bool planned_anew = false;
    std::uint64_t launches_not_told = 0;
    std::vector<CircularBuffer> dataflow_buffers;
};

// What 1.5 did not know of a program whose launches are not told: up to then that was of its circular buffers only.
struct DataflowNotToldRow {
    std::uint64_t pointer = 0;
    bool circular_buffers_too = false;
};

struct LastLaunchRow {
    Place place;
    std::uint64_t program = 0;
    std::vector<std::uint64_t> before;
    std::uint64_t peak_before = 0;
};

// What 1.1 did not know of a process.
struct DoubtsRow {
    std::optional<NotSeen> not_seen;
    std::optional<ExitStatus> exit_status;
    Contradictions contradictions;  // but for what walks found: 1.0 has that

    [[nodiscard]] bool any() const {
        return not_seen || exit_status || contradictions.frees + contradictions.replaced + contradictions.owners > 0;
    }
};

// Likewise of those that ended long ago, together.
struct OlderDoubtsRow {
    Contradictions contradictions;
    std::uint64_t not_seen = 0;
};

// What 1.2 did not know of refusals.
struct RefusalsRow {
    std::uint64_t count = 0;
    std::uint64_t allocations = 0;  // FailureVerdict::Refused
};

struct BufferRow {
    std::uint32_t allocator = 0;
    BufferType type = BufferType::Dram;
    std::uint64_t address = 0;
    std::uint64_t buffer = 0;
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    std::uint64_t t_ns = 0;
    std::uint32_t tid = 0;
    FoundAs origin = FoundAs::Allocated;
    std::uint32_t flags = 0;
    std::uint32_t spread = 0;
};
inline constexpr std::uint32_t kTraceUnsafe = 1;
inline constexpr std::uint32_t kSharded = 2;
inline constexpr std::uint32_t kHasBlock = 4;
inline constexpr std::uint32_t kReplayedOver = 8;  // since 1.3
// Since 1.4, only of buffers allocated core by core, which a reader of 1.3 cannot tell apart.
inline constexpr std::uint32_t kPerCore = 16;
inline constexpr std::uint32_t kCoreShift = 8;  // from this bit on: the core's number

inline constexpr std::uint32_t kGenerationBits = 16;

struct PastRow {
    std::uint32_t allocator = 0;
    BufferType type = BufferType::Dram;
    std::uint64_t address = 0;
    std::uint32_t generation = 0;  // above its bits: the core's number (1.4)
    AllocationTable::End end = AllocationTable::End::Unknown;
    std::uint64_t t_ns = 0;
};

struct PlaceRow {
    Place place;
    PlaceUsage usage;
    std::uint64_t trace_unsafe_allocs = 0;  // up to 1.2
};

// What 1.3 did not know of a place: which of its frees were releases.
struct ReleasesRow {
    Place place;
    std::array<std::uint64_t, kBufferTypeCount> released{};  // by BufferType
};

// What 1.6 did not know of a buffer.
struct BufferStackRow {
    std::uint32_t allocator = 0;
    BufferType type = BufferType::Dram;
    std::uint64_t address = 0;
    std::uint32_t core = 0;
    std::uint32_t stack = 0;
};

// What 1.6 did not know of the first of a kind of failures.
struct FailureStackRow {
    FieldId of = FieldId::FailureKinds;  // or ClashKinds, RefusalKinds
    std::uint32_t index = 0;             // in that field
    std::uint32_t stack = 0;
};

// A capture that has begun, or has ended and waits for its storage.
struct TraceCaptureRow {
    bool ending = false;
    std::uint32_t tid = 0;    // ending: by which thread,
    std::uint32_t owner = 0;  // and whose
    TraceTable::Capture capture;
};

}  // namespace checkpoint

template <typename Archive>
void describe(Archive& a, EventHeader& x) {
    a(x.t_ns, x.pid, x.tid);
}

template <typename Archive>
void describe(Archive& a, BufferFields& x) {
    a(x.buffer, x.owner, x.allocator, x.address, x.size, x.page_size, x.type, x.hooked, x.sharded, x.pages_per_shard);
}

template <typename Archive>
void describe(Archive& a, Freed& x) {
    a(x.header, x.buffer);
}

template <typename Archive>
void describe(Archive& a, Lost& x) {
    a(x.header, x.allocated, x.freed, x.circular_buffers, x.lifecycle);
}

template <typename Archive>
void describe(Archive& a, ProcessWalked& x) {
    a(x.header, x.reason, x.complete, x.incomplete_reason, x.allocators, x.rounds, x.buffers, x.found, x.gone, x.duration_ns, x.stopped_ns);
}

template <typename Archive>
void describe(Archive& a, AllocationFailed& x) {
    a(x.header, x.buffer, x.message);
}

template <typename Archive>
void describe(Archive& a, CircularBufferClash& x) {
    a(x.header, x.program, x.owner, x.message);
}

template <typename Archive>
void describe(Archive& a, Place& x) {
    a(x.kind, x.id);
}

template <typename Archive>
void describe(Archive& a, BankUse& x) {
    a(x.used, x.free, x.largest_free);
}

template <typename Archive>
void describe(Archive& a, Capacity& x) {
    a(x.banks, x.bank_bytes, x.allocators, x.use);
}

template <typename Archive>
void describe(Archive& a, ClashFailure::LowestBuffer& x) {
    a(x.address, x.size, x.buffer, x.t_ns, x.owner);
}

// What the message itself says is read from it again. The allocator is an index of that moment, of no use later.
template <typename Archive>
void describe(Archive& a, AllocationFailure& x) {
    a(x.event, x.owner, x.places, x.needed, x.tracked, x.verdict);
}

template <typename Archive>
void describe(Archive& a, ClashFailure& x) {
    a(x.event, x.owner, x.places, x.lowest);
}

template <typename Archive>
void describe(Archive& a, RequestRefused& x) {
    a(x.header, x.program, x.owner, x.message);
}

template <typename Archive>
void describe(Archive& a, RequestRefusal::Traces& x) {
    a(x.count, x.bytes);
}

template <typename Archive>
void describe(Archive& a, RequestRefusal& x) {
    a(x.event, x.owner, x.places, x.held);
}

template <typename Archive, typename Failure>
void describe(Archive& a, FailureKind<Failure>& x) {
    a(x.first, x.count, x.last_t_ns);
}

template <typename Archive>
void describe(Archive& a, FoldedProcesses& x) {
    a(x.count, x.events, x.ends, x.unknown_frees, x.peak_bytes, x.failed_allocations, x.clashes, x.contradictions.found);
}

template <typename Archive>
void describe(Archive& a, PhaseMark& x) {
    a(x.name, x.event, x.t_ns);
}

// The numbers are their places in the list.
template <typename Archive>
void describe(Archive& a, FrameSeen& x) {
    a(x.kind, x.line, x.address, x.function, x.file, x.build_id);
}

template <typename Archive>
void describe(Archive& a, StackSeen& x) {
    a(x.end, x.frames);
}

template <typename Archive>
void describe(Archive& a, FoundStat& x) {
    a(x.pre_existing, x.inferred, x.gone);
}

template <typename Archive>
void describe(Archive& a, NotSeen& x) {
    a(x.partly, x.why, x.what_to_do);
}

template <typename Archive>
void describe(Archive& a, ExitStatus& x) {
    a(x.status, x.signal);
}

template <typename Archive>
void describe(Archive& a, ProcessState& x) {
    a(x.number, x.pid, x.parent_pid, x.start_time_ns, x.command, x.from_first_event, x.inherits, x.first_t_ns, x.last_t_ns, x.end);
    a(x.known_before, x.walked, x.losses_at_start, x.losses_settled, x.found, x.contradictions.found, x.contradictions.gone);
    a(x.events, x.hooked_allocs, x.ends, x.frees_after_close);
    for (const FailureVerdict verdict : {FailureVerdict::Unknown, FailureVerdict::Exhausted, FailureVerdict::Fragmented}) {
        a(x.failure_verdicts[static_cast<std::size_t>(verdict)]);
    }
    a(x.allocator_changes, x.pauses, x.paused_ns);
    a(x.failures.count, x.clashes.count, x.owners_before_reuse, x.allocators_before_reuse);
}

// The type is its place in the list.
template <typename Archive>
void describe(Archive& a, Region& x) {
    a(x.banks, x.page_alignment, x.base, x.bytes, x.granularity);
}

template <typename Archive>
void describe(Archive& a, AllocationKey& x) {
    a(x.allocator, x.type, x.address, x.generation);  // of a trace's storage, which no core has alone
}

template <typename Archive>
void describe(Archive& a, TraceRange& x) {
    a(x.allocator, x.type, x.begin, x.end);
}

template <typename Archive>
void describe(Archive& a, TraceRanges& x) {
    a(x.complete, x.ranges);
}

// What is live is told by the buffers.
template <typename Archive>
void describe(Archive& a, KeptTrace& x) {
    a(x.number, x.id, x.owner, x.before_attach, x.begun_t_ns, x.since_t_ns, x.fresh_t_ns, x.storage, x.storage_bytes, x.worked_on);
    a(x.allocs, x.replays, x.last_replay_t_ns, x.replayed_over);
}

template <typename Archive>
void describe(Archive& a, TraceTotals& x) {
    a(x.traces, x.replays, x.allocs, x.replayed_over, x.replayed_over_bytes, x.not_kept);
    a(x.newest_t_ns, x.freed_last.buffers, x.freed_last.bytes, x.at_close.buffers, x.at_close.bytes);
}

template <typename Archive>
void describe(Archive& a, TraceTable::Capture& x) {
    a(x.id, x.begun_t_ns, x.worked_on);
}

template <typename Archive>
void describe(Archive& a, CoreRange& x) {
    a(x.start_x, x.start_y, x.end_x, x.end_y);
}

template <typename Archive>
void describe(Archive& a, CircularBuffer& x) {
    a(x.address, x.size, x.cores_complete, x.cores);
}

template <typename Archive>
void describe(Archive& a, LaunchesNotTold& x) {
    a(x.programs, x.launches);
}

// What is live is told by the buffers.
template <typename Archive>
void describe(Archive& a, Usage& x) {
    a(x.peak_bytes, x.allocs, x.found, x.frees, x.peak_footprint_bytes, x.peak_footprint_known);
}

template <typename Archive>
void describe(Archive& a, CircularBufferUsage& x) {
    a(x.count, x.bytes, x.peak_bytes, x.launches);
}

namespace checkpoint {

template <typename Archive>
void describe(Archive& a, WalkRow& x) {
    a(x.reason, x.stat.count, x.stat.incomplete, x.stat.found, x.stat.gone, x.stat.last);
}

template <typename Archive>
void describe(Archive& a, UnknownFreeRow& x) {
    a(x.reason, x.stat.count, x.stat.bytes, x.stat.example);
}

template <typename Archive>
void describe(Archive& a, OwnerRow& x) {
    a(x.owner.pointer, x.owner.kind, x.owner.id, x.owner.closing, x.owner.current, x.spare, x.owner.chips);
}

template <typename Archive>
void describe(Archive& a, AllocatorRow& x) {
    a(x.allocator.pointer, x.allocator.owner, x.allocator.generation, x.allocator.alive, x.allocator.foreign, x.spare, x.allocator.regions);
}

template <typename Archive>
void describe(Archive& a, ProgramRow& x) {
    a(x.pointer, x.program.planned_anew[0], x.program.circular_buffers);
}

template <typename Archive>
void describe(Archive& a, DataflowNotToldRow& x) {
    a(x.pointer, x.circular_buffers_too);
}

template <typename Archive>
void describe(Archive& a, PlanRow& x) {
    a(x.pointer, x.planned_anew, x.launches_not_told, x.dataflow_buffers);
}

template <typename Archive>
void describe(Archive& a, DoubtsRow& x) {
    a(x.not_seen, x.exit_status, x.contradictions.frees, x.contradictions.replaced, x.contradictions.owners);
}

template <typename Archive>
void describe(Archive& a, RefusalsRow& x) {
    a(x.count, x.allocations);
}

template <typename Archive>
void describe(Archive& a, ReleasesRow& x) {
    a(x.place, x.released);
}

template <typename Archive>
void describe(Archive& a, OlderDoubtsRow& x) {
    a(x.not_seen, x.contradictions.frees, x.contradictions.replaced, x.contradictions.owners, x.contradictions.gone);
}

template <typename Archive>
void describe(Archive& a, LastLaunchRow& x) {
    a(x.place, x.program, x.before, x.peak_before);
}

template <typename Archive>
void describe(Archive& a, ResidentRow& x) {
    a(x.place, x.programs);
}

template <typename Archive>
void describe(Archive& a, BufferRow& x) {
    a(x.allocator, x.type);
    a.delta(0, x.address);
    a.delta(1, x.buffer);
    a(x.size, x.page_size);
    a.delta(2, x.t_ns);
    a(x.tid, x.origin, x.flags, x.spread);
}

template <typename Archive>
void describe(Archive& a, BufferStackRow& x) {
    a(x.allocator, x.type);
    a.delta(0, x.address);
    a(x.core, x.stack);
}

template <typename Archive>
void describe(Archive& a, FailureStackRow& x) {
    a(x.of, x.index, x.stack);
}

template <typename Archive>
void describe(Archive& a, PastRow& x) {
    a(x.allocator, x.type);
    a.delta(0, x.address);
    a(x.generation, x.end);
    a.delta(2, x.t_ns);
}

template <typename Archive>
void describe(Archive& a, TraceCaptureRow& x) {
    a(x.ending, x.tid, x.owner, x.capture);
}

template <typename Archive>
void describe(Archive& a, PlaceRow& x) {
    a(x.place, x.usage.types, x.usage.circular_buffers, x.trace_unsafe_allocs);
}

}  // namespace checkpoint

template <typename Archive, typename Stream>
void TrackerCheckpoint::describe_stream(Archive& a, Stream& x) {
    a(x.events_, x.first_t_ns_, x.last_t_ns_, x.lost_, x.losses_, x.last_allocation_loss_, x.last_allocation_loss_t_ns_);
    a(x.last_free_loss_t_ns_, x.lost_allocations_unaccounted_, x.processes_seen_, x.scan_credit_, x.folded_);
}

}  // namespace tt::alloc_trace
