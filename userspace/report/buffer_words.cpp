// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/buffer_words.hpp"

#include <fmt/format.h>

#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/origin_words.hpp"
#include "report/phase_words.hpp"
#include "report/owner_labels.hpp"
#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

std::string known_before_text(KnownBefore known) {
    switch (known) {
        case KnownBefore::Full: return "full";
        case KnownBefore::Partial: return "partial: older buffers may be missing";
        case KnownBefore::None: break;
    }
    return "none: buffers older than the attach are not included";
}

}  // namespace

std::string owner_text(const OwnerFacts& owner) {
    Owner whole;
    whole.kind = owner.kind;
    whole.id = owner.id;
    whole.chips = owner.chips;
    return to_string(whole);
}

void add_owner(Json& json, const OwnerFacts& owner) {
    json["owner"] = owner_label(owner.kind, owner.id);
    json["owner_chips"] = owner.chips;
}

Json buffer_facts_json(const BufferFacts& buffer) {
    Json json;
    add_owner(json, buffer.owner);
    json["allocator"] = hex(buffer.allocator);
    json["type"] = to_string(buffer.type);
    json["address"] = hex(buffer.address);
    json["size"] = buffer.size;
    json["footprint_per_bank"] = number_or_null(buffer.bank_bytes);
    json["buffer"] = hex(buffer.buffer);
    json["tid"] = buffer.tid;
    json["t_ns"] = buffer.t_ns;
    json["origin"] = to_string(buffer.origin);
    json["stack"] = stack_json(buffer.stack);
    return json;
}

Json buffer_group_json(const BufferGroup& group) {
    Json json;
    add_owner(json, group.owner);
    json["type"] = to_string(group.type);
    json["size"] = group.size;
    json["count"] = group.count;
    json["bytes"] = group.bytes;
    json["footprint_bytes"] = number_or_null(group.footprint_bytes);
    json["footprint_per_bank"] = number_or_null(group.bank_bytes);
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["stacks"] = group.stacks.stacks();
    return json;
}

void add_stream_place(Json& json, const StreamPlace& place) {
    json["t_ns"] = place.t_ns;
    json["event"] = place.event;
}

std::string moment_text(const StreamPlace& place, const SessionInfo& session) {
    if (place.t_ns == 0 || session.attached_unix_ns == 0) {
        return {};
    }
    return fmt::format(
        "{} ({} since the attach{})",
        utc_date_time(session.attached_unix_ns + (place.t_ns - session.attached_monotonic_ns)),
        human_offset(place.t_ns, session.attached_monotonic_ns),
        place.event == 0 ? "" : fmt::format(", event {}", place.event)
    );
}

std::vector<Note> knowledge_notes(const ReplayedStream& stream, const ReplayWindow& window) {
    std::vector<Note> notes;
    const std::string attached =
        stream.session.attached_unix_ns == 0 ? "the first event" : "the attach, " + utc_date_time(stream.session.attached_unix_ns);
    const bool whole = window.since_t_ns == 0;
    const std::string since = whole ? attached : moment_text({window.since_event, window.since_t_ns}, stream.session);
    const KnownBefore known = known_before_attach(stream.tracker, stream.session);
    notes.push_back(
        {fmt::format("known from {} on; before the attach: {}", since, known_before_text(known)),
         known == KnownBefore::Partial ? Ink::Warning : Ink::Dim}
    );
    for (Note& note : phase_notes(stream.tracker, stream.session, window)) {
        notes.push_back(std::move(note));
    }
    for (const auto& process : stream.tracker.processes) {
        if (process->used_memory()) {
            const std::string ended = ended_text(process->end == ProcessState::End::Exited, process->exit_status);
            notes.push_back({fmt::format("pid {}{}  {}", process->pid, ended, process->command), Ink::Plain});
            for (Note& note : not_told_notes(process->programs.launches_not_told())) {
                notes.push_back(std::move(note));
            }
        }
    }
    for (Note& note : doubt_notes(stream.tracker.doubts())) {
        notes.push_back(std::move(note));
    }
    if (!stream.warning.empty()) {
        notes.push_back({stream.warning, Ink::Bad});
    }
    if (stream.tracker.events == 0) {
        notes.push_back({"no events: nothing was seen of any process, so this says nothing about its memory", Ink::Warning});
    }
    return notes;
}

void append_table(std::vector<std::string>& lines, const TextTable& table, const TextStyle& style) {
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
}

void append_groups(
    std::vector<std::string>& lines,
    const std::vector<BufferGroup>& groups,
    std::uint64_t all,
    std::size_t top,
    const ReplayedStream& stream,
    const TextStyle& style
) {
    using Align = TextTable::Align;
    CallSites sites(stream.tracker.stacks);
    TextTable table({
        {"OWNER", Align::Left, 0, true},
        {"SIZE", Align::Right, 0, false},
        {"COUNT", Align::Right, 0, false},
        {"SIZES", Align::Right, 1, false},
        {"FOOTPRINT", Align::Right, 0, false},
        {"PER BANK", Align::Right, 4, false},
        {"FIRST", Align::Right, 2, false},
        {"LAST", Align::Right, 3, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = rows_shown(groups.size(), top);
    for (std::size_t i = 0; i < shown; ++i) {
        const BufferGroup& group = groups[i];
        table.add_row({
            {owner_text(group.owner)},
            {human_bytes(group.size)},
            {human_count(group.count)},
            {human_bytes(group.bytes)},
            {group.footprint_bytes ? human_bytes(*group.footprint_bytes) : "not known"},
            {group.bank_bytes ? human_bytes(*group.bank_bytes) : "not known"},
            {human_offset(group.first_t_ns, stream.session.attached_monotonic_ns), Ink::Dim},
            {human_offset(group.last_t_ns, stream.session.attached_monotonic_ns), Ink::Dim},
            {call_sites_text(group.stacks, sites)},
        });
    }
    append_table(lines, table, style);
    append_left_out(lines, all, shown, "group", style);
}

void append_buffers(
    std::vector<std::string>& lines,
    const std::vector<BufferFacts>& buffers,
    std::uint64_t all,
    std::size_t top,
    const ReplayedStream& stream,
    const TextStyle& style
) {
    using Align = TextTable::Align;
    CallSites sites(stream.tracker.stacks);
    if (buffers.empty()) {
        return;
    }
    TextTable table({
        {"ADDRESS", Align::Right, 0, false},
        {"PER BANK", Align::Right, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"OWNER", Align::Left, 0, true},
        {"SINCE", Align::Right, 0, false},
        {"TID", Align::Right, 1, false},
        {"BUFFER", Align::Right, 2, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = rows_shown(buffers.size(), top);
    for (std::size_t i = 0; i < shown; ++i) {
        const BufferFacts& buffer = buffers[i];
        table.add_row({
            {hex(buffer.address)},
            {buffer.bank_bytes ? human_bytes(*buffer.bank_bytes) : "not known"},
            {human_bytes(buffer.size)},
            {owner_text(buffer.owner)},
            {human_offset(buffer.t_ns, stream.session.attached_monotonic_ns), Ink::Dim},
            {buffer.tid == 0 ? "" : fmt::format("{}", buffer.tid), Ink::Dim},
            {buffer.buffer == 0 ? "" : hex(buffer.buffer), Ink::Dim},
            {sites.of(buffer.stack).text},
        });
    }
    append_table(lines, table, style);
    append_left_out(lines, all, shown, "buffer", style);
}

std::string_view to_string(NeedVerdict verdict) {
    switch (verdict) {
        case NeedVerdict::Fits: return "fits";
        case NeedVerdict::Fragmented: return "fragmented";
        case NeedVerdict::Exhausted: return "exhausted";
        case NeedVerdict::Never: break;
    }
    return "larger than a bank";
}

Json need_json(const Need& need, std::uint64_t asked) {
    Json json;
    json["bytes"] = asked;
    json["verdict"] = to_string(need.verdict);
    json["hole_begin"] = hex(need.begin);
    json["hole_end"] = hex(need.end);
    json["to_free_bytes"] = need.bytes;
    json["to_free_count"] = need.buffers;
    json["to_free"] = Json::array();
    for (const BufferFacts& buffer : need.examples) {
        json["to_free"].push_back(buffer_facts_json(buffer));
    }
    return json;
}

void append_left_out(
    std::vector<std::string>& lines, std::size_t all, std::size_t shown, std::string_view noun, const TextStyle& style
) {
    if (shown < all) {
        append_notes(lines, {{counted(all - shown, fmt::format("more {}", noun)) + " left out: --top 0 shows all", Ink::Dim}}, style);
    }
}

}  // namespace tt::alloc_trace
