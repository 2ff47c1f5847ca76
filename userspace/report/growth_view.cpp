// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/growth_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/growth.hpp"
#include "report/answer_heading.hpp"
#include "report/growth_json.hpp"
#include "report/growth_words.hpp"
#include "report/human_size.hpp"
#include "report/origin_words.hpp"
#include "report/stretch_notes.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kRisenNamed = 5;

class Growth final : public View {
public:
    explicit Growth(const ViewOptions& options) : options_(options), observer_(options.iterations) {}

    Observer* observer() override { return &observer_; }
    std::optional<std::string> problem() const override { return no_such_mark(options_.iterations, observer_); }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] const GrowthLog& log() const { return observer_.log(); }
    [[nodiscard]] const GrowthResult& result() const { return observer_.result(); }
    [[nodiscard]] bool passes(std::uint32_t owner, BufferType type) const;
    template <typename Group>
    [[nodiscard]] std::vector<Group> passing(std::vector<Group> groups) const;
    [[nodiscard]] std::vector<GrowthOutlook> outlook() const;
    [[nodiscard]] std::string why_none(const GrowthProcess& process) const;
    [[nodiscard]] std::vector<Note> missing_notes(bool complete) const;
    [[nodiscard]] Note nothing_note(bool any_risen, bool complete) const;
    [[nodiscard]] std::vector<Note> risen_notes(const std::vector<RisenGroup>& risen, bool any_growing, std::uint64_t start) const;
    [[nodiscard]] std::vector<Note> closing_notes(const std::vector<GrowingGroup>& growing) const;
    [[nodiscard]] std::vector<std::string> table(const std::vector<GrowingGroup>& groups, std::uint64_t start, CallSites& sites, const TextStyle& style) const;

    ViewOptions options_;
    GrowthObserver observer_;
};

bool Growth::passes(std::uint32_t owner, BufferType type) const {
    return options_.filter.passes_any(log().owners()[owner].places) && options_.filter.passes(memory_kind(type));
}

template <typename Group>
std::vector<Group> Growth::passing(std::vector<Group> groups) const {
    std::erase_if(groups, [this](const Group& group) { return !passes(group.key.owner, group.key.type); });
    return groups;
}

std::vector<GrowthOutlook> Growth::outlook() const {
    std::vector<GrowthOutlook> outlook = result().outlook;
    std::erase_if(outlook, [this](const GrowthOutlook& one) { return !passes(one.owner, one.type); });
    return outlook;
}

bool all_reserved_known(const std::vector<GrowingGroup>& groups) {
    return std::all_of(groups.begin(), groups.end(), [](const GrowingGroup& group) { return group.reserved_per_period().has_value(); });
}

std::string Growth::why_none(const GrowthProcess& process) const {
    if (!options_.iterations.given()) {
        const std::string name = most_marked(observer_.marks());
        return fmt::format(
            "no iterations that go on to the end were found in {}: nothing can be said of its growth; --period or {} may tell what an "
            "iteration is",
            counted(process.marks, "allocation"), name.empty() ? "--mark" : fmt::format("--mark \"mark:{}\"", name)
        );
    }
    std::string nearest;
    for (const GrowthProcess::Size& size : process.nearest) {
        nearest += fmt::format("{}{}:{}", nearest.empty() ? "; the nearest are " : ", ", to_string(size.type), size.size);
    }
    return fmt::format("no iterations as asked for in {}{}", counted(process.marks, "allocation"), nearest);
}

std::vector<Note> Growth::missing_notes(bool complete) const {
    std::vector<Note> notes;
    for (const GrowthProcess& process : result().processes) {
        const bool found = std::any_of(result().iterations.begin(), result().iterations.end(), [&process](const Iterations& iterations) {
            return iterations.pid == process.pid;
        });
        if (!found) {
            notes.push_back({fmt::format("pid {}: {}", process.pid, why_none(process)), Ink::Warning});
        }
    }
    if (result().processes.empty()) {
        notes.push_back(none_note("nothing was allocated", complete, Ink::Plain));
    }
    if (log().left_out() > 0) {
        notes.push_back(
            {fmt::format("{} of too many different sizes or processes were compared in sum only", counted(log().left_out(), "allocation")),
             Ink::Warning}
        );
    }
    return notes;
}

std::vector<std::string> Growth::table(
    const std::vector<GrowingGroup>& groups, std::uint64_t start, CallSites& sites, const TextStyle& style
) const {
    const bool reserved = all_reserved_known(groups);
    TextTable table({
        {"PID", Align::Left, 5, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"PER ITERATION", Align::Right, 1, false},
        {reserved ? "RESERVED" : "BYTES", Align::Right, 0, false},
        {"GROWN", Align::Right, 0, false},
        {"OLDER", Align::Right, 3, false},
        {"FIRST", Align::Right, 7, false},
        {"LAST", Align::Right, 6, false},
        {"CERTAINTY", Align::Left, 2, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = options_.top == 0 ? groups.size() : std::min(options_.top, groups.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const GrowingGroup& group = groups[i];
        const double bytes = reserved ? *group.reserved_per_period() : group.bytes_per_period();
        table.add_row({
            {fmt::format("{}", result().iterations[group.iterations].pid)},
            {owner_text(log().owners()[group.key.owner])},
            {std::string(to_string(group.key.type))},
            {group.wanders() ? "changes" : human_bytes(group.key.size)},
            {group.wanders() ? "" : per_period_text(group.slope.per_period)},
            {human_bytes(static_cast<std::uint64_t>(bytes + 0.5)), Ink::Warning},
            {group.wanders() ? "" : human_count(group.count)},
            {group.older == 0 ? "" : human_count(group.older)},
            {human_offset(group.first_t_ns, start), Ink::Dim},
            {human_offset(group.last_t_ns, start), Ink::Dim},
            {std::string(certainty_word(group.certainty))},
            {call_sites_text(group.stacks, sites)},
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

Note Growth::nothing_note(bool any_risen, bool complete) const {
    std::uint64_t compared = 0;
    for (const GrowthProcess& process : result().processes) {
        compared += process.groups;
    }
    return any_risen ? Note{fmt::format("nothing grows in each iteration to the end: {} compared", counted(compared, "group")), Ink::Plain}
                     : none_note(fmt::format("nothing grows: {} compared", counted(compared, "group")), complete);
}

std::vector<Note> Growth::risen_notes(const std::vector<RisenGroup>& risen, bool any_growing, std::uint64_t start) const {
    std::vector<Note> notes;
    if (risen.empty()) {
        return notes;
    }
    notes.push_back({any_growing ? "also more than after the first iteration:" : "more than after the first iteration:", Ink::Warning});
    for (std::size_t i = 0; i < std::min(kRisenNamed, risen.size()); ++i) {
        Note note = risen_note(log(), result(), risen[i], start);
        notes.push_back({"  " + note.text, note.ink});
    }
    if (risen.size() > kRisenNamed) {
        notes.push_back({fmt::format("  and {}", counted(risen.size() - kRisenNamed, "smaller group")), Ink::Dim});
    }
    return notes;
}

std::vector<Note> Growth::closing_notes(const std::vector<GrowingGroup>& growing) const {
    std::vector<Note> notes;
    for (const GrowingGroup& group : growing) {
        if (group.wanders()) {
            notes.push_back(wandering_note(log(), group));
        }
    }
    for (const GrowthOutlook& one : outlook()) {
        notes.push_back(outlook_note(log(), one));
    }
    return notes;
}

std::string Growth::text(const ReplayedStream& stream, const TextStyle& style) const {
    const std::vector<GrowingGroup> growing = passing(result().groups);
    const std::vector<RisenGroup> risen = passing(result().risen);
    const std::uint64_t start =
        stream.session.attached_unix_ns == 0 ? stream.tracker.first_t_ns : stream.session.attached_monotonic_ns;
    std::vector<Note> notes{
        {all_reserved_known(growing) ? "growth per iteration (reserved on each chip)" : "growth per iteration (logical sizes)", Ink::Strong}};
    for (Note& note : stretch_notes(stream, options_.window)) {
        notes.push_back(std::move(note));
    }
    for (const Iterations& found : result().iterations) {
        for (Note& note : iterations_notes(log(), found, start)) {
            notes.push_back(std::move(note));
        }
    }
    for (Note& note : missing_notes(stream.complete)) {
        notes.push_back(std::move(note));
    }
    if (growing.empty() && !result().iterations.empty()) {
        notes.push_back(nothing_note(!risen.empty(), stream.complete));
    }
    std::vector<std::string> lines;
    append_notes(lines, notes, style);
    if (!growing.empty()) {
        lines.emplace_back();
        CallSites sites(stream.tracker.stacks);
        for (std::string& line : table(growing, start, sites, style)) {
            lines.push_back(std::move(line));
        }
        append_notes(lines, closing_notes(growing), style);
    }
    append_notes(lines, risen_notes(risen, !growing.empty(), start), style);
    return joined(lines);
}

Json Growth::json(const ReplayedStream& stream) const {
    Json json = json_envelope(stream.session, "growth", stream.completeness());
    json["processes"] = Json::array();
    for (const GrowthProcess& process : result().processes) {
        json["processes"].push_back(growth_process_json(process));
    }
    json["left_out_allocations"] = log().left_out();
    json["iterations"] = Json::array();
    for (const Iterations& found : result().iterations) {
        json["iterations"].push_back(iterations_json(log(), found));
    }
    json["growth"] = Json::array();
    for (const GrowingGroup& group : passing(result().groups)) {
        json["growth"].push_back(growing_json(log(), result(), group));
    }
    json["risen"] = Json::array();
    for (const RisenGroup& group : passing(result().risen)) {
        json["risen"].push_back(risen_json(log(), result(), group));
    }
    json["outlook"] = Json::array();
    for (const GrowthOutlook& one : outlook()) {
        json["outlook"].push_back(outlook_json(log(), result(), one));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_growth_view(const ViewOptions& options) { return std::make_unique<Growth>(options); }

}  // namespace tt::alloc_trace
