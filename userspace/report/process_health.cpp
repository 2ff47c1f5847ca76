// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/process_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/capacity_words.hpp"
#include "report/failure_words.hpp"
#include "report/human_size.hpp"
#include "report/json_envelope.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

KnownBefore known_before(const ProcessState& process, const SessionInfo& session) {
    const bool nothing = process.not_seen && !process.not_seen->partly;
    return nothing ? KnownBefore::None : std::max(process.known_before, session.known_before_attach);
}

std::string known_before_reason(const ProcessState& process) {
    if (process.not_seen) {
        return "not seen: " + process.not_seen->why;
    }
    const std::string& torn = process.walks[static_cast<std::size_t>(WalkReason::Attach)].last.incomplete_reason;
    return torn.empty() && process.contradictions.frees > 0 ? "buffers were freed that the walk had not found" : torn;
}

// Others say nothing of what was live before the attach.
bool counts(const ProcessState& process) { return process.used_memory() || process.walks[0].count > 0; }

// Attached to in mid-run, and gone before its memory was read.
bool ended_unread(const ProcessState& process) {
    return !process.from_first_event && !process.inherits && process.walks[0].count == 0 &&
           process.end == ProcessState::End::Exited;
}

template <typename Failure>
std::vector<FailureKind<Failure>> first_of(const std::vector<FailureKind<Failure>>& all, std::size_t most) {
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()))};
}

Note known_before_note(const ProcessHealth& health) {
    const std::string found = health.found.pre_existing > 0
                                  ? fmt::format("{} found", counted(health.found.pre_existing, "buffer"))
                                  : std::string();
    switch (health.known_before) {
        case KnownBefore::Full:
            return {fmt::format("known before attach: full ({})", found.empty() ? "nothing was held" : found), Ink::Dim};
        case KnownBefore::Partial:
            return {
                fmt::format(
                    "known before attach: partial{}{}: older buffers may be missing",
                    health.known_before_reason.empty() ? "" : " (" + health.known_before_reason + ")",
                    found.empty() ? "" : ", " + found
                ),
                Ink::Warning};
        case KnownBefore::None: break;
    }
    return {"known before attach: none: buffers older than the attach are not included", Ink::Dim};
}

void add_difference_notes(std::vector<Note>& notes, const ProcessHealth& health) {
    const FoundStat& found = health.found;
    if (found.inferred + found.gone > 0) {
        notes.push_back(
            {fmt::format(
                 "repaired by walks: {} found, {} gone", counted(found.inferred, "buffer"), human_count(found.gone)
             ),
             Ink::Dim}
        );
    }
}

std::string verdicts(const ProcessHealth& health) {
    std::string text;
    for (const FailureVerdict verdict : {FailureVerdict::Exhausted, FailureVerdict::Fragmented, FailureVerdict::Refused, FailureVerdict::Unknown}) {
        const std::uint64_t count = health.failure_verdicts[static_cast<std::size_t>(verdict)];
        if (count > 0) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", human_count(count), to_string(verdict));
        }
    }
    return text;
}

std::string state_text(const AllocationFailure& failure) {
    if (failure.verdict == FailureVerdict::Refused) {
        return ": " + std::string(reason_of(failure.event.message));
    }
    if (const auto type = missing_region(failure)) {
        return fmt::format(": this device has no {} region", to_string(*type));
    }
    std::string text;
    if (failure.needed) {
        text += fmt::format(", needs {} per bank", human_bytes(*failure.needed));
    }
    if (failure.reported.free && failure.reported.largest_free) {
        text += fmt::format(
            ", {} free, largest hole {}", human_bytes(*failure.reported.free), human_bytes(*failure.reported.largest_free)
        );
    } else if (failure.tracked.use) {
        text += fmt::format(
            ", {} free, largest hole {}",
            human_bytes(failure.tracked.use->free),
            human_bytes(failure.tracked.use->largest_free)
        );
    }
    return text + fmt::format(": {}", to_string(failure.verdict));
}

std::string failure_text(const AllocationFailure& failure) {
    const BufferFields& asked = failure.event.buffer;
    return fmt::format(
        "{}{}{}{}",
        to_string(asked.type),
        asked.size > 0 ? " " + human_bytes(asked.size) : "",
        failure.owner.empty() ? "" : " on " + failure.owner,
        state_text(failure)
    );
}

std::string failure_text(const ClashFailure& clash) {
    std::string text{what_was_refused(clash)};
    text += clash.owner.empty() ? "" : " on " + clash.owner;
    if (const std::string figures = figures_of(clash); !figures.empty()) {
        text += ": they " + figures;
    }
    if (clash.lowest) {
        text += fmt::format(
            "; live there: {} at {:#x} of {}", human_bytes(clash.lowest->size), clash.lowest->address, clash.lowest->owner
        );
    }
    return text;
}

std::string failure_text(const RequestRefusal& refusal) {
    if (refusal.reported.kind == RefusalKind::Other) {
        return std::string(reason_of(refusal.event.message));
    }
    const std::string figures = figures_of(refusal);
    return fmt::format(
        "{}{}{}{}", what_was_refused(refusal), refusal.owner.empty() ? "" : " on " + refusal.owner, figures.empty() ? "" : ": ", figures
    );
}

// One line per kind: when it was first, what, and how often.
template <typename Failure>
void add_kinds(std::vector<Note>& notes, const std::vector<FailureKind<Failure>>& kinds, std::uint64_t start_ns) {
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(kShown, kinds.size()); ++i) {
        const FailureKind<Failure>& kind = kinds[i];
        const std::string at = human_offset(kind.first.event.header.t_ns, start_ns);
        notes.push_back(
            {fmt::format("  {} {}{}", at, failure_text(kind.first), times_text(kind.count, human_offset(kind.last_t_ns, start_ns))), Ink::Plain}
        );
    }
    if (kinds.size() > kShown) {
        notes.push_back({fmt::format("  and {}: see the view failures", counted(kinds.size() - kShown, "more kind")), Ink::Dim});
    }
}

void add_failure_notes(std::vector<Note>& notes, const ProcessHealth& health, std::uint64_t start_ns) {
    if (health.failed_allocations > 0) {
        notes.push_back(
            {fmt::format("{} ({})", counted(health.failed_allocations, "failed allocation"), verdicts(health)), Ink::Warning}
        );
        add_kinds(notes, health.failures, start_ns);
    }
    if (health.clash_count > 0) {
        notes.push_back({counted(health.clash_count, "launch") + " refused: no place for circular or dataflow buffers", Ink::Warning});
        add_kinds(notes, health.clashes, start_ns);
    }
    if (health.refusal_count > 0) {
        notes.push_back({counted(health.refusal_count, "request") + " refused by other checks of the runtime", Ink::Warning});
        add_kinds(notes, health.refusals, start_ns);
    }
}

std::string buffers_text(const AtRisk& buffers) {
    return fmt::format("{} ({})", counted(buffers.buffers, "buffer"), human_bytes(buffers.bytes));
}

Json walk_json(WalkReason reason, const WalkStat& stat) {
    Json json;
    json["reason"] = to_string(reason);
    json["count"] = stat.count;
    json["incomplete"] = stat.incomplete;
    json["found"] = stat.found;
    json["gone"] = stat.gone;
    json["last"]["t_ns"] = stat.last.header.t_ns;
    json["last"]["complete"] = stat.last.complete;
    json["last"]["incomplete_reason"] = stat.last.incomplete_reason;
    json["last"]["allocators"] = stat.last.allocators;
    json["last"]["rounds"] = stat.last.rounds;
    json["last"]["buffers"] = stat.last.buffers;
    json["last"]["duration_ns"] = stat.last.duration_ns;
    json["last"]["stopped_ns"] = stat.last.stopped_ns;
    return json;
}

Json failure_json(const AllocationFailure& failure) {
    const BufferFields& asked = failure.event.buffer;
    Json json;
    json["t_ns"] = failure.event.header.t_ns;
    json["tid"] = failure.event.header.tid;
    json["owner"] = failure.owner;
    json["type"] = to_string(asked.type);
    json["size"] = asked.size;
    json["page_size"] = asked.page_size;
    json["verdict"] = to_string(failure.verdict);
    json["needed_bank_bytes"] = number_or_null(failure.needed);
    json["tracked"] = capacity_json(failure.tracked);
    json["reported"]["needed_bank_bytes"] = number_or_null(failure.reported.needed);
    json["reported"]["bank_bytes"] = number_or_null(failure.reported.bank_size);
    json["reported"]["allocated_bank_bytes"] = number_or_null(failure.reported.allocated);
    json["reported"]["free_bank_bytes"] = number_or_null(failure.reported.free);
    json["reported"]["largest_free_bank_bytes"] = number_or_null(failure.reported.largest_free);
    json["message"] = failure.event.message;
    return json;
}

Json failure_json(const ClashFailure& clash) {
    Json json;
    json["t_ns"] = clash.event.header.t_ns;
    json["tid"] = clash.event.header.tid;
    json["owner"] = clash.owner;
    json["program"] = hex(clash.event.program);
    add_figures(json, clash);
    json["lowest_l1_buffer"] = nullptr;
    if (const auto& lowest = clash.lowest) {
        Json& buffer = json["lowest_l1_buffer"];
        buffer["address"] = hex(lowest->address);
        buffer["size"] = lowest->size;
        buffer["buffer"] = hex(lowest->buffer);
        buffer["owner"] = lowest->owner;
        buffer["t_ns"] = lowest->t_ns;
    }
    json["message"] = clash.event.message;
    return json;
}

Json failure_json(const RequestRefusal& refusal) {
    Json json;
    json["t_ns"] = refusal.event.header.t_ns;
    json["tid"] = refusal.event.header.tid;
    json["owner"] = refusal.owner;
    json["kind"] = to_string(refusal.reported.kind);
    add_figures(json, refusal);
    json["reason"] = reason_of(refusal.event.message);
    json["message"] = refusal.event.message;
    return json;
}

template <typename Failure>
Json kinds_json(const std::vector<FailureKind<Failure>>& kinds) {
    Json all = Json::array();
    for (const FailureKind<Failure>& kind : kinds) {
        Json json = failure_json(kind.first);
        json["count"] = kind.count;
        json["last_t_ns"] = kind.last_t_ns;
        all.push_back(std::move(json));
    }
    return all;
}

}  // namespace

bool worth_naming(const ProcessState& process) {
    return process.end == ProcessState::End::Alive || process.used_device();
}

ProcessHealth process_health(const ProcessState& process, const SessionInfo& session, std::size_t most_failures) {
    ProcessHealth health;
    health.known_before = known_before(process, session);
    health.known_before_reason = known_before_reason(process);
    health.from_first_event = process.complete_from_start();
    health.found = process.found;
    health.contradictions = process.contradictions;
    health.not_seen = process.not_seen;
    health.exit_status = process.exit_status;
    health.walks = process.walks;
    health.failed_allocations = process.failures.count;
    health.failure_verdicts = process.failure_verdicts;
    health.failures = first_of(process.failures.kinds, most_failures);
    health.clash_count = process.clashes.count;
    health.clashes = first_of(process.clashes.kinds, most_failures);
    health.refusal_count = process.refusals.count;
    health.refusals = first_of(process.refusals.kinds, most_failures);
    health.traces = {process.traces.totals(), process.traces.kept().size(), process.traces.at_risk()};
    health.allocator_changes = process.allocator_changes;
    health.foreign_allocators = process.foreign_allocators();
    health.frees_after_close = process.frees_after_close;
    health.pauses = process.pauses;
    health.paused_ns = process.paused_ns;
    health.launches_not_told = process.programs.launches_not_told();
    return health;
}

KnownBefore known_before_attach(const TrackerView& view, const SessionInfo& session) {
    const bool any = std::any_of(view.processes.begin(), view.processes.end(), [&](const auto& process) {
        return counts(*process);
    });
    if (view.processes.empty()) {
        return session.known_before_attach;
    }
    const bool all_seen = std::none_of(view.processes.begin(), view.processes.end(), [](const auto& process) {
        return process->not_seen.has_value();
    });
    if (!any && !all_seen) {
        return KnownBefore::None;
    }
    KnownBefore least = all_seen ? KnownBefore::Full : KnownBefore::Partial;
    for (const auto& process : view.processes) {
        if (!any || counts(*process)) {
            least = std::min(least, known_before(*process, session));
        }
    }
    return least;
}

bool nothing_unknown(const TrackerView& view, const SessionInfo& session) {
    return view.complete() && std::none_of(view.processes.begin(), view.processes.end(), [&](const auto& process) {
        const bool may_have_held = counts(*process) || (ended_unread(*process) && !session.modules.empty());
        return process->programs.launches_not_told().launches > 0 ||
               (may_have_held && known_before(*process, session) != KnownBefore::Full);
    });
}

std::vector<Note> not_told_notes(const LaunchesNotTold& launches) {
    if (launches.launches == 0) {
        return {};
    }
    return {
        {fmt::format(
             "{} of {} whose circular or dataflow buffers are not known",
             counted(launches.launches, "launch"),
             counted(launches.programs, "program")
         ),
         Ink::Warning}};
}

// What was freed in time is no news.
std::vector<Note> trace_notes(const ProcessHealth::Traces& traces) {
    const TraceTotals& totals = traces.totals;
    if (totals.replayed_over > 0) {
        return {replayed_over_note({totals.replayed_over, totals.replayed_over_bytes})};
    }
    if (traces.at_risk.buffers > 0) {
        return {at_risk_note("", traces.at_risk)};
    }
    if (totals.at_close.buffers > 0) {
        return {at_risk_note(" at the close", totals.at_close)};
    }
    return {};
}

Note replayed_over_note(const AtRisk& buffers) {
    return {fmt::format("live at a replay of an older trace: {}, maybe overwritten", buffers_text(buffers)), Ink::Warning};
}

Note at_risk_note(std::string_view when, const AtRisk& buffers) {
    return {fmt::format("a trace's replay may overwrite{}: {}", when, buffers_text(buffers)), Ink::Warning};
}

std::vector<Note> health_notes(const ProcessHealth& health, std::uint64_t start_ns) {
    std::vector<Note> notes;
    const bool walked = health.walks[static_cast<std::size_t>(WalkReason::Attach)].count > 0;
    if (!health.from_first_event && (walked || health.known_before != KnownBefore::Full)) {
        notes.push_back(known_before_note(health));
    }
    add_difference_notes(notes, health);
    add_failure_notes(notes, health, start_ns);
    for (Note& note : trace_notes(health.traces)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : not_told_notes(health.launches_not_told)) {
        notes.push_back(std::move(note));
    }
    if (health.foreign_allocators > 0) {
        notes.push_back(
            {counted(health.foreign_allocators, "allocator") + " took over the state of another: its blocks belong to no buffer of its own",
             Ink::Warning}
        );
    }
    if (health.pauses > 0) {
        notes.push_back(
            {fmt::format("paused {}, {} in all, so that nothing is lost", counted(health.pauses, "time"), human_duration(health.paused_ns)),
             Ink::Dim}
        );
    }
    return notes;
}

void add_health(Json& json, const ProcessHealth& health) {
    json["exit_status"] = nullptr;
    json["signal"] = nullptr;
    if (health.exit_status) {
        json[health.exit_status->signal == 0 ? "exit_status" : "signal"] =
            health.exit_status->signal == 0 ? health.exit_status->status : health.exit_status->signal;
    }
    json["known_before"] = to_string(health.known_before);
    json["known_before_reason"] = health.known_before_reason;
    json["found"]["pre_existing"] = health.found.pre_existing;
    json["found"]["inferred"] = health.found.inferred;
    json["found"]["gone"] = health.found.gone;
    json["unexplained_differences"]["found"] = health.contradictions.found;
    json["unexplained_differences"]["gone"] = health.contradictions.gone;
    json["walks"] = Json::array();
    for (std::size_t i = 0; i < kWalkReasonCount; ++i) {
        if (health.walks[i].count > 0) {
            json["walks"].push_back(walk_json(static_cast<WalkReason>(i), health.walks[i]));
        }
    }
    Json& failed = json["failed_allocations"];
    failed["count"] = health.failed_allocations;
    for (std::size_t i = 0; i < kFailureVerdictCount; ++i) {
        failed[std::string(to_string(static_cast<FailureVerdict>(i)))] = health.failure_verdicts[i];
    }
    failed["kinds"] = kinds_json(health.failures);
    json["clashes"]["count"] = health.clash_count;
    json["clashes"]["kinds"] = kinds_json(health.clashes);
    json["refused"]["count"] = health.refusal_count;
    json["refused"]["kinds"] = kinds_json(health.refusals);
    const ProcessHealth::Traces& traces = health.traces;
    Json& unsafe = json["trace_unsafe"];
    unsafe["captured_traces"] = traces.totals.traces;
    unsafe["kept_traces"] = traces.kept;
    unsafe["replays"] = traces.totals.replays;
    unsafe["allocs"] = traces.totals.allocs;
    unsafe["replayed_over"] = traces.totals.replayed_over;
    unsafe["replayed_over_bytes"] = traces.totals.replayed_over_bytes;
    unsafe["live_buffers"] = traces.at_risk.buffers;
    unsafe["live_bytes"] = traces.at_risk.bytes;
    unsafe["live_at_close"] = traces.totals.at_close.buffers;
    unsafe["live_at_close_bytes"] = traces.totals.at_close.bytes;
    for (std::size_t i = 0; i < kAllocatorChangeCount; ++i) {
        json["allocator_changes"][std::string(to_string(static_cast<AllocatorChange>(i)))] = health.allocator_changes[i];
    }
    json["foreign_allocators"] = health.foreign_allocators;
    json["frees_after_close"] = health.frees_after_close;
    json["pauses"]["count"] = health.pauses;
    json["pauses"]["duration_ns"] = health.paused_ns;
    json["launches_not_told"]["programs"] = health.launches_not_told.programs;
    json["launches_not_told"]["launches"] = health.launches_not_told.launches;
}

}  // namespace tt::alloc_trace
