// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One event as one line of JSON, for `export --to jsonl`. Keys in this order, where they apply:
//
//   t_ns kind pid tid stack owner allocator type address size page_size buffer reason
//
//   alloc, alloc_hooked       all but reason; reason "inferred" if the buffer in its place had to be taken for freed
//                             per_core{cores core} only if it was allocated core by core, as in all buffer events
//   free, free_hooked         reason: "freed"; of a free of no known buffer "before attach", "in a gap", "double", ...;
//                             "after close" if its allocator was gone before it
//   owner                     owner owner_kind id owner_chips owner_pointer
//   cb_alloc                  owner type("CB") address size(per core) program cores [[x0,y0,x1,y1]...] cores_complete
//                             globally_allocated
//   dfb_alloc                 likewise, a region of dataflow buffers
//   cb_release_all            owner
//   launch                    owner program
//   launch_not_told           owner program not_told: which of its buffers are not known
//   program_end               program
//   owner_close               owner owner_pointer
//   allocator_release         owner allocator reason("released by close"|"cleared", if it held any) how released
//                             released_bytes
//   process_start             parent_pid start_time_ns from_first_event command
//   fork                      child_pid
//   not_seen                  partly why what_to_do: what it did with device memory was not seen, or not all
//   status                    exit_status signal(0: none): how it ended; exit follows
//   exec, exit                reason("released by exit") released released_bytes
//   buffer_found              as alloc, and sharded pages_per_shard block_bytes(per bank; 0: not known); reason "pre-existing" or
//                             "inferred" (allocated in a gap), none if it was known already
//   buffer_gone               as alloc; reason "inferred" if it was live
//   walk                      walk_reason("attach"|"gap"|"audit"|"end") complete incomplete_reason allocators rounds buffers found
//                             gone duration_ns stopped_ns
//   allocator                 owner allocator regions[{type banks page_alignment base bytes granularity}] (per bank)
//   allocator_change          owner allocator how("state_overridden"|"shrunk"|"reset")
//   trace                     owner(not of all) call("begin"|"end"|"replay"|"release") trace(its number); call "register": allocator
//   alloc_failed              as alloc, and sharded pages_per_shard message; reason "exhausted", "fragmented" or "unknown"
//   cb_clash                  owner program message
//   refused                   owner program(both: of the launch before it on that thread) message
//   pause                     duration_ns
//   mark                      name: a phase begins; no pid, no tid
//   frame                     number language("native"|"python") function file line address: of stacks; no pid, no tid
//   stack                     number frames[] end: calls that led to events, which name it in their stack; no pid, no tid
//   release                   as alloc, reason: one of the buffers that the next event ended (with the release, exec, exit; or "inferred")
//   held                      as alloc, reason "allocated", "pre-existing" or "inferred": live when the window begins
//   lost                      allocs frees circular_buffers lifecycle total; no pid, no tid
//
//   held_twice                type chips[one] delta_footprint: what allocators of several owners hold both changed there
// alloc, free, buffer_found, buffer_gone, release and held also have chips[] footprint footprint_per_bank (null: not known)
// delta_footprint, as BufferMemory has them, where there is one.
//
// The first line of an export is the envelope with kind "header", the last has kind "end" and the totals.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "event/session_info.hpp"
#include "report/json_envelope.hpp"
#include "tracker/judgement.hpp"

namespace tt::alloc_trace {

enum class EventKind : std::uint8_t {
    Alloc,
    AllocHooked,
    Free,
    FreeHooked,
    Owner,
    CbAlloc,
    CbReleaseAll,
    Launch,
    ProgramEnd,
    OwnerClose,
    AllocatorRelease,
    ProcessStart,
    Fork,
    Exec,
    Exit,
    Lost,
    BufferFound,
    BufferGone,
    Walk,
    Allocator,
    AllocatorChange,
    AllocFailed,
    CbClash,
    Pause,
    DfbAlloc,
    LaunchNotTold,
    NotSeen,
    ProcessStatus,
    Trace,
    Refused,
    Mark,
    Frame,
    Stack,
};
inline constexpr std::size_t kEventKindCount = 33;

[[nodiscard]] EventKind event_kind(const Event& event);
[[nodiscard]] std::string_view to_string(EventKind kind);  // "alloc", "alloc_hooked", ... as above

// What the tracker knows of a buffer that an event starts or ends.
struct BufferMemory {
    std::string_view chips = "[]";  // it lies on, as a JSON list; empty if not known
    std::optional<std::uint64_t> footprint;           // bytes of each chip
    std::optional<std::uint64_t> footprint_per_bank;  // bytes
    std::int64_t delta = 0;  // by which what is in use on each chip changed, bytes: of footprints, of sizes where they are not known

    bool operator==(const BufferMemory&) const = default;
};

// Appends the line and its newline. `owner_label` as OwnerLabels gives it; a text of our own that needs no escaping. `memory`: of the
// buffer that the event names; nullptr: is not shown.
void append_event_json(
    std::string& out, const Event& event, const Applied& applied, std::string_view owner_label, const BufferMemory* memory = nullptr
);
// The kinds "release" and "held", which are no events: `reason` in words of our own.
void append_buffer_json(
    std::string& out, const EventHeader& header, const BufferFields& buffer, std::string_view kind, std::string_view owner_label,
    std::string_view reason, const BufferMemory& memory
);

// The kind "held_twice", likewise.
void append_held_twice_json(std::string& out, const EventHeader& header, std::int32_t chip, BufferType type, std::int64_t delta);

// The same object by way of the JSON library: the slow reference that tests hold append_event_json() against.
[[nodiscard]] nlohmann::ordered_json event_json(
    const Event& event, const Applied& applied, std::string_view owner_label, const BufferMemory* memory = nullptr
);

// "freed", "double", "exhausted", ... as above; empty if there is nothing to say.
[[nodiscard]] std::string_view event_reason(const Event& event, const Applied& applied);

// What is known only at the end is null here: complete, lost_events, not_seen, contradictions, known_before_attach.
[[nodiscard]] nlohmann::ordered_json export_header_json(const SessionInfo& session);
[[nodiscard]] nlohmann::ordered_json export_end_json(std::uint64_t events, const Completeness& completeness);

}  // namespace tt::alloc_trace
