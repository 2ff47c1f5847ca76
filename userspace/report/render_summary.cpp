// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/joined_rows.hpp"
#include "report/launch_words.hpp"
#include "report/summary_view.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// "  name        value" lines under a heading.
void add_field(std::vector<Note>& notes, std::string_view name, const std::string& value, Ink ink = Ink::Plain) {
    constexpr std::size_t kNameColumns = 12;
    notes.push_back({fmt::format("{:<{}}{}", name, kNameColumns, value), ink, kNameColumns});
}

std::string span_text(const SummaryView& summary, const SessionInfo& session) {
    if (summary.events == 0) {
        return "no events";
    }
    const std::string length = human_duration(summary.last_t_ns - summary.first_t_ns);
    if (session.attached_unix_ns == 0) {
        return fmt::format("{} between the first event and the last", length);
    }
    const std::string first = human_offset(summary.first_t_ns, session.attached_monotonic_ns);
    return fmt::format("{} between the first event ({} from the attach) and the last", length, first);
}

std::vector<Note> session_notes(const SummaryView& summary, const SessionInfo& session) {
    std::vector<Note> notes;
    add_field(notes, "target", session.target);
    add_field(notes, "host", session.kernel.empty() ? session.host : session.host + ", Linux " + session.kernel);
    add_field(notes, "recorded by", "tt-alloc-trace " + session.tool_version);
    if (session.attached_unix_ns != 0) {
        add_field(notes, "attached", utc_date_time(session.attached_unix_ns));
    }
    add_field(notes, "span", span_text(summary, session));
    if (!summary.phases.empty()) {
        add_field(notes, "phases", summary.phases);
    }
    std::string events = human_count(summary.events);
    std::uint64_t shown = 0;
    std::string kinds;
    for (std::size_t i = 0; i < kEventKindCount; ++i) {
        const auto kind = static_cast<EventKind>(i);
        if (kind != EventKind::Lost && summary.counts.of(kind) > 0) {
            shown += summary.counts.of(kind);
            kinds += fmt::format(
                "{}{} {}", kinds.empty() ? "" : ", ", to_string(kind), human_count(summary.counts.of(kind))
            );
        }
    }
    // What was before --since, or in older files, is in the sums only.
    if (shown < summary.events) {
        events += fmt::format(", {} of them in the part shown", human_count(shown));
    }
    add_field(notes, "events", kinds.empty() ? events : events + ": " + kinds);
    return notes;
}

// How far the figures can be trusted.
std::vector<Note> trust_notes(const SummaryView& summary, const SessionInfo& session) {
    std::vector<Note> notes;
    if (!summary.incomplete.empty()) {
        notes.push_back({summary.incomplete, Ink::Bad});
    }
    for (Note& note : doubt_notes(summary.doubts)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : probe_notes(session)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : before_release_notes(summary.live_at, session, "--until TIME")) {
        notes.push_back(std::move(note));
    }
    if (summary.events == 0) {
        notes.push_back(
            {"nothing was seen: the target was idle, used no device, or the probes never fired", Ink::Warning}
        );
    }
    return notes;
}

std::string ends_text(const SummaryProcess& process) {
    std::string text;
    for (std::size_t i = 0; i < kFreeKindCount; ++i) {
        if (process.ends[i] > 0) {
            text += fmt::format(
                "{}{} {}", text.empty() ? "" : ", ", human_count(process.ends[i]), to_string(static_cast<FreeKind>(i))
            );
        }
    }
    return text.empty() ? "none" : text;
}

std::vector<Note> process_notes(const SummaryProcess& process, std::uint64_t start_ns) {
    std::vector<Note> notes;
    notes.push_back(
        {fmt::format(
             "pid {}{}  {}",
             process.pid,
             ended_text(process.ended, process.health.exit_status),
             process.command.empty() ? "(command not known)" : process.command
         ),
         Ink::Strong}
    );
    add_field(notes, "live", live_sum(process.live_buffers, process.live_bytes));
    add_field(notes, "ends", ends_text(process));
    if (process.programs > 0) {
        add_field(
            notes,
            "programs",
            fmt::format(
                "{} with {}{}",
                human_count(process.programs),
                counted(process.program_circular_buffers, "circular buffer"),
                process.program_dataflow_regions == 0
                    ? std::string()
                    : " and " + counted(process.program_dataflow_regions, "region") + " of dataflow buffers"
            )
        );
    }
    if (process.hooked_allocs > 0) {
        add_field(
            notes,
            "hooked",
            counted(process.hooked_allocs, "allocation") + " taken by graph capture: no device memory"
        );
    }
    for (Note& note : health_notes(process.health, start_ns)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : unknown_free_notes(process.unknown_frees)) {
        notes.push_back(std::move(note));
    }
    return notes;
}

std::vector<LaunchOverlap> overlaps_of(const SummaryView& summary, std::uint32_t pid) {
    std::vector<LaunchOverlap> all = summary.launch_overlaps;
    std::erase_if(all, [pid](const LaunchOverlap& overlap) { return overlap.pid != pid; });
    return all;
}

// What is reserved, if it is known of every row, else the logical size.
bool shows_footprint(const SummaryProcess& process) {
    bool any_buffers = false;
    for (const SummaryRow& row : process.rows) {
        any_buffers = any_buffers || row.kind != MemoryKind::CircularBuffer;
        if (!row.usage.footprint_bytes || !row.usage.peak_footprint_bytes) {
            return false;
        }
    }
    return any_buffers;
}

TextTable usage_table(const SummaryProcess& process, const TextStyle& style) {
    const bool footprint = shows_footprint(process);
    TextTable table({
        {"DEVICE", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"ALLOCS", Align::Right, 2, false},
        {"FREES", Align::Right, 2, false},
        {"RELEASED", Align::Right, 6, false},  // by close, exit or clear, without a free
        {"LIVE", Align::Right, 0, false},
        {footprint ? "FOOTPRINT" : "SIZE", Align::Right, 0, false},
        {"PEAK", Align::Right, 0, false},
        {"USED", Align::Left, 0, false},
        {"FREE", Align::Right, 3, false},
        {"LARGEST HOLE", Align::Right, 4, false},
        {"TOTAL", Align::Right, 1, false},
        {"LAUNCHES", Align::Right, 5, false},
    });
    JoinedRows rows;
    for (const SummaryRow& row : process.rows) {
        const bool circular = row.kind == MemoryKind::CircularBuffer;
        const CapacityText capacity = capacity_text(row.capacity, style.utf8);
        rows.add(row.place, {
            {std::string(to_string(row.kind))},
            {circular ? std::string{} : human_count(row.usage.allocs)},
            {circular ? std::string{} : human_count(row.usage.frees)},
            {row.usage.released == 0 ? std::string{} : human_count(row.usage.released)},
            {human_count(row.usage.buffers)},
            {human_bytes(footprint ? *row.usage.footprint_bytes : row.usage.bytes)},
            {human_bytes(footprint ? *row.usage.peak_footprint_bytes : row.usage.peak_bytes)},
            {capacity.used, capacity.ink},
            {capacity.free},
            {capacity.largest},
            {capacity.capacity, Ink::Dim},
            {circular ? human_count(row.usage.launches) : std::string{}},
        });
    }
    rows.append_to(table);
    return table;
}

Json row_json(const SummaryRow& row) {
    Json json;
    add_place(json, row.place);
    json["type"] = to_string(row.kind);
    if (row.kind == MemoryKind::CircularBuffer) {
        json["launches"] = row.usage.launches;
    } else {
        json["allocs"] = row.usage.allocs;
        json["frees"] = row.usage.frees;
        json["released"] = row.usage.released;
    }
    json["live_buffers"] = row.usage.buffers;
    json["live_bytes"] = row.usage.bytes;
    json["peak_bytes"] = row.usage.peak_bytes;
    if (row.kind != MemoryKind::CircularBuffer) {
        json["found"] = row.usage.found;
        json["footprint_bytes"] = number_or_null(row.usage.footprint_bytes);
        json["peak_footprint_bytes"] = number_or_null(row.usage.peak_footprint_bytes);
        json["capacity"] = capacity_json(row.capacity);
    }
    return json;
}

Json process_json(const SummaryProcess& process) {
    Json json;
    json["pid"] = process.pid;
    json["parent_pid"] = process.parent_pid;
    json["command"] = process.command;
    json["state"] = process.ended ? "ended" : "running";
    json["from_first_event"] = process.from_first_event;
    json["first_t_ns"] = process.first_t_ns;
    json["last_t_ns"] = process.last_t_ns;
    json["events"] = process.events;
    json["live_buffers"] = process.live_buffers;
    json["live_bytes"] = process.live_bytes;
    json["hooked_allocs"] = process.hooked_allocs;
    json["programs"] = process.programs;
    json["program_circular_buffers"] = process.program_circular_buffers;
    json["program_dataflow_regions"] = process.program_dataflow_regions;
    json["ends"] = Json::array();
    for (std::size_t i = 0; i < kFreeKindCount; ++i) {
        Json end;
        end["reason"] = to_string(static_cast<FreeKind>(i));
        end["count"] = process.ends[i];
        json["ends"].push_back(std::move(end));
    }
    json["unknown_frees"] = unknown_frees_json(process.unknown_frees);
    add_health(json, process.health);
    json["usage"] = Json::array();
    for (const SummaryRow& row : process.rows) {
        json["usage"].push_back(row_json(row));
    }
    return json;
}

Json older_processes_json(const FoldedProcesses& folded) {
    Json json;
    json["count"] = folded.count;
    json["events"] = folded.events;
    json["failed_allocations"] = folded.failed_allocations;
    json["clashes"] = folded.clashes;
    json["peak_bytes"] = Json::object();
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        if (folded.peak_bytes[i] > 0) {
            json["peak_bytes"][std::string(to_string(static_cast<BufferType>(i)))] = folded.peak_bytes[i];
        }
    }
    return json;
}

}  // namespace

std::string render_summary_text(const SummaryView& summary, const SessionInfo& session, const TextStyle& style) {
    std::vector<std::string> lines;
    append_notes(lines, session_notes(summary, session), style);
    append_notes(lines, trust_notes(summary, session), style);
    std::size_t without_memory = 0;  // the shells and helpers around a job
    for (const SummaryProcess& process : summary.processes) {
        if (process.rows.empty() && process.ended && summary.processes.size() > 1 && !process.health.not_seen) {
            ++without_memory;
            continue;
        }
        lines.push_back({});
        append_notes(lines, process_notes(process, session.attached_monotonic_ns), style);
        append_notes(lines, overlap_notes(overlaps_of(summary, process.pid), session), style);
        if (process.rows.empty()) {
            append_notes(lines, {{process.health.not_seen ? "what it did was not seen" : "no allocations seen", Ink::Plain}}, style);
            continue;
        }
        lines.push_back({});
        for (std::string& line : usage_table(process, style).lines(style)) {
            lines.push_back(std::move(line));
        }
    }
    if (summary.folded.count > 0) {
        lines.push_back({});
        const std::string older = fmt::format(
            "{} ended before these, with {}", counted(summary.folded.count, "more process"), counted(summary.folded.events, "event")
        );
        append_notes(lines, {{older, Ink::Plain}}, style);
    }
    if (without_memory > 0) {
        lines.push_back({});
        append_notes(lines, {{ended_without_memory(without_memory), Ink::Plain}}, style);
    }
    return joined(lines);
}

nlohmann::ordered_json summary_json(const SummaryView& summary, const SessionInfo& session) {
    const bool complete = summary.incomplete.empty() && summary.doubts.none();
    Json json = json_envelope(session, "summary", {complete, summary.doubts, summary.known_before_attach});
    json["kernel"] = session.kernel;
    json["incomplete"] = nullptr;
    if (!summary.incomplete.empty()) {
        json["incomplete"] = summary.incomplete;
    }
    json["first_t_ns"] = summary.first_t_ns;
    json["last_t_ns"] = summary.last_t_ns;
    json["events"] = summary.events;
    add_live_at(json, summary.live_at);
    json["events_by_kind"] = Json::object();
    for (std::size_t i = 0; i < kEventKindCount; ++i) {
        const auto kind = static_cast<EventKind>(i);
        json["events_by_kind"][std::string(to_string(kind))] = summary.counts.of(kind);
    }
    json["marks"] = Json::array();
    for (const PhaseMark& mark : summary.marks) {
        json["marks"].push_back({{"name", mark.name}, {"event", mark.event}, {"t_ns", mark.t_ns}});
    }
    json["lost"] = lost_json(summary.doubts.lost);
    json["losses_repaired"] = summary.doubts.losses_repaired;
    json["probes_not_attached"] = Json::array();
    for (const ProbeOutcome& probe : session.probes) {
        if (!probe.attached) {
            json["probes_not_attached"].push_back(probe_json(probe));
        }
    }
    json["launch_overlaps"] = overlaps_json(summary.launch_overlaps);
    json["older_processes"] = older_processes_json(summary.folded);
    json["processes"] = Json::array();
    for (const SummaryProcess& process : summary.processes) {
        json["processes"].push_back(process_json(process));
    }
    return json;
}

}  // namespace tt::alloc_trace
