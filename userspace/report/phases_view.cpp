// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/phases_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/observer_list.hpp"
#include "analysis/phases.hpp"
#include "analysis/usage_series.hpp"
#include "report/answer_heading.hpp"
#include "report/human_size.hpp"
#include "report/joined_rows.hpp"
#include "report/stream_notes.hpp"
#include "report/text_table.hpp"
#include "report/timeline_model.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

struct PhaseMemory {
    Place place;
    SeriesKind kind = SeriesKind::Dram;
    PhaseLevel level;
};

// In a phase in which nothing changed, what the one before left.
PhaseLevel level_in(const UsageRow& row, std::uint32_t phase, std::uint64_t begin_t_ns) {
    const auto next = std::partition_point(row.phases.begin(), row.phases.end(), [phase](const PhaseLevel& level) { return level.phase <= phase; });
    if (next == row.phases.begin()) {
        return {phase, 0, 0, begin_t_ns, 0, false};
    }
    const PhaseLevel& level = *std::prev(next);
    return level.phase == phase ? level : PhaseLevel{phase, level.end, level.end, begin_t_ns, level.end, level.by_size};
}

std::string change(std::uint64_t before, std::uint64_t after) {
    if (before == after) {
        return "=";
    }
    return after > before ? "+" + human_bytes(after - before) : "-" + human_bytes(before - after);
}

std::string span_text(std::uint64_t ns) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    return ns < kSecond ? fmt::format("{} ms", ns / 1'000'000) : human_duration(ns);
}

std::string if_any(std::uint64_t count) { return count == 0 ? std::string() : human_count(count); }

class PhasesView final : public View {
public:
    explicit PhasesView(const ViewOptions& options)
        : options_(options), phases_(options.window.since_t_ns, life_filter(options.filter)), series_(options.window.since_t_ns) {}

    Observer* observer() override { return &both_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    // The first may hold nothing: the recording, or the stretch, begins with a mark.
    [[nodiscard]] std::size_t first() const { return phases_.first_is_empty() ? 1 : 0; }
    [[nodiscard]] std::size_t count() const { return phases_.phases().size() - std::min(first(), phases_.phases().size()); }
    [[nodiscard]] std::size_t shown() const { return options_.top == 0 ? count() : std::min(options_.top, count()); }
    [[nodiscard]] const Phase& phase(std::size_t i) const { return phases_.phases()[first() + i]; }
    [[nodiscard]] std::string label(std::size_t i) const { return phase_label(phase(i).name, phase(i).number); }
    [[nodiscard]] std::uint64_t end_t_ns(std::size_t i) const { return i + 1 < count() ? phase(i + 1).begin.t_ns : phase(i).end.t_ns; }
    // A mark's own, or the first one that is here.
    [[nodiscard]] std::uint64_t first_event(std::size_t i) const {
        return phase(i).number == 0 || phase(i).cut ? phase(i).begin.event + 1 : phase(i).begin.event;
    }
    [[nodiscard]] std::vector<PhaseMemory> memory(std::size_t i, const Timeline& timeline) const;
    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream, const Timeline& timeline) const;
    [[nodiscard]] TextTable counts(std::uint64_t attach_ns) const;
    [[nodiscard]] TextTable levels(const Timeline& timeline, std::uint64_t attach_ns) const;
    [[nodiscard]] Json phase_json(std::size_t i, const Timeline& timeline) const;

    ViewOptions options_;
    Phases phases_;
    UsageSeries series_;
    ObserverList both_{{&phases_, &series_}};
};

// Of the rows that a timeline shows.
std::vector<PhaseMemory> PhasesView::memory(std::size_t i, const Timeline& timeline) const {
    std::vector<PhaseMemory> all;
    for (const TimelineRow& row : timeline.rows) {
        for (const Place& place : row.places) {
            const auto index = static_cast<std::uint32_t>(first() + i);
            const PhaseLevel level = level_in(series_.rows().at({place, row.kind}), index, phase(i).begin.t_ns);
            if ((level.begin | level.peak | level.end) != 0) {
                all.push_back({place, row.kind, level});
            }
        }
    }
    return all;
}

std::vector<Note> PhasesView::head(const ReplayedStream& stream, const Timeline& timeline) const {
    std::vector<Note> notes{{fmt::format("{} between marks; bytes on each chip: {}", counted(count(), "phase"), timeline.unit()), Ink::Strong}};
    for (Note& note : stream_notes(stream)) {
        notes.push_back(std::move(note));
    }
    if (!phases_.any_named()) {
        notes.push_back({"no marks: tt-alloc-trace mark NAME names a moment while it is recorded", Ink::Warning});
    }
    if (count() > 0 && phase(0).cut) {
        notes.push_back({fmt::format("{} began before this", label(0)), Ink::Plain});
    }
    return notes;
}

TextTable PhasesView::counts(std::uint64_t attach_ns) const {
    TextTable table({
        {"PHASE", Align::Left, 0, true},
        {"BEGINS", Align::Right, 0, false},
        {"EVENT", Align::Right, 1, false},
        {"SPAN", Align::Right, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"FREES", Align::Right, 0, false},
        {"RELEASED", Align::Right, 2, false},
        {"LAUNCHES", Align::Right, 3, false},
        {"REFUSED", Align::Right, 0, false},
    });
    for (std::size_t i = 0; i < shown(); ++i) {
        const Phase& one = phase(i);
        table.add_row({
            {label(i), Ink::Strong},
            {human_offset(one.begin.t_ns, attach_ns), Ink::Dim},
            {human_count(first_event(i)), Ink::Dim},
            {span_text(end_t_ns(i) - std::min(end_t_ns(i), one.begin.t_ns))},
            {human_count(one.allocs)},
            {human_count(one.frees)},
            {if_any(one.released)},
            {if_any(one.launches)},
            {if_any(one.refused), Ink::Bad},
        });
    }
    return table;
}

TextTable PhasesView::levels(const Timeline& timeline, std::uint64_t attach_ns) const {
    TextTable table({
        {"PHASE", Align::Left, 0, true},
        {"DEVICES", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"BEFORE", Align::Right, 2, false},
        {"PEAK", Align::Right, 0, false},
        {"AT END", Align::Right, 0, false},
        {"GROWTH", Align::Right, 0, false},
        {"PEAK AT", Align::Right, 1, false},
    });
    for (std::size_t i = 0; i < shown(); ++i) {
        JoinedRows rows;
        for (const PhaseMemory& one : memory(i, timeline)) {
            const PhaseLevel& level = one.level;
            rows.add(one.place, {
                {std::string(to_string(one.kind))},
                {human_bytes(level.begin)},
                {human_bytes(level.peak)},
                {human_bytes(level.end)},
                {change(level.begin, level.end), level.end > level.begin ? Ink::Warning : Ink::Plain},
                {human_offset(level.peak_t_ns, attach_ns), Ink::Dim},
            });
        }
        std::string name = label(i);
        for (const JoinedRows::Row& row : rows.rows()) {
            std::vector<TextTable::Cell> cells{{std::exchange(name, {}), Ink::Strong}, {place_list(row.places)}};
            cells.insert(cells.end(), row.cells.begin(), row.cells.end());
            table.add_row(std::move(cells));
        }
    }
    return table;
}

std::string PhasesView::text(const ReplayedStream& stream, const TextStyle& style) const {
    const Timeline timeline = build_timeline(series_, options_.filter);
    const std::uint64_t attach_ns = stream.session.attached_monotonic_ns;
    std::vector<std::string> lines;
    append_notes(lines, head(stream, timeline), style);
    for (const TextTable& table : {counts(attach_ns), levels(timeline, attach_ns)}) {
        if (table.rows() == 0) {
            continue;
        }
        lines.emplace_back();
        for (std::string& line : table.lines(style)) {
            lines.push_back(std::move(line));
        }
    }
    if (shown() < count()) {
        append_notes(lines, {{fmt::format("{} left out: --top 0 shows all", counted(count() - shown(), "more phase")), Ink::Dim}}, style);
    }
    return joined(lines);
}

Json PhasesView::phase_json(std::size_t i, const Timeline& timeline) const {
    const Phase& one = phase(i);
    Json json;
    json["phase"] = label(i);
    json["mark"] = one.number == 0 ? Json(nullptr) : Json(one.name);
    json["number"] = one.number;
    json["began_before"] = one.cut;
    json["from_t_ns"] = one.begin.t_ns;
    json["to_t_ns"] = std::max(end_t_ns(i), one.begin.t_ns);
    json["first_event"] = first_event(i);
    json["last_event"] = one.end.event;
    json["allocs"] = one.allocs;
    json["frees"] = one.frees;
    json["released"] = one.released;
    json["launches"] = one.launches;
    json["refused"] = one.refused;
    json["memory"] = Json::array();
    for (const PhaseMemory& held : memory(i, timeline)) {
        Json row;
        add_place(row, held.place);
        row["type"] = to_string(held.kind);
        row["before_bytes"] = held.level.begin;
        row["peak_bytes"] = held.level.peak;
        row["peak_t_ns"] = held.level.peak_t_ns;
        row["end_bytes"] = held.level.end;
        row["unit"] = held.level.by_size ? "size" : "footprint";
        json["memory"].push_back(std::move(row));
    }
    return json;
}

Json PhasesView::json(const ReplayedStream& stream) const {
    const Timeline timeline = build_timeline(series_, options_.filter);
    Json json = json_envelope(stream.session, "phases", stream.completeness());
    json["phases"] = Json::array();
    for (std::size_t i = 0; i < count(); ++i) {
        json["phases"].push_back(phase_json(i, timeline));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_phases_view(const ViewOptions& options) { return std::make_unique<PhasesView>(options); }

}  // namespace tt::alloc_trace
