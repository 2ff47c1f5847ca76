// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is known of one process: read-only for everything but the tracker.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "event/session_info.hpp"
#include "tracker/allocation_table.hpp"
#include "tracker/doubts.hpp"
#include "tracker/failure.hpp"
#include "tracker/judgement.hpp"
#include "tracker/life_listener.hpp"
#include "tracker/program_table.hpp"
#include "tracker/recent_set.hpp"
#include "tracker/shared_memory.hpp"
#include "tracker/trace_table.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

// Most pointers of destroyed allocators kept. A Buffer that outlives its device for longer than so many closes looks like one from
// before the attach.
inline constexpr std::size_t kMaxDeadAllocators = 4096;

struct Owner {
    std::uint64_t pointer = 0;
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;
    std::vector<std::int32_t> chips;  // in the mesh's order; empty if not known
    std::vector<Place> places;        // where its buffers count
    std::vector<PlaceUsage*> usages;  // of `places`, in the same order; point into ProcessState::places
    bool closing = false;
    bool current = true;              // what the pointer means now
    std::uint32_t allocators = 0;     // alive ones
};

// "chip 3", "mesh 0 (chips 0-7)", "mesh 0 (chips unknown)", "unknown owner".
[[nodiscard]] std::string to_string(const Owner& owner);

struct Allocator {
    std::uint64_t pointer = 0;
    std::uint32_t owner = 0;       // index into ProcessState::owners
    std::uint16_t generation = 0;  // of this entry: AllocationKey has it, too
    bool alive = true;             // what the pointer means now
    bool foreign = false;          // it took over another allocator's blocks: they belong to no buffer of its own
    std::uint64_t live = 0;        // buffers
    std::array<Region, kBufferTypeCount> regions{};  // by type; no banks: not known

    [[nodiscard]] const Region* region(BufferType type) const {
        const Region& known = regions[static_cast<std::size_t>(type)];
        return known.banks == 0 ? nullptr : &known;
    }
};

// Walks of one reason.
struct WalkStat {
    std::uint64_t count = 0;
    std::uint64_t incomplete = 0;
    std::uint64_t found = 0;  // sums
    std::uint64_t gone = 0;
    ProcessWalked last;
};

// What walks found and what became of it. Buffers, since attach.
struct FoundStat {
    std::uint64_t pre_existing = 0;
    std::uint64_t inferred = 0;  // allocated in a gap
    std::uint64_t gone = 0;      // freed in a gap
};

struct ExitStatus {
    std::uint32_t status = 0;  // 0 to 255
    std::uint32_t signal = 0;  // that ended it; 0: none did
};

struct ProcessState {
    ProcessState() = default;
    ProcessState(const ProcessState&) = delete;
    ProcessState& operator=(const ProcessState&) = delete;

    enum class End : std::uint8_t { Alive, Exited };

    std::uint32_t number = 0;  // in order of appearance in the stream, from 0; a pid may come again
    std::uint32_t pid = 0;
    std::uint32_t parent_pid = 0;
    std::uint64_t start_time_ns = 0;
    std::string command;
    bool from_first_event = false;
    bool inherits = false;            // forked: the Buffer objects of its parent are in its memory, too
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    End end = End::Alive;
    std::optional<ExitStatus> exit_status;  // if it was told
    std::optional<NotSeen> not_seen;
    Contradictions contradictions;

    KnownBefore known_before = KnownBefore::None;  // what was live before its first event
    std::array<WalkStat, kWalkReasonCount> walks{};  // by WalkReason
    FoundStat found;
    bool walked = false;               // completely, once at least
    std::uint64_t losses_at_start = 0;  // Lost events in the stream before its first event
    std::uint64_t losses_settled = 0;   // likewise, before its latest complete walk

    std::uint64_t events = 0;         // of this process
    std::uint64_t gone_through = 0;   // buffers and owners, for events that concern many; since the replay began
    std::uint64_t hooked_allocs = 0;  // taken by graph capture, no device memory
    std::array<std::uint64_t, kFreeKindCount> ends{};  // by FreeKind
    UnknownFreeStats unknown_frees{};
    std::uint64_t frees_after_close = 0;  // of Buffer objects that outlived their allocator: nothing was freed
    FailureLog<AllocationFailure> failures;
    FailureLog<ClashFailure> clashes;
    FailureLog<RequestRefusal> refusals;
    std::array<std::uint64_t, kFailureVerdictCount> failure_verdicts{};        // by FailureVerdict
    std::array<std::uint64_t, kAllocatorChangeCount> allocator_changes{};      // by AllocatorChange
    std::uint64_t pauses = 0;             // by the tracer, --lossless
    std::uint64_t paused_ns = 0;          // all of them together

    std::vector<Owner> owners;          // entries of ended ones are used again (object_table.hpp)
    std::vector<Allocator> allocators;  // likewise; keys hold indices into it
    tsl::robin_map<std::uint64_t, std::uint32_t> owner_index;      // by pointer, the present meaning
    tsl::robin_map<std::uint64_t, std::uint32_t> allocator_index;  // likewise
    RecentSet<std::uint64_t, kMaxDeadAllocators> dead_allocators;  // pointers
    // Ended entries of the two lists above, and how long these grow before such are looked for again.
    std::vector<std::uint32_t> spare_owners;
    std::vector<std::uint32_t> spare_allocators;
    std::size_t owners_before_reuse = 256;
    std::size_t allocators_before_reuse = 256;
    AllocationTable live;
    ProgramTable programs;
    TraceTable traces;
    std::map<Place, PlaceUsage> places;  // chips in order, then meshes with unknown chips
    SharedMemory shared;                 // of the allocators of several owners
    LifeListener* listener = nullptr;

    [[nodiscard]] const Owner& owner_of(const AllocationKey& key) const {
        return owners[allocators[key.allocator].owner];
    }
    // Nothing of it can have been missed before its first event.
    [[nodiscard]] bool complete_from_start() const { return from_first_event && !inherits; }
    [[nodiscard]] bool used_device() const;  // used memory, or failed to, or may have
    [[nodiscard]] bool used_memory() const;  // any buffer was seen, or a free of one
    [[nodiscard]] std::uint64_t foreign_allocators() const;  // alive ones
};

}  // namespace tt::alloc_trace
