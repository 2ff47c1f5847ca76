// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/life_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/capacity_words.hpp"
#include "report/growth_words.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

std::string iteration_text(const LifeSplit& split) {
    return split.iteration ? fmt::format("of iteration {} of {}", human_count(*split.iteration), human_count(split.iterations.value_or(0)))
                           : "of the iteration then";
}

std::string part_text(const LifeSplit& split, const LifePart& part) {
    switch (part.kind) {
        case LifeKind::BeforeAttach: return "live before the attach";
        case LifeKind::Loaded: return split.loading ? "loaded" : "loaded and kept";
        case LifeKind::LoadedInGroups:
            return fmt::format("{}, in {} equal groups", split.loading ? "loaded" : "loaded and kept", human_count(part.groups));
        case LifeKind::BeforeIterations: return split.loading ? "freed while loading" : "before the iterations, freed";
        case LifeKind::FirstIteration: return "of the first iteration, kept";
        case LifeKind::LaterIterations: return "of iterations since, kept";
        case LifeKind::EarlierIterations: return "of earlier iterations";
        case LifeKind::ThisIteration: return iteration_text(split);
        case LifeKind::Iterations: return "of the iterations";
        case LifeKind::Kept: return "kept";
        case LifeKind::Freed: break;
    }
    return "freed later";
}

std::string freed_text(const LifePart& part) {
    if (part.freed == 0) {
        return "";
    }
    const std::string shortest = short_duration(part.shortest_ns);
    const std::string longest = short_duration(part.longest_ns);
    const std::string some = part.freed == part.buffers ? "" : fmt::format("{}: ", human_count(part.freed));
    return some + (shortest == longest ? longest : shortest + " .. " + longest);
}

std::vector<Note> notes_of(const LifeSplit& split) {
    std::vector<Note> notes;
    if (split.loading) {
        notes.push_back({"by life: what repeats frees nothing (see growth), so all of it is loading", Ink::Plain});
    } else if (!split.iterations) {
        return {{"by life: no iterations were found (see growth), so only what was freed later is told apart", Ink::Plain}};
    }
    if (split.iterations) {
        notes.push_back({fmt::format(
            "by life: loaded is what came before the first of {} ({})", counted(*split.iterations, "iteration"), certainty_word(split.certainty)
        )});
    }
    if (std::any_of(split.parts.begin(), split.parts.end(), [](const LifePart& part) { return part.kind == LifeKind::LoadedInGroups; })) {
        notes.push_back({"equal groups: the same sizes again and again, like layers or a cache", Ink::Plain});
    }
    return notes;
}

std::string bytes_text(const std::optional<std::uint64_t>& footprint, std::uint64_t bytes, bool footprints) {
    return human_bytes(footprints ? footprint.value_or(bytes) : bytes);
}

}  // namespace

void append_life(
    std::vector<std::string>& lines, const LifeSplit& split, bool footprints, const SessionInfo& session, const TextStyle& style
) {
    TextTable table({
        {"LIFE", Align::Left, 0, false},
        {"BUFFERS", Align::Right, 0, false},
        {"TOTAL", Align::Right, 0, false},
        {"FREED AFTER", Align::Left, 0, false},
        {"FIRST", Align::Right, 1, false},
        {"LAST", Align::Right, 2, false},
    });
    for (const LifePart& part : split.parts) {
        table.add_row({
            {part_text(split, part)},
            {human_count(part.buffers)},
            {bytes_text(part.footprint_bytes, part.bytes, footprints), Ink::Strong},
            {freed_text(part)},
            {human_offset(part.first_t_ns, session.attached_monotonic_ns), Ink::Dim},
            {human_offset(part.last_t_ns, session.attached_monotonic_ns), Ink::Dim},
        });
        for (const LifePart::Shape& shape : part.shapes) {
            table.add_row({
                {fmt::format("  {} x {} in each", human_bytes(shape.size), human_count(shape.count))},
                {human_count(shape.count * part.groups)},
                {bytes_text(shape.footprint_bytes, shape.bytes, footprints)},
            });
        }
    }
    lines.emplace_back();
    append_notes(lines, notes_of(split), style);
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
}

Json life_json(const LifeSplit& split) {
    Json json;
    json["iterations"] = number_or_null(split.iterations);
    json["loading"] = split.loading;
    json["iteration"] = number_or_null(split.iteration);
    json["certainty"] = split.iterations ? Json(to_string(split.certainty)) : Json(nullptr);
    json["parts"] = Json::array();
    for (const LifePart& part : split.parts) {
        Json entry;
        entry["life"] = to_string(part.kind);
        entry["buffers"] = part.buffers;
        entry["bytes"] = part.bytes;
        entry["footprint_bytes"] = number_or_null(part.footprint_bytes);
        entry["first_t_ns"] = part.first_t_ns;
        entry["last_t_ns"] = part.last_t_ns;
        entry["freed"] = part.freed;
        entry["shortest_ns"] = part.freed > 0 ? Json(part.shortest_ns) : Json(nullptr);
        entry["longest_ns"] = part.freed > 0 ? Json(part.longest_ns) : Json(nullptr);
        entry["groups"] = part.groups > 0 ? Json(part.groups) : Json(nullptr);
        entry["in_each_group"] = Json::array();
        for (const LifePart::Shape& shape : part.shapes) {
            entry["in_each_group"].push_back({
                {"size", shape.size}, {"count", shape.count}, {"bytes", shape.bytes}, {"footprint_bytes", number_or_null(shape.footprint_bytes)}
            });
        }
        json["parts"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace tt::alloc_trace
