// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "analysis/gaps.hpp"
#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/history_views.hpp"
#include "report/human_size.hpp"
#include "report/process_health.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

using PlacesByType = std::map<BufferType, std::vector<Place>>;

// Where sizes have to stand for what was reserved: the footprint of a buffer is not known, live now or at the peak.
PlacesByType without_footprints(const ProcessState& process) {
    PlacesByType all;
    for (const auto& [place, usage] : process.places) {
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            if (!usage.types[i].footprint() || !usage.types[i].peak_footprint()) {
                all[static_cast<BufferType>(i)].push_back(place);
            }
        }
    }
    return all;
}

// "DRAM of chips 0-3, L1 of chip 0"
std::string words_of(const PlacesByType& places_by_type) {
    std::string words;
    for (const auto& [type, places] : places_by_type) {
        words += fmt::format("{}{} of {}", words.empty() ? "" : ", ", to_string(type), place_list(places));
    }
    return words;
}

// What cannot be known of a process any more.
struct Uncertain {
    std::uint32_t pid = 0;
    KnownBefore known_before = KnownBefore::Full;
    std::string known_before_reason;
    std::uint64_t unrepaired_losses = 0;  // since its latest complete walk
    std::uint64_t frees_in_gap = 0;
    std::uint64_t frees_before_attach = 0;
    std::uint64_t inferred_ends = 0;
    std::uint64_t inferred_found = 0;
    std::uint64_t contradictions = 0;
    std::uint64_t differences = 0;  // of them: found by walks
    std::uint64_t launches_not_told = 0;
    bool devices_at_attach = false;  // so what lay in L1 of the programs launched last is known from the next launch on a chip only
    PlacesByType without_footprints;

    [[nodiscard]] bool any() const {
        return !without_footprints.empty() || devices_at_attach || in_table();
    }
    [[nodiscard]] bool in_table() const {
        return known_before != KnownBefore::Full || unrepaired_losses + frees_in_gap + frees_before_attach + inferred_ends +
                                                            inferred_found + contradictions + launches_not_told >
                                                        0;
    }
};

bool no_device_at_attach(const ProcessState& process) {
    const WalkStat& walks = process.walks[static_cast<std::size_t>(WalkReason::Attach)];
    return walks.count > 0 && walks.last.complete && walks.last.allocators == 0;
}

std::vector<Uncertain> uncertain_processes(const ReplayedStream& stream) {
    std::vector<Uncertain> all;
    for (const auto& process : stream.tracker.processes) {
        if (!process->used_memory() && !process->not_seen) {
            continue;
        }
        const ProcessHealth health = process_health(*process, stream.session, 0);
        Uncertain uncertain;
        uncertain.pid = process->pid;
        uncertain.known_before = health.known_before;
        uncertain.known_before_reason = health.known_before_reason;
        uncertain.unrepaired_losses = stream.tracker.losses - std::max(process->losses_settled, process->losses_at_start);
        uncertain.frees_in_gap = process->unknown_frees[static_cast<std::size_t>(UnknownFree::InGap)].count;
        uncertain.frees_before_attach = process->unknown_frees[static_cast<std::size_t>(UnknownFree::BeforeAttach)].count;
        uncertain.inferred_ends = process->ends[static_cast<std::size_t>(FreeKind::Inferred)];
        uncertain.inferred_found = process->found.inferred;
        uncertain.contradictions = process->contradictions.total();
        uncertain.differences = process->contradictions.found + process->contradictions.gone;
        uncertain.launches_not_told = process->programs.launches_not_told().launches;
        uncertain.devices_at_attach = !process->complete_from_start() && !no_device_at_attach(*process);
        uncertain.without_footprints = without_footprints(*process);
        if (uncertain.any()) {
            all.push_back(std::move(uncertain));
        }
    }
    return all;
}

std::vector<Note> size_notes(const std::vector<Uncertain>& processes) {
    std::vector<Note> notes;
    for (const Uncertain& process : processes) {
        if (!process.without_footprints.empty()) {
            notes.push_back(
                {fmt::format("pid {}: footprint and free space not known, {}", process.pid, words_of(process.without_footprints)),
                 Ink::Warning}
            );
        }
    }
    if (!notes.empty()) {
        notes.push_back({"sizes are shown instead: what the allocator has could not be read in time", Ink::Dim});
    }
    return notes;
}

std::vector<Note> resident_notes(const std::vector<Uncertain>& processes) {
    std::string pids;
    for (const Uncertain& process : processes) {
        if (process.devices_at_attach) {
            pids += fmt::format("{}{}", pids.empty() ? "pid " : ", ", process.pid);
        }
    }
    if (pids.empty()) {
        return {};
    }
    return {{pids + ": circular buffers of programs launched before the attach are not known, up to the next launch on their chip", Ink::Plain}};
}

class Gaps final : public View {
public:
    explicit Gaps(const ViewOptions& options) : options_(options) {}

    Observer* observer() override { return &observer_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::size_t top() const { return options_.top == 0 ? GapObserver::kMaxKept : std::min(options_.top, GapObserver::kMaxKept); }
    [[nodiscard]] std::vector<Note> notes() const;
    [[nodiscard]] TextTable loss_table(const SessionInfo& session) const;
    [[nodiscard]] TextTable walk_table(const SessionInfo& session) const;
    [[nodiscard]] TextTable pause_table(const SessionInfo& session) const;
    void append_uncertain(std::vector<std::string>& lines, const ReplayedStream& stream, const TextStyle& style) const;

    ViewOptions options_;
    GapObserver observer_;
};

std::vector<Note> Gaps::notes() const {
    std::vector<Note> notes;
    if (!options_.filter.devices.empty() || !options_.filter.kinds.empty()) {
        notes.push_back({"losses and walks are of whole processes: --device and --type change nothing here", Ink::Dim});
    }
    if (observer_.loss_count() == 0) {
        notes.push_back({"no event was lost", Ink::Good});
    }
    if (observer_.walk_count() == 0) {
        notes.push_back({"no process's memory was walked", Ink::Dim});
    }
    if (observer_.pause_count() == 0) {
        notes.push_back({"no process was paused", Ink::Dim});
    }
    return notes;
}

std::string number(std::uint64_t count) { return count == 0 ? std::string() : human_count(count); }
std::string milliseconds(std::uint64_t ns) { return fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6); }

TextTable Gaps::loss_table(const SessionInfo& session) const {
    TextTable table({
        {"LOSS", Align::Left, 5, false},
        {"AFTER EVENT", Align::Right, 4, false},
        {"FROM", Align::Right, 3, false},
        {"TO", Align::Right, 0, false},
        {"LOST", Align::Right, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"FREES", Align::Right, 0, false},
        {"CBS", Align::Right, 1, false},
        {"LIFE-CYCLE", Align::Right, 2, false},
        {"REPAIRED", Align::Right, 0, false},
    });
    for (const LossGap& gap : observer_.losses(top())) {
        table.add_row({
            {fmt::format("#{}", gap.number)},
            {human_count(gap.after_event)},
            {since_attach(gap.from_t_ns, session), Ink::Dim},
            {since_attach(gap.t_ns, session), Ink::Dim},
            {human_count(gap.lost.total()), Ink::Bad},
            {number(gap.lost.allocated)},
            {number(gap.lost.freed)},
            {number(gap.lost.circular_buffers)},
            {number(gap.lost.lifecycle)},
            {gap.repaired_t_ns ? since_attach(*gap.repaired_t_ns, session) : std::string("no"),
             gap.repaired_t_ns ? Ink::Good : Ink::Bad},
        });
    }
    return table;
}

TextTable Gaps::walk_table(const SessionInfo& session) const {
    TextTable table({
        {"TIME", Align::Right, 0, false},
        {"PID", Align::Left, 1, false},
        {"REASON", Align::Left, 0, false},
        {"BUFFERS", Align::Right, 2, false},
        {"FOUND", Align::Right, 0, false},
        {"GONE", Align::Right, 0, false},
        {"TOOK", Align::Right, 0, false},
        {"STOPPED", Align::Right, 4, false},
        {"READINGS", Align::Right, 3, false},
        {"COMPLETE", Align::Left, 0, true},
    });
    for (const ProcessWalked& walk : observer_.walks(top())) {
        table.add_row({
            {since_attach(walk.header.t_ns, session), Ink::Dim},
            {fmt::format("{}", walk.header.pid)},
            {std::string(to_string(walk.reason))},
            {human_count(walk.buffers)},
            {number(walk.found)},
            {number(walk.gone)},
            {milliseconds(walk.duration_ns)},
            {walk.stopped_ns == 0 ? std::string() : milliseconds(walk.stopped_ns)},
            {human_count(walk.rounds)},
            {walk.complete ? std::string("yes") : "no: " + walk.incomplete_reason, walk.complete ? Ink::Plain : Ink::Warning},
        });
    }
    return table;
}

TextTable Gaps::pause_table(const SessionInfo& session) const {
    TextTable table({{"TIME", Align::Right, 0, false}, {"PID", Align::Left, 0, false}, {"FOR", Align::Right, 0, false}});
    for (const ProcessPaused& pause : observer_.pauses(top())) {
        table.add_row({
            {since_attach(pause.header.t_ns, session), Ink::Dim},
            {fmt::format("{}", pause.header.pid)},
            {milliseconds(pause.duration_ns)},
        });
    }
    return table;
}

void Gaps::append_uncertain(
    std::vector<std::string>& lines, const ReplayedStream& stream, const TextStyle& style
) const {
    TextTable table({
        {"PID", Align::Left, 0, false},
        {"KNOWN BEFORE ATTACH", Align::Left, 0, true},
        {"LOSSES NOT REPAIRED", Align::Right, 0, false},
        {"FREES IN A GAP", Align::Right, 0, false},
        {"BEFORE ATTACH", Align::Right, 2, false},
        {"INFERRED ENDS", Align::Right, 1, false},
        {"INFERRED ALLOCS", Align::Right, 1, false},
        {"UNEXPLAINED", Align::Right, 0, false},
        {"LAUNCHES, CBS NOT KNOWN", Align::Right, 0, false},
    });
    const std::vector<Uncertain> uncertain = uncertain_processes(stream);
    std::vector<Uncertain> all;
    std::copy_if(uncertain.begin(), uncertain.end(), std::back_inserter(all), [](const Uncertain& process) {
        return process.in_table();
    });
    for (std::size_t i = 0; i < std::min(top(), all.size()); ++i) {
        const Uncertain& process = all[i];
        std::string known = to_string(process.known_before);
        known += process.known_before_reason.empty() ? "" : ": " + process.known_before_reason;
        table.add_row({
            {fmt::format("{}", process.pid)},
            {std::move(known), process.known_before == KnownBefore::Full ? Ink::Plain : Ink::Warning},
            {number(process.unrepaired_losses), Ink::Bad},
            {number(process.frees_in_gap)},
            {number(process.frees_before_attach)},
            {number(process.inferred_ends)},
            {number(process.inferred_found)},
            {number(process.contradictions), Ink::Bad},
            {number(process.launches_not_told), Ink::Warning},
        });
    }
    if (!all.empty()) {
        append_table(lines, "what stayed uncertain", table, all.size(), style);
    }
    std::vector<Note> notes = size_notes(uncertain);
    for (Note& note : probe_notes(stream.session)) {
        notes.push_back(std::move(note));
    }
    for (Note& note : resident_notes(uncertain)) {
        notes.push_back(std::move(note));
    }
    if (!notes.empty()) {
        lines.push_back({});
        append_notes(lines, notes, style);
    } else if (all.empty() && stream.complete) {
        lines.push_back({});
        append_notes(lines, {{"nothing stayed uncertain: every figure of every process is exact", Ink::Good}}, style);
    }
}

std::string Gaps::text(const ReplayedStream& stream, const TextStyle& style) const {
    std::vector<std::string> lines;
    append_notes(lines, answer_heading("gaps", stream, options_.window), style);
    append_notes(lines, notes(), style);
    if (observer_.loss_count() > 0) {
        append_table(
            lines,
            fmt::format("{}, {} in all", counted(observer_.loss_count(), "loss"), counted(observer_.lost().total(), "event")),
            loss_table(stream.session),
            observer_.loss_count(),
            style
        );
    }
    if (observer_.walk_count() > 0) {
        append_table(lines, counted(observer_.walk_count(), "walk"), walk_table(stream.session), observer_.walk_count(), style);
    }
    if (observer_.pause_count() > 0) {
        append_table(
            lines,
            fmt::format("{}, {} in all", counted(observer_.pause_count(), "pause"), human_duration(observer_.paused_ns())),
            pause_table(stream.session),
            observer_.pause_count(),
            style
        );
    }
    if (stream.tracker.events > 0) {
        append_uncertain(lines, stream, style);
    }
    return joined(lines);
}

Json walk_sums_json(const GapObserver& observer) {
    Json all = Json::array();
    for (std::size_t i = 0; i < kWalkReasonCount; ++i) {
        const WalkSum& sum = observer.walks_of(static_cast<WalkReason>(i));
        Json json;
        json["reason"] = to_string(static_cast<WalkReason>(i));
        json["count"] = sum.count;
        json["incomplete"] = sum.incomplete;
        json["found"] = sum.found;
        json["gone"] = sum.gone;
        json["longest_ns"] = sum.longest_ns;
        json["stopped_ns"] = sum.stopped_ns;
        all.push_back(std::move(json));
    }
    return all;
}

Json walk_json(const ProcessWalked& walk) {
    Json json;
    json["t_ns"] = walk.header.t_ns;
    json["pid"] = walk.header.pid;
    json["reason"] = to_string(walk.reason);
    json["complete"] = walk.complete;
    json["incomplete_reason"] = walk.incomplete_reason;
    json["allocators"] = walk.allocators;
    json["rounds"] = walk.rounds;
    json["buffers"] = walk.buffers;
    json["found"] = walk.found;
    json["gone"] = walk.gone;
    json["duration_ns"] = walk.duration_ns;
    json["stopped_ns"] = walk.stopped_ns;
    return json;
}

Json uncertain_json(const Uncertain& process) {
    Json json;
    json["pid"] = process.pid;
    json["known_before"] = to_string(process.known_before);
    json["known_before_reason"] = process.known_before_reason;
    json["unrepaired_losses"] = process.unrepaired_losses;
    json["frees_in_a_gap"] = process.frees_in_gap;
    json["frees_before_attach"] = process.frees_before_attach;
    json["inferred_ends"] = process.inferred_ends;
    json["inferred_allocs"] = process.inferred_found;
    json["unexplained_differences"] = process.differences;
    json["contradictions"] = process.contradictions;
    json["launches_not_told"] = process.launches_not_told;
    json["circular_buffers_at_attach_known"] = !process.devices_at_attach;
    json["footprints_not_known"] = Json::array();
    for (const auto& [type, places] : process.without_footprints) {
        for (const Place& place : places) {
            json["footprints_not_known"].push_back({{"device", to_string(place)}, {"type", to_string(type)}});
        }
    }
    return json;
}

Json Gaps::json(const ReplayedStream& stream) const {
    Json json = answer_envelope("gaps", stream, options_.window);
    json["lost"] = lost_json(observer_.lost());
    json["losses"] = observer_.loss_count();
    json["losses_repaired"] = stream.tracker.losses_repaired();
    json["walk_sums"] = walk_sums_json(observer_);
    json["walks"] = Json::array();
    for (const ProcessWalked& walk : observer_.walks()) {
        json["walks"].push_back(walk_json(walk));
    }
    json["pause_sum"]["count"] = observer_.pause_count();
    json["pause_sum"]["duration_ns"] = observer_.paused_ns();
    json["pauses"] = Json::array();
    for (const ProcessPaused& pause : observer_.pauses()) {
        json["pauses"].push_back({{"t_ns", pause.header.t_ns}, {"pid", pause.header.pid}, {"duration_ns", pause.duration_ns}});
    }
    json["uncertain"] = Json::array();
    for (const Uncertain& process : uncertain_processes(stream)) {
        json["uncertain"].push_back(uncertain_json(process));
    }
    json["gaps"] = Json::array();
    for (const LossGap& gap : observer_.losses()) {
        Json entry;
        entry["number"] = gap.number;
        entry["after_event"] = gap.after_event;
        entry["from_t_ns"] = time_or_null(gap.from_t_ns);
        entry["t_ns"] = gap.t_ns;
        entry["lost"] = lost_json(gap.lost);
        entry["repaired_t_ns"] = number_or_null(gap.repaired_t_ns);
        json["gaps"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_gaps_view(const ViewOptions& options) { return std::make_unique<Gaps>(options); }

}  // namespace tt::alloc_trace
