// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/launch_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

template <typename Found>
std::vector<Found> passing_of(const std::vector<Found>& all, const ViewFilter& filter) {
    std::vector<Found> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&filter](const Found& found) {
        return filter.passes_any(found.places);
    });
    return some;
}

std::string_view plan_words(PlanKind kind) { return kind == PlanKind::DataflowBuffers ? "dataflow buffers" : "circular buffers"; }

std::string bytes_or_unknown(std::uint64_t bytes) { return bytes == 0 ? "?" : human_bytes(bytes); }

Json overlap_json(const LaunchOverlap& overlap) {
    Json json;
    json["pid"] = overlap.pid;
    add_owner(json, overlap.owner);
    json["program"] = hex(overlap.program);
    json["launches"] = overlap.launches;
    json["first_t_ns"] = overlap.first.t_ns;
    json["first_event"] = overlap.first.event;
    json["last_t_ns"] = overlap.last.t_ns;
    add_stream_place(json, overlap.place);
    json["devices"] = places_json(overlap.places);
    json["bytes_per_core"] = overlap.bytes == 0 ? Json(nullptr) : Json(overlap.bytes);
    json["buffers"] = overlap.buffers;
    json["plan"] = to_string(overlap.kind);
    json["plan_begin"] = hex(overlap.planned.begin);
    json["plan_end"] = hex(overlap.planned.end);
    json["cores"] = overlap.cores;
    json["buffer"] = buffer_facts_json(overlap.buffer);
    return json;
}

}  // namespace

std::vector<LaunchOverlap> passing(const std::vector<LaunchOverlap>& overlaps, const ViewFilter& filter) {
    return passing_of(overlaps, filter);
}

std::vector<LaunchApproach> passing(const std::vector<LaunchApproach>& approaches, const ViewFilter& filter) {
    return passing_of(approaches, filter);
}

std::vector<Note> overlap_notes(const std::vector<LaunchOverlap>& overlaps, const SessionInfo& session) {
    if (overlaps.empty()) {
        return {};
    }
    std::uint64_t launches = 0;
    for (const LaunchOverlap& overlap : overlaps) {
        launches += overlap.launches;
    }
    const LaunchOverlap& first = overlaps.front();
    const std::string moment = human_offset(first.first.t_ns, session.attached_monotonic_ns);
    return {
        {fmt::format(
             "{} of {} ran over live L1 buffers and {} not refused: one may have overwritten the other",
             counted(launches, "launch"), counted(overlaps.size(), "program"), launches == 1 ? "was" : "were"
         ),
         Ink::Bad},
        {fmt::format(
             "  first at {}, event {}: {} of {}, {:#x} to {:#x}, over the buffer at {:#x}",
             moment, first.first.event, plan_words(first.kind), hex(first.program), first.planned.begin, first.planned.end,
             first.buffer.address
         ),
         Ink::Plain},
    };
}

void append_overlaps(
    std::vector<std::string>& lines,
    const std::vector<LaunchOverlap>& overlaps,
    std::size_t top,
    const SessionInfo& session,
    CallSites& sites,
    const TextStyle& style
) {
    TextTable table({
        {"AT", Align::Right, 0, false},
        {"EVENT", Align::Right, 0, false},
        {"PROGRAM", Align::Left, 3, false},
        {"CBS FROM", Align::Right, 0, false},
        {"TO", Align::Right, 0, false},
        {"BUFFER FROM", Align::Right, 0, false},
        {"TO", Align::Right, 0, false},
        {"PER CORE", Align::Right, 0, false},
        {"LAUNCHES", Align::Right, 2, false},
        {"ON", Align::Left, 4, true},
        {"BUFFER'S OWNER", Align::Left, 5, true},
        {"BUFFER'S CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = rows_shown(overlaps.size(), top);
    for (std::size_t i = 0; i < shown; ++i) {
        const LaunchOverlap& overlap = overlaps[i];
        const BufferFacts& buffer = overlap.buffer;
        table.add_row({
            {human_offset(overlap.place.t_ns, session.attached_monotonic_ns)},
            {human_count(overlap.place.event)},
            {hex(overlap.program)},
            {hex(overlap.planned.begin)},
            {hex(overlap.planned.end)},
            {hex(buffer.address)},
            {buffer.bank_bytes ? hex(buffer.address + *buffer.bank_bytes) : "?"},
            {bytes_or_unknown(overlap.bytes), Ink::Bad},
            {human_count(overlap.launches)},
            {place_list(overlap.places)},
            {owner_text(buffer.owner)},
            {sites.of(buffer.stack).text},
        });
    }
    append_table(lines, table, style);
    append_left_out(lines, overlaps.size(), shown, "program", style);
}

Note approach_note(const LaunchApproach& approach, const SessionInfo& session) {
    const std::string moment = human_offset(approach.place.t_ns, session.attached_monotonic_ns);
    const std::string above = approach.lowest ? fmt::format("the lowest buffer at {:#x}", *approach.lowest) : "the end of L1";
    if (!approach.gap) {
        return {
            fmt::format(
                "highest launch that ran: circular buffers end at {:#x}, at {}, event {}; the end of L1 is not known",
                approach.circular_buffer_end, moment, approach.place.event
            ),
            Ink::Plain,
        };
    }
    const bool over = *approach.gap < 0;
    const auto bytes = static_cast<std::uint64_t>(over ? -*approach.gap : *approach.gap);
    return {
        fmt::format(
            "closest launch that ran: {} per core {} {}, at {}, event {}, program {}",
            human_bytes(bytes), over ? "over" : "below", above, moment, approach.place.event, hex(approach.program)
        ),
        over ? Ink::Bad : Ink::Plain,
    };
}

Json overlaps_json(const std::vector<LaunchOverlap>& overlaps) {
    Json json = Json::array();
    for (const LaunchOverlap& overlap : overlaps) {
        json.push_back(overlap_json(overlap));
    }
    return json;
}

Json approaches_json(const std::vector<LaunchApproach>& approaches) {
    Json json = Json::array();
    for (const LaunchApproach& approach : approaches) {
        Json entry;
        entry["pid"] = approach.pid;
        add_owner(entry, approach.owner);
        add_stream_place(entry, approach.place);
        entry["devices"] = places_json(approach.places);
        entry["program"] = hex(approach.program);
        entry["circular_buffer_end"] = hex(approach.circular_buffer_end);
        entry["lowest_buffer"] = hex_or_null(approach.lowest);
        entry["gap_bytes"] = approach.gap ? Json(*approach.gap) : Json(nullptr);
        json.push_back(std::move(entry));
    }
    return json;
}

}  // namespace tt::alloc_trace
