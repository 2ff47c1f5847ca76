// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/clash_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/clash.hpp"
#include "report/buffer_words.hpp"
#include "report/failure_words.hpp"
#include "report/human_size.hpp"
#include "report/l1_map_text.hpp"
#include "report/launch_words.hpp"
#include "report/origin_words.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMessageColumns = 400;

std::string owner_of(const MappedClash& mapped) { return mapped.clash.owner.empty() ? "unknown owner" : mapped.clash.owner; }

// The tightest of its maps; nullptr: none could be drawn.
const L1Map* tightest(const std::vector<L1Map>& maps) {
    const auto found = std::min_element(maps.begin(), maps.end(), [](const L1Map& a, const L1Map& b) {
        return a.lowest().value_or(~std::uint64_t{0}) < b.lowest().value_or(~std::uint64_t{0});
    });
    return found == maps.end() ? nullptr : &*found;
}

// "192 B": by how much circular buffers reach into the lowest buffer, or over the end of L1.
std::string overlap_text(const MappedClash& mapped) {
    const ClashNumbers& said = mapped.clash.reported;
    if (said.region_end && said.l1_buffer_address && *said.region_end > *said.l1_buffer_address) {
        return human_bytes(*said.region_end - *said.l1_buffer_address);
    }
    if (said.region_end && said.l1_size && *said.region_end > *said.l1_size) {
        return human_bytes(*said.region_end - *said.l1_size) + " over the end";
    }
    const L1Map* map = tightest(mapped.maps);
    const std::optional<std::int64_t> gap = map == nullptr ? std::nullopt : map->gap();
    return gap && *gap < 0 ? human_bytes(static_cast<std::uint64_t>(-*gap)) : "not known";
}

std::vector<Note> clash_notes(const MappedClash& mapped, const SessionInfo& session, CallSites& sites, const TextStyle& style) {
    const ClashFailure& clash = mapped.clash;
    const ClashNumbers& said = clash.reported;
    std::vector<Note> notes;
    notes.push_back(
        {fmt::format(
             "clash at {}, event {}, on {}, program {}, tid {}: overlap {}",
             human_offset(mapped.place.t_ns, session.attached_monotonic_ns),
             mapped.place.event,
             owner_of(mapped),
             clash.event.program == 0 ? "not known" : hex(clash.event.program),
             clash.event.header.tid,
             overlap_text(mapped)
         ),
         Ink::Strong}
    );
    if (const CallSites::CallSite& site = sites.of(clash.event.header.stack); !site.text.empty()) {
        notes.push_back({"  launched by " + site.text + (site.operation.empty() ? "" : ", " + site.operation), Ink::Plain});
    }
    const L1Map* map = tightest(mapped.maps);
    if (said.l1_buffer_address && (map == nullptr || map->lowest() != said.l1_buffer_address)) {
        notes.push_back(
            {fmt::format("no live buffer is known at {:#x}, where the runtime sees the lowest one", *said.l1_buffer_address), Ink::Warning}
        );
    }
    if (!clash.event.message.empty()) {
        notes.push_back({"  message: " + cut_to_width(printable(clash.event.message, style.utf8), kMessageColumns, style.utf8), Ink::Dim});
    }
    return notes;
}

Json clash_json(const MappedClash& mapped) {
    const ClashFailure& clash = mapped.clash;
    Json json;
    json["pid"] = mapped.pid;
    json["tid"] = clash.event.header.tid;
    add_stream_place(json, mapped.place);
    add_owner(json, mapped.owner);
    json["program"] = hex(clash.event.program);
    add_figures(json, clash);
    json["maps"] = l1_maps_json(mapped.maps);
    json["message"] = clash.event.message;
    json["stack"] = stack_json(clash.event.header.stack);
    return json;
}

class ClashView final : public View {
public:
    explicit ClashView(const ViewOptions& options) : options_(options) {}

    Observer* observer() override { return &analysis_; }
    std::optional<ReplayWindow> next_window() override {
        if (analysis_.drawn()) {
            return std::nullopt;
        }
        const std::uint64_t moment = choose_moment();
        if (moment > 0) {
            analysis_.look_at(moment);
        }
        return moment > 0 || analysis_.count() > 0 ? std::optional(options_.window) : std::nullopt;
    }

    std::string text(const ReplayedStream& stream, const TextStyle& style) const override {
        std::vector<std::string> lines;
        CallSites sites(stream.tracker.stacks);
        const std::vector<const MappedClash*> clashes = shown();
        append_notes(lines, head(stream, clashes.size()), style);
        if (const std::vector<LaunchOverlap> overlaps = passing(analysis_.room().overlaps(), options_.filter); !overlaps.empty()) {
            lines.push_back({});
            append_notes(lines, {{"launches that ran over live L1 buffers, at most of each program", Ink::Strong}}, style);
            append_overlaps(lines, overlaps, options_.top, stream.session, sites, style);
        }
        if (!clashes.empty()) {
            append_overview(lines, clashes, stream.session, style);
            append_latest_of_each(lines, clashes, stream.session, sites, style);
        }
        // The runtime's own clash is the tightest there was.
        if (clashes.empty() || chosen_ == Chosen::Asked) {
            append_moment(lines, stream, sites, style);
        }
        return joined(lines);
    }

    Json json(const ReplayedStream& stream) const override {
        Json json = json_envelope(stream.session, "clash", stream.completeness());
        json["count"] = analysis_.count();
        json["clash"] = Json::array();
        for (const MappedClash* clash : shown()) {
            json["clash"].push_back(clash_json(*clash));
        }
        json["overlapping_launches"] = analysis_.room().overlapping_launches();
        json["overlaps"] = overlaps_json(passing(analysis_.room().overlaps(), options_.filter));
        json["closest"] = approaches_json(passing(analysis_.room().closest(), options_.filter));
        Json& moment = json["moment"] = Json::object();
        add_stream_place(moment, analysis_.last_place());
        moment["before_release"] = chosen_ != Chosen::Asked && chosen_ != Chosen::End && !analysis_.holds_memory();
        moment["chosen"] = to_string(chosen_);
        moment["maps"] = l1_maps_json(passing_maps(analysis_.last_maps()));
        return json;
    }

private:
    // Which moment is drawn if no clash tells: where L1 was tightest.
    enum class Chosen : std::uint8_t { Asked, ClosestLaunch, LowestBuffer, End };

    static std::string_view to_string(Chosen chosen) {
        constexpr std::array<std::string_view, 4> kNames{"asked", "closest_launch", "lowest_buffer", "end"};
        return kNames[static_cast<std::size_t>(chosen)];
    }

    // The number of its event; 0: the end, or what was asked for.
    std::uint64_t choose_moment() {
        const std::vector<LaunchApproach> closest = passing(analysis_.room().closest(), options_.filter);
        if (!options_.window.to_the_end()) {
            chosen_ = Chosen::Asked;
            return 0;
        }
        if (!closest.empty()) {
            chosen_ = Chosen::ClosestLaunch;
            return closest.front().place.event;
        }
        chosen_ = analysis_.room().lowest_buffer().event > 0 ? Chosen::LowestBuffer : Chosen::End;
        return analysis_.room().lowest_buffer().event;
    }

    void append_moment(std::vector<std::string>& lines, const ReplayedStream& stream, CallSites& sites, const TextStyle& style) const {
        lines.push_back({});
        const std::string moment = moment_text(analysis_.last_place(), stream.session);
        std::vector<Note> notes{{fmt::format("L1{}", moment.empty() ? "" : " at " + moment), Ink::Strong}};
        if (chosen_ == Chosen::ClosestLaunch) {
            notes.push_back({"the launch at which it was tightest; --at TIME shows another moment", Ink::Plain});
        } else if (chosen_ == Chosen::LowestBuffer) {
            notes.push_back({"when an L1 buffer lay lowest, as no launch was seen; --at TIME shows another moment", Ink::Plain});
        }
        const std::vector<L1Map> maps = passing_maps(analysis_.last_maps());
        if (maps.empty()) {
            notes.push_back({"no L1 buffer and no circular buffer is known there", Ink::Plain});
        }
        append_notes(lines, notes, style);
        append_maps(lines, maps, analysis_.last_place().t_ns, sites, style);
    }

    [[nodiscard]] std::vector<const MappedClash*> shown() const {
        std::vector<const MappedClash*> clashes;
        for (const MappedClash& clash : analysis_.clashes()) {
            if (clash.clash.places.empty() || options_.filter.passes_any(clash.clash.places)) {
                clashes.push_back(&clash);
            }
        }
        return clashes;
    }

    [[nodiscard]] std::vector<L1Map> passing_maps(const std::vector<L1Map>& maps) const {
        std::vector<L1Map> passed;
        for (const L1Map& map : maps) {
            if (options_.filter.passes_any(map.places)) {
                passed.push_back(map);
            }
        }
        return passed;
    }

    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream, std::size_t kept) const {
        std::vector<Note> notes;
        notes.push_back({fmt::format("launches refused, as circular buffers found no place: {}", human_count(analysis_.count())), Ink::Strong});
        for (Note& note : knowledge_notes(stream, options_.window)) {
            notes.push_back(std::move(note));
        }
        if (analysis_.count() > analysis_.clashes().size()) {
            notes.push_back({fmt::format("only the latest {} are shown", human_count(analysis_.clashes().size())), Ink::Warning});
        }
        const std::vector<LaunchOverlap> overlaps = passing(analysis_.room().overlaps(), options_.filter);
        for (Note& note : overlap_notes(overlaps, stream.session)) {
            notes.push_back(std::move(note));
        }
        if (const auto closest = passing(analysis_.room().closest(), options_.filter); !closest.empty()) {
            notes.push_back(approach_note(closest.front(), stream.session));
        }
        if (analysis_.count() == 0 && overlaps.empty() && stream.tracker.events > 0) {
            notes.push_back(none_note("no clash was seen", stream.all_known()));
        } else if (kept == 0 && analysis_.count() > 0) {
            notes.push_back({"none of them is on this device", Ink::Plain});
        }
        return notes;
    }

    void append_overview(
        std::vector<std::string>& lines,
        const std::vector<const MappedClash*>& clashes,
        const SessionInfo& session,
        const TextStyle& style
    ) const {
        TextTable table({
            {"AT", Align::Right, 0, false},
            {"EVENT", Align::Right, 2, false},
            {"PID", Align::Left, 3, false},
            {"OWNER", Align::Left, 0, true},
            {"PROGRAM", Align::Right, 1, false},
            {"CBS END", Align::Right, 0, false},
            {"LOWEST BUFFER", Align::Right, 0, false},
            {"OVERLAP", Align::Right, 0, false},
        });
        const std::size_t rows = rows_shown(clashes.size(), options_.top);
        for (std::size_t i = clashes.size() - rows; i < clashes.size(); ++i) {
            const MappedClash& mapped = *clashes[i];
            const ClashFailure& clash = mapped.clash;
            const L1Map* map = tightest(mapped.maps);
            const auto lowest = clash.reported.l1_buffer_address || map == nullptr ? clash.reported.l1_buffer_address : map->lowest();
            const auto end = clash.reported.region_end || map == nullptr ? clash.reported.region_end : map->circular_buffer_end;
            table.add_row({
                {human_offset(mapped.place.t_ns, session.attached_monotonic_ns)},
                {human_count(mapped.place.event), Ink::Dim},
                {fmt::format("{}", mapped.pid)},
                {owner_of(mapped)},
                {clash.event.program == 0 ? "" : hex(clash.event.program)},
                {end ? hex(*end) : "?"},
                {lowest ? hex(*lowest) : "none"},
                {overlap_text(mapped), Ink::Bad},
            });
        }
        lines.push_back({});
        append_table(lines, table, style);
        if (rows < clashes.size()) {
            append_notes(lines, {{counted(clashes.size() - rows, "earlier clash") + " left out: --top 0 shows all", Ink::Dim}}, style);
        }
    }

    // A job may try the same launch again and again: the latest of each sort is drawn.
    void append_latest_of_each(
        std::vector<std::string>& lines,
        const std::vector<const MappedClash*>& clashes,
        const SessionInfo& session,
        CallSites& sites,
        const TextStyle& style
    ) const {
        std::set<std::tuple<std::uint32_t, std::uint64_t, std::string>> told;
        for (auto clash = clashes.rbegin(); clash != clashes.rend(); ++clash) {
            const bool room = options_.top == 0 || told.size() < options_.top;
            if (room && told.insert({(*clash)->pid, (*clash)->clash.event.program, overlap_text(**clash)}).second) {
                lines.push_back({});
                append_notes(lines, clash_notes(**clash, session, sites, style), style);
                append_maps(lines, passing_maps((*clash)->maps), (*clash)->place.t_ns, sites, style);
            }
        }
    }

    void append_maps(
        std::vector<std::string>& lines,
        const std::vector<L1Map>& maps,
        std::uint64_t t_ns,
        CallSites& sites,
        const TextStyle& style
    ) const {
        for (const L1Map& map : maps) {
            append_l1_map(lines, map, t_ns, options_.top, sites, style);
        }
    }

    ViewOptions options_;
    Clashes analysis_;
    Chosen chosen_ = Chosen::End;
};

}  // namespace

std::unique_ptr<View> make_clash_view(const ViewOptions& options) { return std::make_unique<ClashView>(options); }

}  // namespace tt::alloc_trace
