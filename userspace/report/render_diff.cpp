// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/diff_view.hpp"
#include "report/human_size.hpp"
#include "report/joined_rows.hpp"
#include "report/peak_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// "+4.0 KiB", "-4.0 KiB", "=".
std::string change_text(std::uint64_t before, std::uint64_t after) {
    if (before == after) {
        return "=";
    }
    return after > before ? "+" + human_bytes(after - before) : "-" + human_bytes(before - after);
}

Ink change_ink(std::uint64_t before, std::uint64_t after) {
    return after > before ? Ink::Warning : after < before ? Ink::Good : Ink::Plain;
}

// Sizes of a hostile recording may be anything.
Json change_json(std::uint64_t before, std::uint64_t after) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return after >= before ? Json(after - before) : Json(-static_cast<std::int64_t>(std::min(before - after, kMost)));
}

HeldSum sum_of(const HeldGroups& groups) {
    HeldSum all;
    for (const auto& group : groups) {
        all.add(group.second);
    }
    return all;
}

std::string moment_words(const DiffSide& side) {
    switch (side.moment) {
        case DiffMoment::End: return "at its end";
        case DiffMoment::Failure: return "at its first failure";
        case DiffMoment::Peak:
            return side.peak ? fmt::format("at its {} peak on {},", to_string(side.peak->of), place_list({side.peak->place})) : "at its peak";
        case DiffMoment::Time: break;
    }
    return "at";
}

std::vector<Note> side_notes(std::string_view role, const DiffSide& side) {
    const HeldSum all = sum_of(side.groups);
    std::vector<Note> notes;
    notes.push_back(
        {fmt::format(
             "{}  {}: {} {} since the attach{}{}, {}, {}",
             role,
             side.name,
             moment_words(side),
             side.t_ns == 0 ? "nothing seen" : since_attach(side.t_ns, side.session),
             side.session.attached_unix_ns == 0 ? "" : " at " + utc_date_time(side.session.attached_unix_ns),
             side.phase.empty() ? "" : ", phase " + side.phase,
             counted(all.count, "buffer"),
             human_bytes(all.bytes)
         ),
         Ink::Strong}
    );
    if (side.ended_processes > 0) {
        notes.push_back(
            {fmt::format("     {} had ended: counted is what was held when its devices were closed, or it was gone", counted(side.ended_processes, "process")),
             Ink::Dim}
        );
    }
    if (side.not_kept > 0) {
        notes.push_back({fmt::format("{}: {} in further groups are missing", role, counted(side.not_kept, "buffer")), Ink::Bad});
    }
    for (const Note& note : doubt_notes(side.doubts)) {
        notes.push_back({fmt::format("{}: {}", role, note.text), note.ink});
    }
    if (!side.warning.empty()) {
        notes.push_back({fmt::format("{}: {}", role, side.warning), Ink::Bad});
    }
    if (side.events == 0) {
        notes.push_back({fmt::format("{}: no events: nothing was seen of any process", role), Ink::Warning});
    }
    return notes;
}

std::vector<Note> heading(const DiffModel& diff) {
    std::vector<Note> notes;
    for (const auto& [role, side] : {std::pair("OLD", &diff.before), std::pair("NEW", &diff.after)}) {
        for (Note& note : side_notes(role, *side)) {
            notes.push_back(std::move(note));
        }
    }
    if (diff.before.complete != diff.after.complete) {
        notes.push_back(
            {fmt::format("only {} is complete: a difference may be what is missing in the other", diff.before.complete ? "OLD" : "NEW"),
             Ink::Warning}
        );
    }
    if (diff.before.known_before != diff.after.known_before) {
        notes.push_back(
            {fmt::format(
                 "known before attach: OLD {}, NEW {}: a difference may be older than an attach",
                 to_string(diff.before.known_before),
                 to_string(diff.after.known_before)
             ),
             Ink::Warning}
        );
    }
    if (diff.ends_empty) {
        notes.push_back({"both hold nothing at their end, so they are compared at the peak that grew most", Ink::Plain});
    }
    notes.push_back(
        {diff.footprints ? "footprint: reserved on each chip" : "size: logical bytes on each chip; footprints are not known of all",
         Ink::Dim}
    );
    return notes;
}

void append_totals(std::vector<std::string>& lines, const DiffModel& diff, const TextStyle& style, std::size_t top) {
    JoinedRows rows;
    for (const DiffTotal& total : diff.totals) {
        const std::uint64_t was = diff.bytes(total.before);
        const std::uint64_t is = diff.bytes(total.after);
        rows.add(
            total.place,
            {
                {std::string(to_string(total.type))},
                {human_count(total.before.count)},
                {human_count(total.after.count)},
                {human_bytes(was)},
                {human_bytes(is)},
                {change_text(was, is), change_ink(was, is)},
            }
        );
    }
    TextTable table({
        {"DEVICE", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"BUFFERS OLD", Align::Right, 2, false},
        {"NEW", Align::Right, 1, false},
        {diff.footprints ? "FOOTPRINT OLD" : "SIZE OLD", Align::Right, 0, false},
        {"NEW", Align::Right, 0, false},
        {"CHANGE", Align::Right, 0, false},
    });
    rows.append_to(table, top == 0 ? rows.rows().size() : top);
    append_table(lines, {}, table, rows.rows().size(), style);
}

void append_peaks(std::vector<std::string>& lines, const DiffModel& diff, const TextStyle& style, std::size_t top) {
    JoinedRows rows;
    for (const DiffPeak& peak : diff.peaks) {
        rows.add(
            peak.place,
            {
                {std::string(to_string(peak.of))},
                {human_bytes(peak.before)},
                {human_bytes(peak.after)},
                {change_text(peak.before, peak.after), change_ink(peak.before, peak.after)},
            }
        );
    }
    TextTable table({
        {"DEVICE", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"PEAK OLD", Align::Right, 0, false},
        {"NEW", Align::Right, 0, false},
        {"CHANGE", Align::Right, 0, false},
    });
    rows.append_to(table, top == 0 ? rows.rows().size() : top);
    append_table(
        lines,
        diff.peak_footprints ? "highest footprint on each chip" : "highest sum of sizes on each chip",
        table,
        rows.rows().size(),
        style
    );
}

void append_groups(std::vector<std::string>& lines, const DiffModel& diff, const TextStyle& style, std::size_t top) {
    TextTable table({
        {"WHAT", Align::Left, 0, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"BUFFERS OLD", Align::Right, 0, false},
        {"NEW", Align::Right, 0, false},
        {"CHANGE", Align::Right, 0, false},
        {"FIRST", Align::Right, 1, false},
        {"LAST", Align::Right, 2, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = top == 0 ? diff.groups.size() : std::min(top, diff.groups.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const DiffGroup& group = diff.groups[i];
        const bool gone = group.change == DiffChange::Gone;
        const HeldSum& shown_sum = gone ? group.before : group.after;
        const SessionInfo& session = gone ? diff.before.session : diff.after.session;
        const std::uint64_t was = diff.bytes(group.before);
        const std::uint64_t is = diff.bytes(group.after);
        table.add_row({
            {std::string(to_string(group.change)), change_ink(was, is)},
            {owner_text(group.key.owner)},
            {std::string(to_string(group.key.type))},
            {human_bytes(group.key.size)},
            {human_count(group.before.count)},
            {human_count(group.after.count)},
            {change_text(was, is), change_ink(was, is)},
            {since_attach(shown_sum.first_t_ns, session), Ink::Dim},
            {since_attach(shown_sum.last_t_ns, session), Ink::Dim},
            {group.call_site},
        });
    }
    const bool by_origin = std::any_of(diff.groups.begin(), diff.groups.end(), [](const DiffGroup& group) { return !group.key.origin.empty(); });
    append_table(lines, by_origin ? "groups that changed: same owner, type, size and call site" : "groups that changed: same owner, type and size", table, diff.groups.size(), style);
}

bool peaks_differ(const DiffModel& diff) {
    return std::any_of(diff.peaks.begin(), diff.peaks.end(), [](const DiffPeak& peak) { return peak.before != peak.after; });
}

std::vector<Note> closing_notes(const DiffModel& diff) {
    std::vector<Note> notes;
    if (diff.unchanged > 0) {
        notes.push_back({counted(diff.unchanged, "more group") + " with as many buffers as before", Ink::Dim});
    }
    JoinedRows over;
    for (const DiffTotal& total : diff.over) {
        over.add(total.place, {{std::string(to_string(total.type))}, {human_bytes(diff.bytes(total.after) - diff.bytes(total.before))}});
    }
    for (const JoinedRows::Row& row : over.rows()) {
        const std::string limit = human_bytes(diff.fail_over.value_or(0));
        notes.push_back(
            {fmt::format("{} {} grew by {}: more than {}", place_list(row.places), row.cells[0].text, row.cells[1].text, limit), Ink::Bad}
        );
    }
    JoinedRows peaks_over;
    for (const DiffPeak& peak : diff.peaks_over) {
        peaks_over.add(peak.place, {{std::string(to_string(peak.of))}, {human_bytes(peak.after - peak.before)}});
    }
    for (const JoinedRows::Row& row : peaks_over.rows()) {
        const std::string limit = human_bytes(diff.fail_over.value_or(0));
        notes.push_back(
            {fmt::format("the {} peak of {} grew by {}: more than {}", row.cells[0].text, place_list(row.places), row.cells[1].text, limit),
             Ink::Bad}
        );
    }
    if (diff.fail_over && !diff.is_over()) {
        notes.push_back({fmt::format("no chip and type grew by more than {}", human_bytes(*diff.fail_over)), Ink::Good});
    }
    return notes;
}

Json side_json(const DiffSide& side) {
    const HeldSum all = sum_of(side.groups);
    Json json;
    json["name"] = side.name;
    json["host"] = side.session.host;
    json["target"] = side.session.target;
    json["attached_t_ns"] = time_or_null(side.session.attached_monotonic_ns);
    json["moment"] = to_string(side.moment);
    json["phase"] = side.phase.empty() ? Json(nullptr) : Json(side.phase);
    if (side.peak) {
        add_place(json, side.peak->place);
        json["peak_of"] = to_string(side.peak->of);
    }
    json["t_ns"] = side.t_ns;
    json["events"] = side.events;
    json["complete"] = side.complete;
    json["lost"] = lost_json(side.doubts.lost);
    json["losses_repaired"] = side.doubts.losses_repaired;
    json["known_before_attach"] = to_string(side.known_before);
    json["ended_processes"] = side.ended_processes;
    json["buffers_not_kept"] = side.not_kept;
    json["buffers"] = all.count;
    json["bytes"] = all.bytes;
    return json;
}

void add_sum(Json& json, const std::string& side, const HeldSum& sum) {
    const bool known = sum.footprint_unknown == 0;
    json[side + "_count"] = sum.count;
    json[side + "_bytes"] = sum.bytes;
    json[side + "_footprint_bytes"] = number_or_null(known ? std::optional(sum.footprint_bytes) : std::nullopt);
}

Json total_json(const DiffModel& diff, const DiffTotal& total) {
    Json json;
    add_place(json, total.place);
    json["type"] = to_string(total.type);
    add_sum(json, "old", total.before);
    add_sum(json, "new", total.after);
    json["change_bytes"] = change_json(diff.bytes(total.before), diff.bytes(total.after));
    return json;
}

Json peak_json(const DiffPeak& peak) {
    Json json;
    add_place(json, peak.place);
    json["type"] = to_string(peak.of);
    json["old_bytes"] = peak.before;
    json["new_bytes"] = peak.after;
    json["change_bytes"] = change_json(peak.before, peak.after);
    return json;
}

template <typename Row, typename ToJson>
Json array_of(const std::vector<Row>& rows, const ToJson& to_json) {
    Json json = Json::array();
    for (const Row& row : rows) {
        json.push_back(to_json(row));
    }
    return json;
}

Json group_json(const DiffModel& diff, const DiffGroup& group) {
    const HeldSum& latest = group.change == DiffChange::Gone ? group.before : group.after;
    Json json;
    json["change"] = to_string(group.change);
    add_owner(json, group.key.owner);
    json["type"] = to_string(group.key.type);
    json["size"] = group.key.size;
    add_sum(json, "old", group.before);
    add_sum(json, "new", group.after);
    json["change_count"] = change_json(group.before.count, group.after.count);
    json["change_bytes"] = change_json(diff.bytes(group.before), diff.bytes(group.after));
    json["footprint_per_bank"] = number_or_null(latest.footprint_unknown == 0 ? std::optional(latest.bank_bytes) : std::nullopt);
    json["first_t_ns"] = latest.first_t_ns;
    json["last_t_ns"] = latest.last_t_ns;
    json["call_site"] = group.call_site.empty() ? Json(nullptr) : Json(group.call_site);
    return json;
}

}  // namespace

std::string render_diff_text(const DiffModel& diff, const TextStyle& style, std::size_t top) {
    std::vector<std::string> lines;
    append_notes(lines, heading(diff), style);
    if (diff.totals.empty()) {
        append_notes(lines, {{peaks_differ(diff) ? "neither holds a buffer there" : "neither holds anything there, so nothing differs", Ink::Plain}}, style);
    } else {
        append_totals(lines, diff, style, top);
        if (diff.groups.empty()) {
            append_notes(lines, {{"the same buffers are held: no group changed", peaks_differ(diff) ? Ink::Plain : Ink::Good}}, style);
        } else {
            append_groups(lines, diff, style, top);
        }
    }
    if (!diff.peaks.empty()) {
        append_peaks(lines, diff, style, top);
    }
    append_notes(lines, closing_notes(diff), style);
    return joined(lines);
}

nlohmann::ordered_json diff_json(const DiffModel& diff) {
    Doubts doubts = diff.before.doubts;
    doubts += diff.after.doubts;
    const KnownBefore known_before = std::min(diff.before.known_before, diff.after.known_before);
    Json json = json_envelope(
        diff.after.session,
        "diff",
        {diff.before.complete && diff.after.complete, std::move(doubts), known_before}
    );
    json["old"] = side_json(diff.before);
    json["new"] = side_json(diff.after);
    json["change_of"] = diff.footprints ? "footprint" : "size";
    json["fail_over_bytes"] = number_or_null(diff.fail_over);
    const auto to_total = [&diff](const DiffTotal& total) { return total_json(diff, total); };
    json["over"] = array_of(diff.over, to_total);
    json["peaks_over"] = array_of(diff.peaks_over, peak_json);
    json["ends_empty"] = diff.ends_empty;
    json["peaks_of"] = diff.peak_footprints ? "footprint" : "size";
    json["peaks"] = array_of(diff.peaks, peak_json);
    json["totals"] = array_of(diff.totals, to_total);
    json["unchanged_groups"] = diff.unchanged;
    json["diff"] = array_of(diff.groups, [&diff](const DiffGroup& group) { return group_json(diff, group); });
    return json;
}

}  // namespace tt::alloc_trace
