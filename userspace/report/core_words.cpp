// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/core_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kCoreBarColumns = 10;

std::uint64_t count_of(const CoreRange& range) {
    return (std::uint64_t{range.end_x} - range.start_x + 1) * (std::uint64_t{range.end_y} - range.start_y + 1);
}

// Cores with the same bytes of circular buffers.
struct EqualCores {
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
    std::vector<CoreRange> cores;
};

std::vector<EqualCores> equal_cores(const CoreFill& fill) {
    std::vector<EqualCores> all;
    for (const CorePart& part : fill.parts) {
        if (all.empty() || all.back().bytes != part.bytes) {
            all.push_back({part.bytes, 0, {}});
        }
        all.back().count += count_of(part.cores);
        all.back().cores.push_back(part.cores);
    }
    return all;
}

std::string used_text(std::uint64_t bytes, std::uint64_t of, bool utf8) {
    return of == 0 ? std::string() : fmt::format("{} {:3.0f}%", usage_bar(std::min(bytes, of), of, kCoreBarColumns, utf8), 100.0 * static_cast<double>(bytes) / static_cast<double>(of));
}

}  // namespace

CoreFill core_fill(const CorePeak& peak) { return {peak.parts, peak.buffer_bytes, peak.cores, peak.core_bytes, peak.cores_complete}; }

CoreFill core_fill(const L1Map& map) {
    CoreFill fill{map.parts, map.buffer_bytes, map.cores, map.begin && map.end ? *map.end - *map.begin : 0, true};
    fill.cores_complete = std::all_of(map.circular_buffers.begin(), map.circular_buffers.end(), [](const auto& cb) {
        return cb.finished || cb.cores_complete;
    });
    return fill;
}

std::string core_list(const std::vector<CoreRange>& cores, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < std::min(cores.size(), most); ++i) {
        const CoreRange& range = cores[i];
        text += fmt::format("{}({},{})", i == 0 ? "" : ", ", range.start_x, range.start_y);
        if (range.start_x != range.end_x || range.start_y != range.end_y) {
            text += fmt::format("-({},{})", range.end_x, range.end_y);
        }
    }
    return cores.size() > most ? text + fmt::format(" and {} more", cores.size() - most) : text;
}

std::string busiest_core(const CoreFill& fill) {
    if (fill.parts.empty()) {
        return "each core";
    }
    const EqualCores first = equal_cores(fill).front();
    const std::string one = fmt::format("({},{})", first.cores[0].start_x, first.cores[0].start_y);
    return first.count == 1 ? "core " + one : fmt::format("each of {} cores, as {}", human_count(first.count), one);
}

void append_cores(std::vector<std::string>& lines, const CoreFill& fill, std::size_t top, const TextStyle& style) {
    TextTable table({
        {"CORES", Align::Right, 0, false},
        {"WHICH", Align::Left, 0, false},
        {"CBS", Align::Right, 0, false},
        {"BUFFERS", Align::Right, 0, false},
        {"BYTES", Align::Right, 0, false},
        {"USED", Align::Left, 1, false},
    });
    const std::uint64_t of_buffers = fill.buffer_bytes.value_or(0);
    std::uint64_t counted = 0;
    const std::vector<EqualCores> rows = equal_cores(fill);
    const auto add = [&](const std::string& count, const std::string& which, std::uint64_t circular) {
        table.add_row({
            {count},
            {which},
            {human_count(circular)},
            {fill.buffer_bytes ? human_count(of_buffers) : "?"},
            {human_count(of_buffers + circular), Ink::Strong},
            {used_text(of_buffers + circular, fill.core_bytes, style.utf8)},
        });
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        counted += rows[i].count;
        if (i < rows_shown(rows.size(), top)) {
            add(human_count(rows[i].count), core_list(rows[i].cores), rows[i].bytes);
        }
    }
    if (fill.cores > counted && of_buffers > 0) {
        add(human_count(fill.cores - counted), rows.empty() ? "all" : "all others", 0);
    }
    append_table(lines, table, style);
    append_left_out(lines, rows.size(), rows_shown(rows.size(), top), "row", style);
}

Json core_ranges_json(const std::vector<CoreRange>& cores) {
    Json json = Json::array();
    for (const CoreRange& range : cores) {
        json.push_back(Json::array({range.start_x, range.start_y, range.end_x, range.end_y}));
    }
    return json;
}

Json core_fill_json(const CoreFill& fill) {
    Json json;
    json["cores"] = fill.cores == 0 ? Json(nullptr) : Json(fill.cores);
    json["core_bytes"] = fill.core_bytes == 0 ? Json(nullptr) : Json(fill.core_bytes);
    json["buffer_bytes"] = number_or_null(fill.buffer_bytes);
    json["cores_complete"] = fill.cores_complete;
    json["busiest"] = nullptr;
    if (!fill.parts.empty()) {
        const CoreRange& first = fill.parts.front().cores;
        json["busiest"] = {{"x", first.start_x}, {"y", first.start_y}, {"bytes", fill.busiest()}};
    }
    json["ranges"] = Json::array();
    for (const CorePart& part : fill.parts) {
        json["ranges"].push_back(
            {{"cores", Json::array({part.cores.start_x, part.cores.start_y, part.cores.end_x, part.cores.end_y})},
             {"circular_buffer_bytes", part.bytes},
             {"bytes", part.bytes + fill.buffer_bytes.value_or(0)}}
        );
    }
    return json;
}

}  // namespace tt::alloc_trace
