// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/fits_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/fits.hpp"
#include "analysis/growth.hpp"
#include "analysis/life_split.hpp"
#include "report/answer_heading.hpp"
#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/growth_words.hpp"
#include "report/human_size.hpp"
#include "report/scale_words.hpp"
#include "report/stretch_notes.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// Equal regions of several chips.
struct FitRow {
    const FitRegion* region = nullptr;
    std::vector<Place> places;
};

std::string name_of(const FitRegion& region) { return region.with_circular_buffers ? "L1+CB" : std::string(to_string(region.type)); }

std::string_view verdict_of(const FitRegion& region) {
    return !region.fits() ? "does not fit" : region.known && region.banks != 0 ? "fits" : "not known";
}

class FitsView final : public View {
public:
    explicit FitsView(const ViewOptions& options) : options_(options), growth_(options.iterations), fits_(options.scale) {
        const auto& rules = options.scale;
        needs_iterations_ = std::any_of(rules.begin(), rules.end(), [](const ScaleRule& rule) { return rule.loaded.has_value(); });
        looking_for_iterations_ = needs_iterations_;
    }

    Observer* observer() override { return looking_for_iterations_ ? static_cast<Observer*>(&growth_) : &fits_; }
    std::optional<ReplayWindow> next_window() override;
    std::optional<std::string> problem() const override;
    bool fails() const override;
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::vector<FitRegion> regions() const;
    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream) const;
    [[nodiscard]] static TextTable table(const std::vector<FitRow>& rows, const SessionInfo& session);
    [[nodiscard]] static Note misfit_note(const FitRow& row, const SessionInfo& session);

    ViewOptions options_;
    GrowthObserver growth_;
    Fits fits_;
    bool needs_iterations_ = false;
    bool looking_for_iterations_ = false;  // in the present replay
    bool any_iterations_ = false;
};

std::optional<ReplayWindow> FitsView::next_window() {
    if (!std::exchange(looking_for_iterations_, false)) {
        return std::nullopt;
    }
    for (const GrowthProcess& process : growth_.result().processes) {
        if (const Iterations* found = iterations_around(growth_.result(), process.pid, 0); found != nullptr && found->frees) {
            fits_.iterations_from(process.pid, found->first_t_ns);
            any_iterations_ = true;
        }
    }
    return any_iterations_ ? std::optional(options_.window) : std::nullopt;
}

std::optional<std::string> FitsView::problem() const {
    if (const std::optional<std::string> missing = needs_iterations_ ? no_such_mark(options_.iterations, growth_) : std::nullopt) {
        return missing;
    }
    if (needs_iterations_ && !any_iterations_) {
        return "--scale: no iterations were found (see growth; --period or --mark may tell what an iteration is), so what was loaded cannot be told from what is theirs";
    }
    for (std::size_t i = 0; i < fits_.rules().size(); ++i) {
        if (fits_.counts()[i].buffers == 0) {
            return matches_nothing(fits_, fits_.rules()[i]);
        }
    }
    return std::nullopt;
}

// What is not known does not pass, nor does nothing at all.
bool FitsView::fails() const {
    const std::vector<FitRegion> all = regions();
    return all.empty() || std::any_of(all.begin(), all.end(), [](const FitRegion& region) { return verdict_of(region) != "fits"; });
}

std::vector<FitRegion> FitsView::regions() const {
    std::vector<FitRegion> all = fits_.regions();
    std::erase_if(all, [this](const FitRegion& region) {
        const bool shown = options_.filter.passes(memory_kind(region.type)) ||
                           (region.with_circular_buffers && options_.filter.passes(MemoryKind::CircularBuffer));
        return !shown || !options_.filter.passes(region.place);
    });
    return all;
}

std::vector<FitRow> rows_of(const std::vector<FitRegion>& regions) {
    std::vector<FitRow> rows;
    for (const FitRegion& region : regions) {
        const auto same = std::find_if(rows.begin(), rows.end(), [&region](const FitRow& row) { return row.region->same_but_place(region); });
        if (same == rows.end()) {
            rows.push_back({&region, {region.place}});
        } else {
            same->places.push_back(region.place);
        }
    }
    return rows;
}

std::vector<Note> FitsView::head(const ReplayedStream& stream) const {
    std::vector<Note> notes{{"fits: what each bank would have to hold at most", Ink::Strong}};
    for (std::size_t i = 0; i < fits_.rules().size(); ++i) {
        const ScaleRule& rule = fits_.rules()[i];
        notes.push_back({fmt::format("  {}: {}", rule.text, counted(fits_.counts()[i].buffers, rule.circular_buffers ? "program" : "buffer"))});
    }
    if (fits_.rules().empty()) {
        notes.push_back({"as recorded: --scale \"DRAM x2\" and the like say what would be larger", Ink::Plain});
    }
    for (Note& note : stretch_notes(stream, options_.window)) {
        notes.push_back(std::move(note));
    }
    notes.push_back({"by bytes: fragmentation can make it fail earlier", Ink::Plain});
    return notes;
}

TextTable FitsView::table(const std::vector<FitRow>& rows, const SessionInfo& session) {
    TextTable table({
        {"PID", Align::Left, 3, false},
        {"DEVICES", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"CAPACITY", Align::Right, 0, false},
        {"RECORDED", Align::Right, 0, false},
        {"NEEDED", Align::Right, 0, false},
        {"LEFT", Align::Right, 0, false},
        {"AT", Align::Right, 2, false},
        {"EVENT", Align::Right, 1, false},
        {"VERDICT", Align::Left, 0, false},
    });
    for (const FitRow& row : rows) {
        const FitRegion& region = *row.region;
        const bool known = region.banks != 0;
        const std::uint64_t left = region.capacity - std::min(region.capacity, region.needed);
        table.add_row({
            {fmt::format("{}", region.pid)},
            {place_list(row.places), Ink::Strong},
            {name_of(region)},
            {known ? human_bytes(region.capacity) : "not known"},
            {known ? human_bytes(region.recorded) : ""},
            {known ? human_bytes(region.needed) : "", Ink::Strong},
            {!known ? "" : region.needed > region.capacity ? "-" + human_bytes(region.needed - region.capacity) : human_bytes(left)},
            {known ? human_offset(region.at.t_ns, session.attached_monotonic_ns) : "", Ink::Dim},
            {known ? human_count(region.at.event) : "", Ink::Dim},
            {std::string(verdict_of(region)), region.fits() ? Ink::Good : Ink::Bad},
        });
    }
    return table;
}

Note FitsView::misfit_note(const FitRow& row, const SessionInfo& session) {
    const Misfit& first = *row.region->first;
    const std::string what = first.program != 0 ? fmt::format("the launch of {} takes {} of each core for circular buffers", hex(first.program), human_bytes(first.asked))
                                                : fmt::format("a buffer of {} (size {} as recorded) takes {} of each bank", owner_text(first.owner), human_bytes(first.size), human_bytes(first.asked));
    return {fmt::format(
                "{} {}: fails first at event:{} ({}): {}, {} free",
                place_list(row.places),
                name_of(*row.region),
                first.place.event,
                human_offset(first.place.t_ns, session.attached_monotonic_ns),
                what,
                human_bytes(first.free)
            ),
            Ink::Bad};
}

std::string FitsView::text(const ReplayedStream& stream, const TextStyle& style) const {
    const std::vector<FitRegion> all = regions();
    const std::vector<FitRow> rows = rows_of(all);
    std::vector<std::string> lines;
    append_notes(lines, head(stream), style);
    if (rows.empty()) {
        append_notes(lines, {none_note("no device memory was used", stream.all_known(), Ink::Plain)}, style);
        return joined(lines);
    }
    append_table(lines, "", table(rows, stream.session), rows.size(), style);
    for (const FitRow& row : rows) {
        if (row.region->first) {
            append_notes(lines, {misfit_note(row, stream.session)}, style);
        }
    }
    if (std::any_of(all.begin(), all.end(), [](const FitRegion& region) { return !region.known || region.banks == 0; })) {
        append_notes(lines, {{"not known: footprints or capacity of these were not read at all moments", Ink::Warning}}, style);
    }
    return joined(lines);
}

Json misfit_json(const Misfit& first) {
    Json json;
    add_stream_place(json, first.place);
    json["program"] = first.program == 0 ? Json(nullptr) : Json(hex(first.program));
    json["asked_per_bank"] = first.asked;
    json["free_per_bank"] = first.free;
    json["size"] = first.program == 0 ? Json(first.size) : Json(nullptr);
    add_owner(json, first.owner);
    return json;
}

Json region_json(const FitRegion& region) {
    Json json;
    json["pid"] = region.pid;
    add_place(json, region.place);
    json["type"] = name_of(region);
    json["banks"] = region.banks;
    json["capacity_per_bank"] = region.banks == 0 ? Json(nullptr) : Json(region.capacity);
    json["recorded_per_bank"] = region.recorded;
    json["needed_per_bank"] = region.needed;
    add_stream_place(json, region.at);
    json["verdict"] = verdict_of(region);
    json["first_failure"] = region.first ? misfit_json(*region.first) : Json(nullptr);
    return json;
}

Json FitsView::json(const ReplayedStream& stream) const {
    Json json = json_envelope(stream.session, "fits", stream.completeness());
    json["scale"] = Json::array();
    for (std::size_t i = 0; i < fits_.rules().size(); ++i) {
        const ScaleRule& rule = fits_.rules()[i];
        json["scale"].push_back({{"rule", rule.text}, {"factor", rule.factor}, {"matched", fits_.counts()[i].buffers}, {"matched_bytes", fits_.counts()[i].bytes}});
    }
    json["fits"] = Json::array();
    for (const FitRegion& region : regions()) {
        json["fits"].push_back(region_json(region));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_fits_view(const ViewOptions& options) { return std::make_unique<FitsView>(options); }

}  // namespace tt::alloc_trace
