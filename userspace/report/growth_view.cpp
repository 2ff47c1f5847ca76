// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/growth_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/growth.hpp"
#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/stretch_notes.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

class Growth final : public View {
public:
    explicit Growth(const ViewOptions& options) : options_(options), observer_(options.iterations) {}

    Observer* observer() override { return &observer_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] const OwnerBook& owners() const { return observer_.log().owners(); }
    [[nodiscard]] std::vector<GrowingGroup> groups() const;
    [[nodiscard]] std::string anchor_text(const Iterations& found) const;
    [[nodiscard]] Note iterations_note(const Iterations& found, std::uint64_t start) const;
    [[nodiscard]] std::vector<Note> missing_notes(bool complete) const;
    [[nodiscard]] std::vector<std::string> table(const std::vector<GrowingGroup>& groups, std::uint64_t start, const TextStyle& style) const;
    [[nodiscard]] Json iterations_json(const Iterations& found) const;
    [[nodiscard]] Json group_json(const GrowingGroup& group) const;

    ViewOptions options_;
    GrowthObserver observer_;
};

std::string short_duration(std::uint64_t ns) {
    if (ns < 1'000'000) {
        return fmt::format("{:.1f} us", static_cast<double>(ns) / 1e3);
    }
    return ns < 1'000'000'000 ? fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6) : human_duration(ns);
}

// "1", "0.33", "2.5".
std::string per_period_text(double buffers) {
    return std::abs(buffers - std::round(buffers)) < 0.005 ? fmt::format("{:.0f}", buffers) : fmt::format("{:.2f}", buffers);
}

std::uint64_t bytes_per_period(const GrowingGroup& group) {
    return static_cast<std::uint64_t>(std::llround(group.slope.per_period * static_cast<double>(group.key.size)));
}

std::vector<GrowingGroup> Growth::groups() const {
    std::vector<GrowingGroup> passing = observer_.result().groups;
    std::erase_if(passing, [this](const GrowingGroup& group) {
        return !options_.filter.passes_any(owners()[group.key.owner].places) ||
               !options_.filter.passes(memory_kind(group.key.type));
    });
    return passing;
}

std::string Growth::anchor_text(const Iterations& found) const {
    if (!found.anchor) {
        return {};
    }
    const std::string what = found.anchor->launch ? "launches of program " + hex(found.anchor->size)
                                                  : fmt::format(
                                                        "allocations of {} {} by {}",
                                                        human_bytes(found.anchor->size),
                                                        to_string(found.anchor->type),
                                                        owner_text(owners()[found.anchor->owner])
                                                    );
    return fmt::format(", counted by {} ({} each)", what, per_period_text(found.anchors_per_period));
}

Note Growth::iterations_note(const Iterations& found, std::uint64_t start) const {
    const char* noun = found.found_by == FoundBy::Runs ? "run" : "iteration";
    const std::string how = found.shapes == 0 ? fmt::format("as {} says", to_string(found.found_by))
                                              : fmt::format("found by {} ({})", to_string(found.found_by), counted(found.shapes, "shape"));
    return {
        fmt::format(
            "pid {}: {} of {} and {} allocations each{}, from {} to {}; {}{}; certainty {}",
            found.pid,
            counted(static_cast<std::uint64_t>(std::llround(found.count)), noun),
            short_duration(found.period_ns),
            human_count(static_cast<std::uint64_t>(std::llround(found.marks_per_period))),
            found.tid == 0 ? "" : fmt::format(" of thread {}", found.tid),
            human_offset(found.first_t_ns, start),
            human_offset(found.last_t_ns, start),
            how,
            anchor_text(found),
            to_string(found.certainty)
        ),
        Ink::Plain};
}

std::vector<Note> Growth::missing_notes(bool complete) const {
    std::vector<Note> notes;
    const GrowthResult& result = observer_.result();
    for (const GrowthProcess& process : result.processes) {
        const bool found = std::any_of(result.iterations.begin(), result.iterations.end(), [&process](const Iterations& iterations) {
            return iterations.pid == process.pid;
        });
        if (!found) {
            notes.push_back(
                {fmt::format(
                     "pid {}: no iterations {} in {}: nothing can be said of its growth{}",
                     process.pid,
                     options_.iterations.given() ? "as asked for" : "that go on to the end were found",
                     counted(process.marks, "allocation"),
                     options_.iterations.given() ? "" : "; --period or --mark may tell what an iteration is"
                 ),
                 Ink::Warning}
            );
        }
    }
    if (result.processes.empty()) {
        notes.push_back(none_note("nothing was allocated", complete, Ink::Plain));
    }
    if (observer_.log().left_out() > 0) {
        notes.push_back(
            {fmt::format(
                 "{} of too many different sizes or processes were not compared", counted(observer_.log().left_out(), "allocation")
             ),
             Ink::Warning}
        );
    }
    return notes;
}

std::vector<std::string> Growth::table(
    const std::vector<GrowingGroup>& groups, std::uint64_t start, const TextStyle& style
) const {
    TextTable table({
        {"PID", Align::Left, 4, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"BUFFERS/PERIOD", Align::Right, 1, false},
        {"BYTES/PERIOD", Align::Right, 0, false},
        {"COUNT", Align::Right, 0, false},
        {"TOTAL", Align::Right, 0, false},
        {"FIRST", Align::Right, 6, false},
        {"LAST", Align::Right, 5, false},
        {"PERIOD", Align::Right, 3, false},
        {"CERTAINTY", Align::Left, 2, false},
    });
    const std::size_t shown = options_.top == 0 ? groups.size() : std::min(options_.top, groups.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const GrowingGroup& group = groups[i];
        const Iterations& iterations = observer_.result().iterations[group.iterations];
        table.add_row({
            {fmt::format("{}", iterations.pid)},
            {owner_text(owners()[group.key.owner])},
            {std::string(to_string(group.key.type))},
            {human_bytes(group.key.size)},
            {per_period_text(group.slope.per_period)},
            {human_bytes(bytes_per_period(group)), Ink::Warning},
            {human_count(group.count)},
            {human_bytes(group.count * group.key.size)},
            {human_offset(group.first_t_ns, start), Ink::Dim},
            {human_offset(group.last_t_ns, start), Ink::Dim},
            {short_duration(iterations.period_ns)},
            {std::string(to_string(group.certainty))},
        });
    }
    std::vector<std::string> lines = table.lines(style);
    if (shown < groups.size()) {
        append_notes(
            lines, {{fmt::format("{} left out: --top 0 shows all", counted(groups.size() - shown, "more group")), Ink::Dim}}, style
        );
    }
    return lines;
}

std::string Growth::text(const ReplayedStream& stream, const TextStyle& style) const {
    const std::vector<GrowingGroup> growing = groups();
    const std::uint64_t start =
        stream.session.attached_unix_ns == 0 ? stream.tracker.first_t_ns : stream.session.attached_monotonic_ns;
    std::vector<Note> notes{{"what grows per iteration, to the end; sizes", Ink::Strong}};
    for (Note& note : stretch_notes(stream, options_.window)) {
        notes.push_back(std::move(note));
    }
    for (const Iterations& found : observer_.result().iterations) {
        notes.push_back(iterations_note(found, start));
    }
    for (Note& note : missing_notes(stream.complete)) {
        notes.push_back(std::move(note));
    }
    if (growing.empty() && !observer_.result().iterations.empty()) {
        std::uint64_t compared = 0;
        for (const GrowthProcess& process : observer_.result().processes) {
            compared += process.groups;
        }
        notes.push_back(none_note(fmt::format("nothing grows: {} compared", counted(compared, "group")), stream.complete));
    }
    std::vector<std::string> lines;
    append_notes(lines, notes, uncut(style));
    if (!growing.empty()) {
        lines.emplace_back();
        for (std::string& line : table(growing, start, style)) {
            lines.push_back(std::move(line));
        }
    }
    return joined(lines);
}

Json Growth::iterations_json(const Iterations& found) const {
    Json json;
    json["pid"] = found.pid;
    json["found_by"] = to_string(found.found_by);
    json["certainty"] = to_string(found.certainty);
    json["count"] = std::llround(found.count);
    json["period_ns"] = found.period_ns;
    json["allocations_per_period"] = found.marks_per_period;
    json["tid"] = found.tid == 0 ? Json(nullptr) : Json(found.tid);
    json["shapes"] = found.shapes;
    json["first_t_ns"] = found.first_t_ns;
    json["last_t_ns"] = found.last_t_ns;
    json["anchor"] = nullptr;
    if (found.anchor && found.anchor->launch) {
        json["anchor"] = {{"program", hex(found.anchor->size)}, {"per_period", found.anchors_per_period}};
    } else if (found.anchor) {
        Json anchor;
        add_owner(anchor, owners()[found.anchor->owner]);
        anchor["type"] = to_string(found.anchor->type);
        anchor["size"] = found.anchor->size;
        anchor["per_period"] = found.anchors_per_period;
        json["anchor"] = std::move(anchor);
    }
    return json;
}

Json Growth::group_json(const GrowingGroup& group) const {
    const Iterations& iterations = observer_.result().iterations[group.iterations];
    Json json;
    json["pid"] = iterations.pid;
    add_owner(json, owners()[group.key.owner]);
    json["type"] = to_string(group.key.type);
    json["size"] = group.key.size;
    json["count"] = group.count;
    json["bytes"] = group.count * group.key.size;
    json["footprint_per_bank"] = group.bank_bytes ? Json(*group.bank_bytes * group.count) : Json(nullptr);
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["bytes_per_period"] = bytes_per_period(group);
    json["buffers_per_period"] = group.slope.per_period;
    json["period_ns"] = iterations.period_ns;
    json["iterations"] = std::llround(group.slope.periods);
    json["grown"] = std::llround(group.slope.grown);
    json["certainty"] = to_string(group.certainty);
    json["found_by"] = to_string(iterations.found_by);
    return json;
}

Json Growth::json(const ReplayedStream& stream) const {
    Json json = json_envelope(stream.session, "growth", stream.completeness());
    const GrowthResult& result = observer_.result();
    json["processes"] = Json::array();
    for (const GrowthProcess& process : result.processes) {
        json["processes"].push_back({{"pid", process.pid}, {"allocations", process.marks}, {"groups", process.groups}});
    }
    json["left_out_allocations"] = observer_.log().left_out();
    json["iterations"] = Json::array();
    for (const Iterations& found : result.iterations) {
        json["iterations"].push_back(iterations_json(found));
    }
    json["growth"] = Json::array();
    for (const GrowingGroup& group : groups()) {
        json["growth"].push_back(group_json(group));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_growth_view(const ViewOptions& options) { return std::make_unique<Growth>(options); }

}  // namespace tt::alloc_trace
