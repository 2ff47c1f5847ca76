// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/l1_map_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/core_words.hpp"
#include "report/human_size.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMapColumns = 20;

struct MapRow {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string what;
    const BufferFacts* buffer = nullptr;  // else circular buffers
    bool in_the_way = false;
    std::string cores;  // of circular buffers
};

// Where a range lies between `from` and `to`: "....####....", a bar at the end of the circular buffers.
class Scale {
public:
    Scale(std::uint64_t from, std::uint64_t to, std::optional<std::uint64_t> mark) : from_(from), to_(to), mark_(mark) {}

    [[nodiscard]] std::string bar(std::uint64_t begin, std::uint64_t end, char fill) const {
        std::string text(kMapColumns, '.');
        if (mark_) {
            text[column(*mark_)] = '|';
        }
        for (std::size_t i = column(begin); i <= column(end - std::min<std::uint64_t>(end, 1)); ++i) {
            text[i] = fill;
        }
        return text;
    }

private:
    [[nodiscard]] std::size_t column(std::uint64_t address) const {
        const double share = to_ <= from_ ? 0 : static_cast<double>(std::clamp(address, from_, to_) - from_) / static_cast<double>(to_ - from_);
        return std::min(kMapColumns - 1, static_cast<std::size_t>(share * kMapColumns));
    }

    std::uint64_t from_;
    std::uint64_t to_;
    std::optional<std::uint64_t> mark_;
};

std::vector<MapRow> rows_of(const L1Map& map, std::size_t top) {
    std::vector<MapRow> rows;
    for (std::size_t i = 0; i < rows_shown(map.buffers.size(), top); ++i) {
        const BufferFacts& buffer = map.buffers[i];
        const std::uint64_t bytes = buffer.bank_bytes.value_or(0);
        const bool in_the_way = map.circular_buffer_end && buffer.address < *map.circular_buffer_end;
        rows.push_back({buffer.address, buffer.address + std::min(bytes, ~buffer.address), "buffer", &buffer, in_the_way, {}});
    }
    for (std::size_t i = 0; i < rows_shown(map.circular_buffers.size(), top); ++i) {
        const MappedCircularBuffer& cb = map.circular_buffers[i];
        const char* what = cb.kind == PlanKind::DataflowBuffers ? "dataflow buffers" : "CB";
        const char* state = cb.finished ? ", finished" : "";
        const std::string cores = core_list(cb.cores, 2) + (cb.cores_complete ? "" : " and more");
        rows.push_back({cb.begin, cb.end, fmt::format("{} of {}{}", what, hex(cb.program), state), nullptr, false, cores});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const MapRow& a, const MapRow& b) { return a.begin > b.begin; });
    return rows;
}

std::vector<Note> map_notes(const L1Map& map) {
    std::vector<Note> notes;
    const std::optional<std::int64_t> gap = map.gap();
    if (gap && *gap < 0) {
        notes.push_back(
            {fmt::format(
                 "circular buffers end at {:#x}, {} above the lowest buffer at {:#x}: {} in the way",
                 *map.circular_buffer_end,
                 human_bytes(static_cast<std::uint64_t>(-*gap)),
                 *map.lowest(),
                 counted(map.in_the_way, "buffer") + (map.in_the_way == 1 ? " is" : " are")
             ),
             Ink::Warning}
        );
    } else if (gap) {
        notes.push_back({fmt::format("{} free between the circular buffers and the lowest buffer", human_bytes(static_cast<std::uint64_t>(*gap))), Ink::Plain});
    } else if (!map.circular_buffer_end) {
        notes.push_back({"no circular buffers are known to be resident", Ink::Plain});
    } else if (map.end && *map.end >= *map.circular_buffer_end) {
        notes.push_back({fmt::format("circular buffers end at {:#x}, {} below the end of L1; no buffer is live", *map.circular_buffer_end, human_bytes(*map.end - *map.circular_buffer_end)), Ink::Plain});
    }
    if (std::any_of(map.circular_buffers.begin(), map.circular_buffers.end(), [](const auto& cb) { return cb.finished; })) {
        notes.push_back({"finished: a buffer allocated after the launch has taken the place of its circular buffers", Ink::Plain});
    }
    if (const std::optional<std::uint64_t> room = map.room()) {
        const char* where = map.buffers.empty() ? "" : "below the lowest buffer ";
        notes.push_back({fmt::format("{}there is room for {} ({} B) of circular buffers per core", where, human_bytes(*room), *room), Ink::Plain});
    }
    return notes;
}

void add_row(TextTable& table, const MapRow& row, const Scale& scale, std::uint64_t t_ns, CallSites& sites) {
    const BufferFacts* buffer = row.buffer;
    const bool sized = buffer == nullptr || buffer->bank_bytes.has_value();
    const std::uint64_t age = buffer == nullptr ? 0 : t_ns - std::min(t_ns, buffer->t_ns);
    const Ink ink = row.in_the_way ? Ink::Bad : Ink::Plain;
    table.add_row({
        {hex(row.begin), ink},
        {sized ? hex(row.end) : "?", ink},
        {scale.bar(row.begin, std::max(row.end, row.begin + 1), buffer == nullptr ? '=' : '#'), ink},
        {(row.in_the_way ? "! " : "") + row.what, ink},
        {sized ? human_bytes(row.end - row.begin) : "?", ink},
        {buffer == nullptr ? row.cores : owner_text(buffer->owner)},
        {buffer == nullptr ? "" : human_bytes(buffer->size)},
        {buffer == nullptr ? "" : human_duration(age), Ink::Dim},
        {buffer == nullptr || buffer->tid == 0 ? "" : fmt::format("{}", buffer->tid), Ink::Dim},
        {buffer == nullptr ? "" : sites.of(buffer->stack).text},
    });
}

Json map_json(const L1Map& map) {
    Json json;
    json["pid"] = map.pid;
    json["devices"] = Json::array();
    json["chips"] = Json::array();
    for (const Place& place : map.places) {
        json["devices"].push_back(to_string(place));
        if (place.kind == OwnerKind::Chip) {
            json["chips"].push_back(place.id);
        }
    }
    json["begin"] = hex_or_null(map.begin);
    json["end"] = hex_or_null(map.end);
    json["circular_buffer_end"] = hex_or_null(map.circular_buffer_end);
    json["lowest_buffer"] = hex_or_null(map.lowest());
    json["gap_bytes"] = map.gap() ? Json(*map.gap()) : Json(nullptr);
    json["room_bytes"] = number_or_null(map.room());
    json["in_the_way"] = map.in_the_way;
    json["buffer_count"] = map.buffer_count;
    json["circular_buffers"] = Json::array();
    for (const MappedCircularBuffer& cb : map.circular_buffers) {
        json["circular_buffers"].push_back(
            {{"program", hex(cb.program)},
             {"plan", to_string(cb.kind)},
             {"begin", hex(cb.begin)},
             {"end", hex(cb.end)},
             {"cores", core_count(cb.cores)},
             {"core_ranges", core_ranges_json(cb.cores)},
             {"cores_complete", cb.cores_complete},
             {"finished", cb.finished}}
        );
    }
    json["by_core"] = core_fill_json(core_fill(map));
    json["buffers"] = Json::array();
    for (const BufferFacts& buffer : map.buffers) {
        json["buffers"].push_back(buffer_facts_json(buffer));
    }
    return json;
}

}  // namespace

void append_l1_map(
    std::vector<std::string>& lines,
    const L1Map& map,
    std::uint64_t t_ns,
    std::size_t top,
    CallSites& sites,
    const TextStyle& style
) {
    const std::vector<MapRow> rows = rows_of(map, top);
    // To scale: all of L1, if it is known, and what reaches over its end.
    std::uint64_t to = std::max(map.circular_buffer_end.value_or(0), map.end.value_or(0));
    for (const MapRow& row : rows) {
        to = std::max(to, row.end);
    }
    const std::uint64_t from = map.begin || rows.empty() ? map.begin.value_or(0) : rows.back().begin;
    const Scale scale(from, to, map.circular_buffer_end);
    TextTable table({
        {"FROM", Align::Right, 0, false},
        {"TO", Align::Right, 3, false},
        {"MAP", Align::Left, 1, false},
        {"WHAT", Align::Left, 0, false},
        {"BYTES", Align::Right, 0, false},  // of one core
        {"OWNER, CORES", Align::Left, 0, true},
        {"SIZE", Align::Right, 5, false},
        {"AGE", Align::Right, 2, false},
        {"TID", Align::Right, 4, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    for (const MapRow& row : rows) {
        add_row(table, row, scale, t_ns, sites);
    }
    lines.push_back({});
    const std::string range = map.begin && map.end ? fmt::format(", {:#x} to {:#x}", *map.begin, *map.end) : "";
    append_notes(lines, {{fmt::format("L1 of each core of {}, pid {}{}, the top first", place_list(map.places), map.pid, range), Ink::Strong}}, style);
    append_notes(lines, map_notes(map), style);
    const std::size_t above = map.buffer_count - rows_shown(map.buffers.size(), top);
    if (above > 0) {
        append_notes(lines, {{counted(above, "more buffer") + " above", Ink::Dim}}, style);
    }
    append_table(lines, table, style);
    if (const CoreFill fill = core_fill(map); !fill.parts.empty()) {
        append_notes(
            lines,
            {{fmt::format("fullest: {}, {} B{}", busiest_core(fill), human_count(fill.busiest()), fill.core_bytes == 0 ? "" : " of " + human_count(fill.core_bytes)), Ink::Plain}},
            style
        );
        append_cores(lines, fill, top, style);
    }
}

Json l1_maps_json(const std::vector<L1Map>& maps) {
    Json json = Json::array();
    for (const L1Map& map : maps) {
        json.push_back(map_json(map));
    }
    return json;
}

}  // namespace tt::alloc_trace
