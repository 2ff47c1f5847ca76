// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/refusals_table.hpp"

#include <fmt/format.h>

#include <utility>

#include "report/buffer_words.hpp"
#include "report/failure_words.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestReason = 44;  // columns of a table; names of kinds are whole in it, and below stands every message

// What both sorts have in common.
struct Told {
    std::string_view what;
    std::string owner;
    std::string figures;
    std::string help;
    std::string_view message;
};

Told told(const RequestRefusal& refusal) {
    return {what_was_refused(refusal), refusal.owner, figures_of(refusal), help_of(refusal), refusal.event.message};
}
Told told(const ClashFailure& clash) {
    return {what_was_refused(clash), clash.owner, figures_of(clash), clash.reported.cause == ClashCause::L1Buffers ? "freeing what lies there: see the view clash" : "", clash.event.message};
}
Told told(const OtherRefusal& refusal) {
    return std::visit([](const auto& what) { return told(what); }, refusal.what);
}

void append_details(std::vector<std::string>& lines, const OtherRefusal& refusal, const SessionInfo& session, const TextStyle& style) {
    const Told about = told(refusal);
    const auto at = [&session](const StreamPlace& place) { return human_offset(place.t_ns, session.attached_monotonic_ns); };
    std::vector<Note> notes;
    notes.push_back(
        {fmt::format(
             "{}{} at {}, event {}{}",
             about.what,
             about.owner.empty() ? "" : " on " + about.owner,
             at(refusal.when.first),
             refusal.when.first.event,
             times_text(refusal.when.count, at(refusal.when.last))
         ),
         Ink::Strong}
    );
    if (!about.figures.empty()) {
        notes.push_back({"  " + about.figures, Ink::Plain});
    }
    if (!about.help.empty()) {
        notes.push_back({"  what would have helped: " + about.help, Ink::Plain});
    }
    notes.push_back({"  message: " + message_text(about.message, style.utf8), Ink::Dim});
    lines.push_back({});
    append_notes(lines, notes, style);
}

}  // namespace

std::string count_text(std::uint64_t count, std::size_t kinds) {
    return count > kinds && kinds > 0 ? fmt::format("{} of {}", human_count(count), counted(kinds, "kind")) : human_count(count);
}

void append_other_refusals(
    std::vector<std::string>& lines,
    const std::vector<const OtherRefusal*>& refusals,
    std::uint64_t count,
    std::size_t top,
    const SessionInfo& session,
    const TextStyle& style
) {
    if (refusals.empty()) {
        return;
    }
    TextTable table({
        {"FIRST", Align::Right, 0, false},
        {"EVENT", Align::Right, 3, false},
        {"COUNT", Align::Right, 0, false},
        {"PID", Align::Left, 4, false},
        {"OWNER", Align::Left, 2, true},
        {"REFUSED", Align::Left, 0, false},
    });
    const std::size_t rows = rows_shown(refusals.size(), top);
    for (std::size_t i = 0; i < rows; ++i) {
        const OtherRefusal& refusal = *refusals[i];
        const Told about = told(refusal);
        const auto* request = std::get_if<RequestRefusal>(&refusal.what);
        const bool by_text = request != nullptr && request->reported.kind == RefusalKind::Other;
        table.add_row({
            {human_offset(refusal.when.first.t_ns, session.attached_monotonic_ns)},
            {human_count(refusal.when.first.event), Ink::Dim},
            {human_count(refusal.when.count)},
            {fmt::format("{}", refusal.when.pid)},
            {about.owner},
            {by_text ? cut_to_width(printable(reason_of(about.message), style.utf8), kLongestReason, style.utf8) : std::string(about.what), Ink::Strong},
        });
    }
    lines.push_back({});
    append_notes(lines, {{"refused besides allocations: " + count_text(count, refusals.size()), Ink::Strong}}, style);
    append_table(lines, table, style);
    append_left_out(lines, refusals.size(), rows, "kind", style);
    for (std::size_t i = 0; i < rows; ++i) {
        append_details(lines, *refusals[i], session, style);
    }
}

Json other_refusal_json(const OtherRefusal& refusal) {
    const Told about = told(refusal);
    Json json;
    json["pid"] = refusal.when.pid;
    add_stream_place(json, refusal.when.first);
    json["count"] = refusal.when.count;
    json["last"] = Json::object();
    add_stream_place(json["last"], refusal.when.last);
    json["owner"] = about.owner;
    if (const auto* request = std::get_if<RequestRefusal>(&refusal.what)) {
        json["tid"] = request->event.header.tid;
        json["kind"] = to_string(request->reported.kind);
        add_figures(json, *request);
    } else {
        const ClashFailure& clash = std::get<ClashFailure>(refusal.what);
        json["tid"] = clash.event.header.tid;
        json["kind"] = "clash";
        add_figures(json, clash);
    }
    json["reason"] = reason_of(about.message);
    json["message"] = about.message;
    return json;
}

}  // namespace tt::alloc_trace
