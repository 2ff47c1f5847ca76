// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How far the figures of a process can be trusted, and what went wrong in it: what was known at the attach, what walks had to
// repair, failed allocations, clashes, buffers that the replay of a trace may overwrite. The same in all views.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/session_info.hpp"
#include "report/view_words.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct ProcessHealth {
    KnownBefore known_before = KnownBefore::None;
    std::string known_before_reason;  // why not full, in words; may be empty
    bool from_first_event = false;    // watched before it could allocate
    FoundStat found;
    Contradictions contradictions;
    std::optional<NotSeen> not_seen;
    std::optional<ExitStatus> exit_status;
    std::array<WalkStat, kWalkReasonCount> walks{};
    std::uint64_t failed_allocations = 0;
    std::array<std::uint64_t, kFailureVerdictCount> failure_verdicts{};  // by FailureVerdict
    std::vector<FailureKind<AllocationFailure>> failures;                // by their first; of as many kinds as asked for
    std::uint64_t clash_count = 0;
    std::vector<FailureKind<ClashFailure>> clashes;  // likewise
    std::uint64_t refusal_count = 0;
    std::vector<FailureKind<RequestRefusal>> refusals;  // likewise
    struct Traces {
        TraceTotals totals;
        std::uint64_t kept = 0;
        AtRisk at_risk;
    };
    Traces traces;  // captured ones, and the buffers that their replay may overwrite
    std::array<std::uint64_t, kAllocatorChangeCount> allocator_changes{};
    std::uint64_t foreign_allocators = 0;
    std::uint64_t frees_after_close = 0;
    std::uint64_t pauses = 0;
    std::uint64_t paused_ns = 0;
    LaunchesNotTold launches_not_told;
};

// `most_failures`: kinds of each sort.
// False: it ended and used no device memory, as compilers do that a job starts by the hundred; such are only counted in text.
[[nodiscard]] bool worth_naming(const ProcessState& process);

[[nodiscard]] ProcessHealth process_health(
    const ProcessState& process, const SessionInfo& session, std::size_t most_failures
);

// What was live before the attach, of all processes that used memory: as much as is known of each of them.
[[nodiscard]] KnownBefore known_before_attach(const TrackerView& view, const SessionInfo& session);

// Whether nothing was missed and nothing is unknown: what --strict asks. A stream may be complete, and not begin early enough.
[[nodiscard]] bool nothing_unknown(const TrackerView& view, const SessionInfo& session);

// "known before attach: full (296 buffers found)"; no note for a process watched from its start. `start_ns`: the attach.
[[nodiscard]] std::vector<Note> health_notes(const ProcessHealth& health, std::uint64_t start_ns);

// "200 launches of 1 program whose circular or dataflow buffers are not known"; none if there are no such.
[[nodiscard]] std::vector<Note> not_told_notes(const LaunchesNotTold& launches);

// One of the two below; none if nothing is at risk.
[[nodiscard]] std::vector<Note> trace_notes(const ProcessHealth::Traces& traces);
// "live at a replay of an older trace: 1 buffer (1.0 MiB), maybe overwritten"
[[nodiscard]] Note replayed_over_note(const AtRisk& buffers);
// "a trace's replay may overwrite at the close: 1 buffer (1.0 MiB)"
[[nodiscard]] Note at_risk_note(std::string_view when, const AtRisk& buffers);

// known_before, walks, differences, failed_allocations, ...
void add_health(nlohmann::ordered_json& json, const ProcessHealth& health);

}  // namespace tt::alloc_trace
