// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/answer_heading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/owner_labels.hpp"
#include "report/phase_words.hpp"

namespace tt::alloc_trace {
namespace {

std::uint64_t first_moment(const ReplayedStream& stream, const ReplayWindow& window) {
    return std::max(stream.tracker.first_t_ns, window.since_t_ns);
}

std::string from_when(const ReplayedStream& stream, const ReplayWindow& window) {
    const SessionInfo& session = stream.session;
    const std::uint64_t first = first_moment(stream, window);
    const std::uint64_t last = std::max(stream.tracker.last_t_ns, first);
    const std::string length = human_duration(last - first);
    if (session.attached_unix_ns == 0) {
        return fmt::format("in {} from the first event on", length);
    }
    if (window.since_t_ns > session.attached_monotonic_ns) {
        return fmt::format("in {} from {} since the attach on", length, since_attach(first, session));
    }
    return fmt::format("in {} from the attach at {} on", length, utc_date_time(session.attached_unix_ns));
}

std::vector<Note> known_before_notes(const ReplayedStream& stream) {
    const auto& processes = stream.tracker.processes;
    const bool from_start = std::all_of(processes.begin(), processes.end(), [](const auto& process) {
        return process->complete_from_start() || !process->used_memory();
    });
    if (from_start) {
        return {};
    }
    switch (stream.completeness().known_before.value_or(KnownBefore::None)) {
        case KnownBefore::Full: return {{"known before attach: full", Ink::Dim}};
        case KnownBefore::Partial: return {{"known before attach: partial: older buffers may be missing", Ink::Warning}};
        case KnownBefore::None: break;
    }
    return {{"known before attach: none: buffers older than the attach are not included", Ink::Warning}};
}

}  // namespace

std::string since_attach(std::uint64_t t_ns, const SessionInfo& session) {
    return t_ns == 0 ? std::string() : human_offset(t_ns, session.attached_monotonic_ns);
}

std::vector<Note> answer_heading(std::string_view what, const ReplayedStream& stream, const ReplayWindow& window) {
    std::vector<Note> notes;
    notes.push_back(
        {fmt::format("{} {}: {}", what, from_when(stream, window), counted(stream.tracker.events, "event")),
         Ink::Strong}
    );
    for (Note& note : phase_notes(stream.tracker, stream.session, window)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : known_before_notes(stream)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : doubt_notes(stream.tracker.doubts())) {
        notes.push_back(std::move(note));
    }
    if (!stream.warning.empty()) {
        notes.push_back({stream.warning, Ink::Bad});
    }
    if (stream.tracker.events == 0) {
        notes.push_back({"no events: nothing was seen of any process, so this answer says nothing", Ink::Warning});
    }
    return notes;
}

nlohmann::ordered_json answer_envelope(
    std::string_view view, const ReplayedStream& stream, const ReplayWindow& window
) {
    nlohmann::ordered_json json = json_envelope(stream.session, view, stream.completeness());
    json["first_t_ns"] = first_moment(stream, window);
    json["last_t_ns"] = stream.tracker.last_t_ns;
    json["events"] = stream.tracker.events;
    return json;
}

void append_table(
    std::vector<std::string>& lines, const std::string& title, const TextTable& table, std::size_t total, const TextStyle& style
) {
    lines.push_back({});
    if (!title.empty()) {
        append_notes(lines, {{title, Ink::Strong}}, style);
    }
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
    if (table.rows() < total) {
        const std::string rest = counted(total - table.rows(), "more row");
        append_notes(lines, {{fmt::format("{} left out: --top 0 shows all", rest), Ink::Dim}}, style);
    }
}

std::string owner_text(const OwnerIdentity& owner) {
    Owner named;
    named.kind = owner.kind;
    named.id = owner.id;
    named.chips = owner.chips;
    return to_string(named);
}

void add_owner(nlohmann::ordered_json& json, const OwnerIdentity& owner) {
    json["owner"] = owner_label(owner.kind, owner.id);
    json["owner_chips"] = owner.chips;
}

void add_usage(nlohmann::ordered_json& json, const OwnerTypeUsage& usage) {
    json["allocs"] = usage.allocs;
    json["found"] = usage.found;
    json["frees"] = usage.freed();
    json["released"] = usage.released;
    json["live_buffers"] = usage.live;
    json["live_bytes"] = usage.bytes;
    json["peak_bytes"] = usage.peak_bytes;
    json["footprint_bytes"] = number_or_null(usage.footprint());
    json["peak_footprint_bytes"] = number_or_null(usage.peak_footprint());
}

nlohmann::ordered_json time_or_null(std::uint64_t t_ns) {
    return t_ns == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(t_ns);
}

LifeFilter life_filter(const ViewFilter& filter) {
    if (filter.devices.empty() && filter.kinds.empty()) {
        return {};
    }
    return [filter](const std::vector<Place>& places, std::optional<BufferType> type) {
        return filter.passes_any(places) && (!type || filter.passes(memory_kind(*type)));
    };
}

}  // namespace tt::alloc_trace
