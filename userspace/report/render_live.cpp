// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/joined_rows.hpp"
#include "report/origin_words.hpp"
#include "report/live_view.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

void append_lines(std::vector<std::string>& lines, std::vector<std::string> more) {
    lines.push_back({});
    for (std::string& line : more) {
        lines.push_back(std::move(line));
    }
}

std::vector<Note> head_notes(const LiveView& live, const SessionInfo& session) {
    const std::string moment = moment_text(live.moment.place, session);
    std::vector<Note> notes;
    notes.push_back(
        {fmt::format(
             "live buffers{}{}: {}",
             moment.empty() ? "" : " at " + moment,
             live.phase.empty() ? "" : ", phase " + live.phase,
             live_sum(live.buffers.size(), live.bytes)
         ),
         Ink::Strong}
    );
    for (Note& note : before_release_notes(live.moment, session)) {
        notes.push_back(std::move(note));
    }
    std::size_t without_memory = 0;
    for (const LiveView::Process& process : live.processes) {
        if (!process.named) {
            ++without_memory;
            continue;
        }
        const std::string ended = ended_text(process.ended, process.health.exit_status);
        notes.push_back({fmt::format("pid {}{}  {}", process.pid, ended, process.command), Ink::Plain});
        for (Note& note : health_notes(process.health, session.attached_monotonic_ns)) {
            notes.push_back(std::move(note));
        }
    }
    if (without_memory > 0) {
        notes.push_back({ended_without_memory(without_memory), Ink::Dim});
    }
    for (Note& note : doubt_notes(live.doubts)) {
        notes.push_back(std::move(note));
    }
    if (live.events == 0) {
        notes.push_back(
            {"no events: nothing was seen of any process, so this says nothing about what is live", Ink::Warning}
        );
    } else if (live.buffers.empty()) {
        notes.push_back(none_note("no live buffers", live.doubts.none() && live.known_before_attach == KnownBefore::Full, Ink::Plain));
    } else {
        notes.push_back({"size: logical bytes per chip; a mesh buffer takes them on each of its chips", Ink::Dim});
    }
    return notes;
}

void append_groups(
    std::vector<std::string>& lines,
    const LiveView& live,
    const SessionInfo& session,
    const TextStyle& style,
    std::size_t top
) {
    TextTable table({
        {"PID", Align::Left, 1, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"COUNT", Align::Right, 0, false},
        {"TOTAL", Align::Right, 0, false},
        {"FIRST", Align::Right, 2, false},
        {"LAST", Align::Right, 3, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = top == 0 ? live.groups.size() : std::min(top, live.groups.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const LiveView::Group& group = live.groups[i];
        table.add_row({
            {fmt::format("{}", group.pid)},
            {live.owners[group.owner].full},
            {std::string(to_string(group.type))},
            {human_bytes(group.size)},
            {human_count(group.count)},
            {human_bytes(group.bytes)},
            {human_offset(group.first_t_ns, session.attached_monotonic_ns), Ink::Dim},
            {human_offset(group.last_t_ns, session.attached_monotonic_ns), Ink::Dim},
            {group.call_sites},
        });
    }
    append_lines(lines, table.lines(style));
    if (shown == live.groups.size()) {
        return;
    }
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = shown; i < live.groups.size(); ++i) {
        count += live.groups[i].count;
        bytes += live.groups[i].bytes;
    }
    const std::string rest = counted(live.groups.size() - shown, "more group");
    append_notes(
        lines,
        {{fmt::format("{} left out ({}, {}): --top 0 shows all", rest, counted(count, "buffer"), human_bytes(bytes)),
          Ink::Dim}},
        style
    );
}

// Equal circular buffers of several chips share a row.
struct CircularBufferLine {
    LiveView::CircularBufferRow row;
    std::vector<Place> places;
};

std::vector<CircularBufferLine> joined_by_place(const std::vector<LiveView::CircularBufferRow>& rows) {
    using Same = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;
    std::vector<CircularBufferLine> lines;
    std::map<std::pair<Same, Place>, std::size_t> seen;  // a program may plan two alike on one chip: they are two rows
    std::map<std::pair<Same, std::size_t>, std::size_t> index;  // of the n-th one alike, into lines
    for (const LiveView::CircularBufferRow& row : rows) {
        const Same same{row.pid, row.program, row.address, row.size, row.cores};
        const auto [found, added] = index.try_emplace({same, seen[{same, row.place}]++}, lines.size());
        if (added) {
            lines.push_back({row, {}});
        }
        lines[found->second].places.push_back(row.place);
    }
    return lines;
}

void append_circular_buffers(
    std::vector<std::string>& lines, const LiveView& live, const TextStyle& style, std::size_t top
) {
    TextTable table({
        {"PID", Align::Left, 2, false},
        {"DEVICES", Align::Left, 0, true},
        {"PROGRAM", Align::Left, 1, false},
        {"TOTAL", Align::Left, 0, false},
        {"ADDRESS", Align::Right, 0, false},
        {"SIZE/CORE", Align::Right, 0, false},
        {"CORES", Align::Right, 0, false},
        {"TOTAL/CHIP", Align::Right, 0, false},
    });
    const std::vector<CircularBufferLine> rows = joined_by_place(live.circular_buffers);
    const std::size_t shown = top == 0 ? rows.size() : std::min(top, rows.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const LiveView::CircularBufferRow& row = rows[i].row;
        table.add_row({
            {fmt::format("{}", row.pid)},
            {place_list(rows[i].places)},
            {hex(row.program)},
            {row.kind == PlanKind::DataflowBuffers ? "dataflow buffers" : ""},
            {hex(row.address)},
            {human_bytes(row.size)},
            {human_count(row.cores) + (row.cores_complete ? "" : "+")},
            {human_bytes(row.bytes) + (row.cores_complete ? "" : "+")},
        });
    }
    lines.push_back({});
    append_notes(lines, {{"resident circular buffers", Ink::Strong}}, style);
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
    if (shown < rows.size()) {
        const std::string rest = counted(rows.size() - shown, "more row");
        append_notes(lines, {{fmt::format("{} left out: --top 0 shows all", rest), Ink::Dim}}, style);
    }
}

void append_capacities(std::vector<std::string>& lines, const LiveView& live, const TextStyle& style) {
    TextTable table({
        {"DEVICE", Align::Left, 0, true},
        {"PID", Align::Left, 3, false},
        {"TYPE", Align::Left, 0, false},
        {"USED", Align::Left, 0, false},
        {"FREE", Align::Right, 0, false},
        {"LARGEST HOLE", Align::Right, 0, false},
        {"TOTAL", Align::Right, 0, false},
        {"BANKS", Align::Right, 1, false},
        {"ALLOCATORS", Align::Right, 2, false},
    });
    JoinedRows rows;
    for (const LiveView::CapacityRow& row : live.capacities) {
        const CapacityText text = capacity_text(row.capacity, style.utf8);
        rows.add(row.place, {
            {fmt::format("{}", row.pid)},
            {std::string(to_string(row.type))},
            {text.used, text.ink},
            {text.free, text.ink},
            {text.largest, text.ink},
            {text.capacity},
            {human_count(row.capacity.banks)},
            {human_count(row.capacity.allocators)},
        });
    }
    rows.append_to(table);
    lines.push_back({});
    append_notes(lines, {{"capacity per chip; largest free block over all banks", Ink::Strong}}, style);
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
}

Json buffer_json(const LiveView& live, const LiveView::Buffer& buffer) {
    const LiveView::OwnerName& owner = live.owners[buffer.owner];
    Json json;
    json["owner"] = owner.label;
    json["owner_chips"] = owner.chips;
    json["allocator"] = hex(buffer.allocator);
    json["type"] = to_string(buffer.type);
    json["address"] = hex(buffer.address);
    json["size"] = buffer.size;
    json["page_size"] = buffer.page_size;
    json["buffer"] = hex(buffer.buffer);
    json["pid"] = buffer.pid;
    json["tid"] = buffer.tid;
    json["t_ns"] = buffer.t_ns;
    json["origin"] = to_string(buffer.origin);
    json["trace_unsafe"] = buffer.trace_unsafe;
    json["footprint_bytes"] = number_or_null(buffer.footprint);
    json["stack"] = stack_json(buffer.stack);
    if (buffer.per_core) {
        json["per_core"] = per_core_json(buffer.cores, buffer.core);
    }
    return json;
}

Json group_json(const LiveView& live, const LiveView::Group& group) {
    const LiveView::OwnerName& owner = live.owners[group.owner];
    Json json;
    json["pid"] = group.pid;
    json["owner"] = owner.label;
    json["owner_chips"] = owner.chips;
    json["type"] = to_string(group.type);
    json["size"] = group.size;
    json["count"] = group.count;
    json["bytes"] = group.bytes;
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["stacks"] = group.stacks.stacks();
    return json;
}

Json circular_buffer_json(const LiveView::CircularBufferRow& row) {
    Json json;
    json["pid"] = row.pid;
    add_place(json, row.place);
    json["type"] = "CB";
    json["plan"] = to_string(row.kind);
    json["program"] = hex(row.program);
    json["address"] = hex(row.address);
    json["size"] = row.size;
    json["cores"] = row.cores;
    json["bytes"] = row.bytes;
    json["cores_complete"] = row.cores_complete;
    return json;
}

}  // namespace

std::string render_live_text(
    const LiveView& live, const SessionInfo& session, const TextStyle& style, std::size_t top
) {
    std::vector<std::string> lines;
    append_notes(lines, head_notes(live, session), style);
    if (!live.groups.empty()) {
        append_groups(lines, live, session, style, top);
    }
    if (!live.circular_buffers.empty()) {
        append_circular_buffers(lines, live, style, top);
    }
    if (!live.capacities.empty()) {
        append_capacities(lines, live, style);
    }
    return joined(lines);
}

nlohmann::ordered_json live_json(const LiveView& live, const SessionInfo& session, bool complete) {
    Json json = json_envelope(session, "live", {complete && live.doubts.none(), live.doubts, live.known_before_attach});
    json["t_ns"] = live.moment.place.t_ns;
    json["before_release"] = live.moment.before_release;
    json["events"] = live.events;
    json["lost"] = lost_json(live.doubts.lost);
    json["losses_repaired"] = live.doubts.losses_repaired;
    json["live_buffers"] = live.buffers.size();
    json["live_bytes"] = live.bytes;
    json["processes"] = Json::array();
    for (const LiveView::Process& process : live.processes) {
        Json entry;
        entry["pid"] = process.pid;
        entry["command"] = process.command;
        entry["state"] = process.ended ? "ended" : "running";
        entry["from_first_event"] = process.from_first_event;
        add_health(entry, process.health);
        json["processes"].push_back(std::move(entry));
    }
    json["capacity"] = Json::array();
    for (const LiveView::CapacityRow& row : live.capacities) {
        Json entry;
        entry["pid"] = row.pid;
        add_place(entry, row.place);
        entry["type"] = to_string(row.type);
        entry.update(capacity_json(row.capacity));
        json["capacity"].push_back(std::move(entry));
    }
    json["groups"] = Json::array();
    for (const LiveView::Group& group : live.groups) {
        json["groups"].push_back(group_json(live, group));
    }
    json["circular_buffers"] = Json::array();
    for (const LiveView::CircularBufferRow& row : live.circular_buffers) {
        json["circular_buffers"].push_back(circular_buffer_json(row));
    }
    json["buffers"] = Json::array();
    for (const LiveView::Buffer& buffer : live.buffers) {
        json["buffers"].push_back(buffer_json(live, buffer));
    }
    return json;
}

}  // namespace tt::alloc_trace
