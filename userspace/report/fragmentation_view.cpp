// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/fragmentation_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "analysis/fragmentation.hpp"
#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

Ink ink_of(NeedVerdict verdict) { return verdict == NeedVerdict::Fits ? Ink::Good : Ink::Bad; }

std::string space_name(const FragmentedSpace& space) {
    return fmt::format("{} {}", owner_text(space.owner), to_string(space.type));
}

Note need_note(const FragmentedSpace& space, const Need& need, std::uint64_t asked) {
    const std::string what = fmt::format("{}: {} per bank: {}", space_name(space), human_bytes(asked), to_string(need.verdict));
    switch (need.verdict) {
        case NeedVerdict::Fits: return {what, Ink::Good};
        case NeedVerdict::Never:
            return {fmt::format("{}, which has {}", what, human_bytes(space.end - space.begin)), Ink::Warning};
        case NeedVerdict::Fragmented:
        case NeedVerdict::Exhausted: break;
    }
    return {
        fmt::format(
            "{}: {} free, largest hole {}; {} ({} per bank) would have to go to make a hole of {} at {:#x}",
            what,
            human_bytes(space.free),
            human_bytes(space.largest),
            counted(need.buffers, "buffer"),
            human_bytes(need.bytes),
            human_bytes(need.end - need.begin),
            need.begin
        ),
        Ink::Warning};
}

std::string pin_text(const std::optional<Pin>& pin, std::uint64_t start_ns) {
    if (!pin) {
        return "(end of the region)";
    }
    return fmt::format(
        "{}, {}, since {}", counted(pin->buffers, "buffer"), human_bytes(pin->end - pin->begin), human_offset(pin->oldest_t_ns, start_ns)
    );
}

Json pin_json(const std::optional<Pin>& pin) {
    if (!pin) {
        return nullptr;
    }
    Json json;
    json["buffers"] = pin->buffers;
    json["begin"] = hex(pin->begin);
    json["end"] = hex(pin->end);
    json["bytes"] = pin->end - pin->begin;
    json["oldest_t_ns"] = pin->oldest_t_ns;
    json["neighbour"] = buffer_facts_json(pin->neighbour);
    return json;
}

class FragmentationView final : public View {
public:
    explicit FragmentationView(const ViewOptions& options) : options_(options), analysis_(options.need, options.need_tolerance) {}

    Observer* observer() override { return &analysis_; }
    // Where all was released before the end, what was live last says more.
    std::optional<ReplayWindow> next_window() override {
        const bool at_given = !options_.window.to_the_end();
        if (before_release_ || at_given || analysis_.holds_memory() || analysis_.last_use().event == 0) {
            return std::nullopt;
        }
        before_release_ = true;
        analysis_.look_at(analysis_.last_use().event);
        return options_.window;
    }

    std::string text(const ReplayedStream& stream, const TextStyle& style) const override {
        std::vector<std::string> lines;
        append_notes(lines, head(stream), style);
        const std::vector<const FragmentedSpace*> spaces = shown();
        if (spaces.empty()) {
            return joined(lines);
        }
        append_spaces(lines, spaces, stream.session, style);
        for (const FragmentedSpace* space : spaces) {
            append_need(lines, *space, stream, style);
        }
        for (const FragmentedSpace* space : spaces) {
            append_holes(lines, *space, stream.session, style);
        }
        return joined(lines);
    }

    Json json(const ReplayedStream& stream) const override {
        Json json = json_envelope(stream.session, "fragmentation", stream.completeness());
        add_stream_place(json, analysis_.place());
        json["before_release"] = before_release_;
        json["need"] = number_or_null(options_.need);
        json["idle_allocators"] = analysis_.idle_allocators();
        json["unknown_region_buffers"] = analysis_.not_placeable();
        json["fragmentation"] = Json::array();
        for (const FragmentedSpace* space : shown()) {
            json["fragmentation"].push_back(space_json(*space));
        }
        return json;
    }

private:
    [[nodiscard]] std::vector<const FragmentedSpace*> shown() const {
        std::vector<const FragmentedSpace*> spaces;
        for (const FragmentedSpace& space : analysis_.spaces()) {
            if (options_.filter.passes_any(space.places) && options_.filter.passes(memory_kind(space.type))) {
                spaces.push_back(&space);
            }
        }
        return spaces;
    }

    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream) const {
        std::vector<Note> notes;
        const std::string moment = moment_text(analysis_.place(), stream.session);
        notes.push_back({fmt::format("fragmentation{}: bytes of one bank", moment.empty() ? "" : " at " + moment), Ink::Strong});
        for (Note& note : knowledge_notes(stream, options_.window)) {
            notes.push_back(std::move(note));
        }
        for (Note& note : before_release_notes({analysis_.place(), before_release_}, stream.session)) {
            notes.push_back(std::move(note));
        }
        if (analysis_.not_placeable() > 0) {
            notes.push_back(
                {counted(analysis_.not_placeable(), "live buffer") + " of allocators whose memory is not known: no holes can be told there",
                 Ink::Warning}
            );
        }
        const std::vector<const FragmentedSpace*> spaces = shown();
        for (const FragmentedSpace* space : spaces) {
            if (space->not_placed > 0) {
                notes.push_back(
                    {fmt::format(
                         "{}: footprint of {} not known: less may be free", space_name(*space), counted(space->not_placed, "buffer")
                     ),
                     Ink::Warning}
                );
            }
        }
        const auto is_shared = [](const FragmentedSpace* space) { return space->shared_with > 0; };
        if (const auto shared = std::count_if(spaces.begin(), spaces.end(), is_shared); shared > 0) {
            notes.push_back(
                {fmt::format(
                     "{} of {} rows: other allocators hand out the same memory; what they hold is not subtracted", shared, spaces.size()
                 ),
                 Ink::Warning}
            );
        }
        if (stream.tracker.events > 0 && shown().empty()) {
            notes.push_back({"no allocator whose memory is known held anything of this", Ink::Plain});
        }
        return notes;
    }

    void append_spaces(
        std::vector<std::string>& lines,
        const std::vector<const FragmentedSpace*>& spaces,
        const SessionInfo& session,
        const TextStyle& style
    ) const {
        TextTable table({
            {"PID", Align::Left, 3, false},
            {"OWNER", Align::Left, 0, true},
            {"TYPE", Align::Left, 0, false},
            {"BANKS", Align::Right, 4, false},
            {"TOTAL", Align::Right, 2, false},
            {"FREE", Align::Right, 0, false},
            {"LARGEST HOLE", Align::Right, 0, false},
            {"HOLES", Align::Right, 1, false},
            {"WORST HOLE", Align::Right, 0, false},
            {"AT", Align::Right, 0, false},
            {"NEED", Align::Left, 0, false},
        });
        for (const FragmentedSpace* space : spaces) {
            const auto& least = space->minimum;
            table.add_row({
                {fmt::format("{}", space->pid)},
                {owner_text(space->owner), Ink::Strong},
                {std::string(to_string(space->type))},
                {human_count(space->banks)},
                {human_bytes(space->end - space->begin)},
                {human_bytes(space->free)},
                {human_bytes(space->largest)},
                {human_count(space->hole_count)},
                {least ? human_bytes(least->bytes) : "not known"},
                {least ? human_offset(least->place.t_ns, session.attached_monotonic_ns) : "", Ink::Dim},
                {space->need ? std::string(to_string(space->need->verdict)) : "", space->need ? ink_of(space->need->verdict) : Ink::Plain},
            });
        }
        lines.push_back({});
        append_table(lines, table, style);
        append_notes(lines, {{"WORST HOLE: the smallest that the largest hole ever was", Ink::Dim}}, style);
    }

    void append_need(
        std::vector<std::string>& lines, const FragmentedSpace& space, const ReplayedStream& stream, const TextStyle& style
    ) const {
        if (!space.need) {
            return;
        }
        lines.push_back({});
        append_notes(lines, {need_note(space, *space.need, *options_.need)}, style);
        append_buffers(lines, space.need->examples, space.need->buffers, options_.top, stream, style);
    }

    void append_holes(
        std::vector<std::string>& lines, const FragmentedSpace& space, const SessionInfo& session, const TextStyle& style
    ) const {
        if (space.hole_count < 2) {
            return;
        }
        TextTable table({
            {"HOLE AT", Align::Right, 0, false},
            {"SIZE", Align::Right, 0, false},
            {"BELOW IT", Align::Left, 0, true},
            {"ABOVE IT", Align::Left, 0, true},
        });
        const std::size_t shown = rows_shown(space.holes.size(), options_.top);
        for (std::size_t i = 0; i < shown; ++i) {
            const PinnedHole& hole = space.holes[i];
            table.add_row({
                {hex(hole.begin)},
                {human_bytes(hole.bytes())},
                {pin_text(hole.below, session.attached_monotonic_ns)},
                {pin_text(hole.above, session.attached_monotonic_ns)},
            });
        }
        lines.push_back({});
        append_notes(
            lines, {{fmt::format("{}: holes, the largest first, and what pins them", space_name(space)), Ink::Strong}}, style
        );
        append_table(lines, table, style);
        append_left_out(lines, space.hole_count, shown, "hole", style);
    }

    [[nodiscard]] Json space_json(const FragmentedSpace& space) const {
        Json json;
        json["pid"] = space.pid;
        add_owner(json, space.owner);
        json["allocator"] = hex(space.allocator);
        json["type"] = to_string(space.type);
        json["banks"] = space.banks;
        json["begin"] = hex(space.begin);
        json["end"] = hex(space.end);
        json["bank_bytes"] = space.end - space.begin;
        json["free_bank_bytes"] = space.free;
        json["largest_free_bank_bytes"] = space.largest;
        json["least_largest_free"] = nullptr;
        if (space.minimum) {
            json["least_largest_free"] = {{"bank_bytes", space.minimum->bytes}};
            add_stream_place(json["least_largest_free"], space.minimum->place);
        }
        json["live_buffers"] = space.buffers;
        json["unknown_footprints"] = space.not_placed;
        json["sharing_allocators"] = space.shared_with;
        json["need"] = space.need ? need_json(*space.need, *options_.need) : Json(nullptr);
        json["hole_count"] = space.hole_count;
        json["holes"] = Json::array();
        for (const PinnedHole& hole : space.holes) {
            Json entry;
            entry["begin"] = hex(hole.begin);
            entry["end"] = hex(hole.end);
            entry["bytes"] = hole.bytes();
            entry["below"] = pin_json(hole.below);
            entry["above"] = pin_json(hole.above);
            json["holes"].push_back(std::move(entry));
        }
        return json;
    }

    ViewOptions options_;
    Fragmentation analysis_;
    bool before_release_ = false;
};

}  // namespace

std::unique_ptr<View> make_fragmentation_view(const ViewOptions& options) { return std::make_unique<FragmentationView>(options); }

}  // namespace tt::alloc_trace
