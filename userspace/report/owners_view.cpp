// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/owner_history.hpp"
#include "report/answer_heading.hpp"
#include "report/history_views.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// "unused": it was named, and never held a buffer.
std::string_view state_of(const OwnerRecord& owner) {
    return owner.process_ended ? "process ended" : !owner.open ? "closed" : owner.used() ? "open" : "unused";
}

class Owners final : public View {
public:
    explicit Owners(const ViewOptions& options) : options_(options) {}

    Observer* observer() override { return &history_; }
    bool shows_live() const override { return true; }
    bool shows_ended() const override { return true; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    struct Row {
        const OwnerRecord* owner;
        std::vector<BufferType> types;  // used ones that pass
    };

    [[nodiscard]] std::vector<OwnerRecord> owners(const ReplayedStream& stream) const {
        if (stream.last_use == nullptr && stream.ended.empty()) {
            return history_.owners();
        }
        std::vector<const ProcessState*> then;
        for (const auto& process : stream.tracker.processes) {
            then.push_back(&stream.live_of(*process));
        }
        return history_.owners_with_live_of(then);
    }
    [[nodiscard]] std::vector<Row> rows(const std::vector<OwnerRecord>& owners) const;
    [[nodiscard]] TextTable table(const std::vector<Row>& rows, bool footprint, const SessionInfo& session) const;

    ViewOptions options_;
    OwnerHistory history_;
};

std::vector<Owners::Row> Owners::rows(const std::vector<OwnerRecord>& owners) const {
    std::vector<Row> rows;
    for (const OwnerRecord& owner : owners) {
        if (!options_.filter.passes_any(places_of(owner.owner))) {
            continue;
        }
        Row row{&owner, {}};
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            const auto type = static_cast<BufferType>(i);
            if (owner.types[i].used() && options_.filter.passes(memory_kind(type))) {
                row.types.push_back(type);
            }
        }
        if (!row.types.empty() || options_.filter.kinds.empty()) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

bool all_footprints_known(const std::vector<OwnerRecord>& owners) {
    return std::all_of(owners.begin(), owners.end(), [](const OwnerRecord& owner) {
        return std::all_of(owner.types.begin(), owner.types.end(), [](const OwnerTypeUsage& usage) {
            return usage.footprint() && usage.peak_footprint();
        });
    });
}

TextTable Owners::table(const std::vector<Row>& rows, bool footprint, const SessionInfo& session) const {
    TextTable table({
        {"PID", Align::Left, 4, false},
        {"OWNER", Align::Left, 0, true},
        {"STATE", Align::Left, 6, false},
        {"TYPE", Align::Left, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"FOUND", Align::Right, 1, false},
        {"FREES", Align::Right, 0, false},
        {"RELEASED", Align::Right, 4, false},  // by close, exit or clear, without a free
        {"LIVE", Align::Right, 0, false},
        {footprint ? "FOOTPRINT" : "SIZE", Align::Right, 0, false},
        {"PEAK", Align::Right, 0, false},
        {"FIRST", Align::Right, 2, false},
        {"LAST", Align::Right, 3, false},
        {"CLOSED", Align::Right, 5, false},
    });
    const std::size_t shown = options_.top == 0 ? rows.size() : std::min(options_.top, rows.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const OwnerRecord& owner = *rows[i].owner;
        std::vector<TextTable::Cell> head{
            {fmt::format("{}", owner.pid)}, {owner_text(owner.owner), Ink::Strong}, {std::string(state_of(owner))}};
        std::vector<TextTable::Cell> tail{
            {since_attach(owner.first_t_ns, session), Ink::Dim},
            {since_attach(owner.last_t_ns, session), Ink::Dim},
            {since_attach(owner.closed_t_ns, session) + (owner.closes > 1 ? fmt::format(" ({}x)", owner.closes) : ""), Ink::Dim}};
        if (rows[i].types.empty()) {
            head.insert(head.end(), 8, {});
            head.insert(head.end(), tail.begin(), tail.end());
            table.add_row(std::move(head));
            continue;
        }
        for (const BufferType type : rows[i].types) {
            const OwnerTypeUsage& usage = owner.types[static_cast<std::size_t>(type)];
            std::vector<TextTable::Cell> row = std::exchange(head, {{}, {}, {}});
            row.push_back({std::string(to_string(type))});
            row.push_back({human_count(usage.allocs)});
            row.push_back({usage.found == 0 ? std::string() : human_count(usage.found)});
            row.push_back({human_count(usage.freed())});
            row.push_back({usage.released == 0 ? std::string() : human_count(usage.released)});
            row.push_back({human_count(usage.live)});
            row.push_back({human_bytes(footprint ? usage.footprint_bytes : usage.bytes)});
            row.push_back({human_bytes(footprint ? usage.peak_footprint_bytes : usage.peak_bytes)});
            for (TextTable::Cell& cell : std::exchange(tail, {})) {
                row.push_back(std::move(cell));
            }
            table.add_row(std::move(row));
        }
    }
    return table;
}

std::string Owners::text(const ReplayedStream& stream, const TextStyle& style) const {
    std::vector<std::string> lines;
    append_notes(lines, answer_heading("owners", stream, options_.window), style);
    const std::vector<OwnerRecord> known = owners(stream);
    const std::vector<Row> all = rows(known);
    std::vector<Note> notes = before_release_notes(stream.live_moment(), stream.session, "--until TIME");
    if (all.empty()) {
        notes.push_back(none_note("no owner was seen: no process allocated on a device, or none passes the filter", stream.all_known(), Ink::Plain));
    }
    if (history_.not_kept() > 0) {
        notes.push_back(
            {fmt::format("more than {} owners: {} of later ones are missing", OwnerHistory::kMaxOwners, counted(history_.not_kept(), "allocation")),
             Ink::Warning}
        );
    }
    const bool footprint = all_footprints_known(known);
    if (!all.empty()) {
        notes.push_back(
            {footprint ? "footprint: reserved on each chip of the owner" : "size: logical bytes on each chip of the owner; footprints are not known of all",
             Ink::Dim}
        );
    }
    append_notes(lines, notes, style);
    if (!all.empty()) {
        const std::size_t left_out = options_.top == 0 || all.size() <= options_.top ? 0 : all.size() - options_.top;
        append_table(lines, {}, table(all, footprint, stream.session), 0, style);
        if (left_out > 0) {
            append_notes(lines, {{fmt::format("{} left out: --top 0 shows all", counted(left_out, "more owner")), Ink::Dim}}, style);
        }
    }
    return joined(lines);
}

Json type_json(BufferType type, const OwnerTypeUsage& usage) {
    Json json;
    json["type"] = to_string(type);
    add_usage(json, usage);
    return json;
}

Json Owners::json(const ReplayedStream& stream) const {
    Json json = answer_envelope("owners", stream, options_.window);
    json["allocs_of_more_owners"] = history_.not_kept();
    add_live_at(json, stream.live_moment());
    json["owners"] = Json::array();
    const std::vector<OwnerRecord> known = owners(stream);
    for (const Row& row : rows(known)) {
        Json entry;
        add_owner(entry, row.owner->owner);
        entry["pid"] = row.owner->pid;
        entry["pointer"] = hex(row.owner->pointer);
        entry["state"] = state_of(*row.owner);
        entry["first_t_ns"] = row.owner->first_t_ns;
        entry["last_t_ns"] = row.owner->last_t_ns;
        entry["closes"] = row.owner->closes;
        entry["closed_t_ns"] = time_or_null(row.owner->closed_t_ns);
        entry["ends"] = Json::array();
        for (std::size_t i = 0; i < kFreeKindCount; ++i) {
            entry["ends"].push_back({{"reason", to_string(static_cast<FreeKind>(i))}, {"count", row.owner->ends[i]}});
        }
        entry["types"] = Json::array();
        for (const BufferType type : row.types) {
            entry["types"].push_back(type_json(type, row.owner->types[static_cast<std::size_t>(type)]));
        }
        json["owners"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_owners_view(const ViewOptions& options) { return std::make_unique<Owners>(options); }

}  // namespace tt::alloc_trace
