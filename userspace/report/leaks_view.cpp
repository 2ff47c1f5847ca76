// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/leaks_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/buffer_facts.hpp"
#include "analysis/growth.hpp"
#include "analysis/life_split.hpp"
#include "analysis/observer_list.hpp"
#include "analysis/remains.hpp"
#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/growth_words.hpp"
#include "report/human_size.hpp"
#include "report/origin_words.hpp"
#include "report/stretch_notes.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

struct EndTotal {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> footprint_bytes = 0;
};

// What the kind of end says about it, as one sentence.
const char* meaning(RemainEnd end) {
    switch (end) {
        case RemainEnd::StillLive: return "held by a process that was still running: in use, as far as anybody can tell";
        case RemainEnd::ReleasedByExit: return "never freed: the process ended with its devices open";
        case RemainEnd::ReleasedByClose: return "not freed one by one: close() of the device took them, which is a regular end";
        case RemainEnd::Destroyed: return "not freed one by one: the device object was destroyed without close()";
        case RemainEnd::Cleared: break;
    }
    return "the allocator was emptied while its device stayed open";
}

// What remained of a process, by whether it was there before the first of its iterations.
struct SplitByIteration {
    std::uint32_t pid = 0;
    const Iterations* iterations = nullptr;
    std::uint64_t count = 0;
    std::optional<std::uint64_t> first = 0;  // allocated in the first iteration, as weights may be; nullopt: not known of each
    std::optional<std::uint64_t> newer = 0;  // in later ones, likewise
};

class Leaks final : public View {
public:
    explicit Leaks(const ViewOptions& options) : options_(options), observer_(options.origins), growth_(options.iterations) {}

    Observer* observer() override { return &both_; }
    std::optional<std::string> problem() const override { return no_such_mark(options_.iterations, growth_); }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::vector<RemainGroup> groups() const;
    [[nodiscard]] std::vector<OrphanGroup> orphans() const;
    // nullptr: no iterations were found, or these load.
    [[nodiscard]] const Iterations* iterations_of(std::uint32_t pid) const;
    // Allocated since the second iteration began, or the first one where that is not known; nullopt: not known.
    [[nodiscard]] std::optional<std::uint64_t> newer(const RemainGroup& group) const;
    [[nodiscard]] std::vector<SplitByIteration> split(const std::vector<RemainGroup>& groups) const;
    void append_end(
        std::vector<std::string>& lines, const std::vector<RemainGroup>& groups, RemainEnd end, std::uint64_t start,
        CallSites& sites, const TextStyle& style
    ) const;

    ViewOptions options_;
    RemainsObserver observer_;
    GrowthObserver growth_;
    ObserverList both_{{&observer_, &growth_}};
};

EndTotal total_of(const std::vector<RemainGroup>& groups, RemainEnd end) {
    EndTotal total;
    for (const RemainGroup& group : groups) {
        if (group.end == end) {
            total.count += group.count;
            total.bytes += group.bytes;
            total.footprint_bytes = total.footprint_bytes && group.footprint_bytes
                                        ? std::optional(*total.footprint_bytes + *group.footprint_bytes)
                                        : std::nullopt;
        }
    }
    return total;
}

std::string total_text(const EndTotal& total) {
    return total.footprint_bytes ? "footprint " + human_bytes(*total.footprint_bytes)
                                 : human_bytes(total.bytes) + " by size (what they reserved is not known)";
}

std::vector<RemainGroup> Leaks::groups() const {
    const Remains& all = observer_.result();
    std::vector<RemainGroup> passing;
    for (const RemainGroup& group : all.groups) {
        if (options_.filter.passes_any(all.owners[group.owner].places) && options_.filter.passes(memory_kind(group.type))) {
            passing.push_back(group);
        }
    }
    return passing;
}

std::vector<OrphanGroup> Leaks::orphans() const {
    std::vector<OrphanGroup> passing = observer_.result().orphans;
    std::erase_if(passing, [this](const OrphanGroup& group) {
        return !options_.filter.passes(memory_kind(group.type)) ||
               (!group.places.empty() && !options_.filter.passes_any(group.places));
    });
    return passing;
}

const Iterations* Leaks::iterations_of(std::uint32_t pid) const {
    const Iterations* found = iterations_around(growth_.result(), pid, 0);
    return found != nullptr && found->frees ? found : nullptr;
}

// When the second iteration began, or the first one, where it is not known which buffers are of that.
std::uint64_t begin_of_newer(const Iterations& found) {
    const bool each_known = found.tids.size() <= 1 && found.begins.size() >= 2 &&
                            found.begins.size() == static_cast<std::size_t>(std::llround(found.count));
    return each_known ? found.begins[1].t_ns : found.first_t_ns;
}

std::optional<std::uint64_t> Leaks::newer(const RemainGroup& group) const {
    const Iterations* found = iterations_of(group.pid);
    return found == nullptr ? std::nullopt : group.newer_than(begin_of_newer(*found));
}

std::vector<SplitByIteration> Leaks::split(const std::vector<RemainGroup>& groups) const {
    std::vector<SplitByIteration> all;
    for (const RemainGroup& group : groups) {
        const Iterations* found = iterations_of(group.pid);
        auto of_process = std::find_if(all.begin(), all.end(), [&group](const SplitByIteration& one) { return one.pid == group.pid; });
        if (found == nullptr) {
            continue;
        }
        if (of_process == all.end()) {
            of_process = all.insert(all.end(), {group.pid, found});
        }
        of_process->count += group.count;
        const std::optional<std::uint64_t> since_first = group.newer_than(found->first_t_ns);
        const std::optional<std::uint64_t> later = newer(group);
        add_known(of_process->newer, later);
        add_known(of_process->first, since_first && later ? std::optional(*since_first - *later) : std::nullopt);
    }
    return all;
}

void Leaks::append_end(
    std::vector<std::string>& lines, const std::vector<RemainGroup>& groups, RemainEnd end, std::uint64_t start,
    CallSites& sites, const TextStyle& style
) const {
    const EndTotal total = total_of(groups, end);
    if (total.count == 0) {
        return;
    }
    const std::string sum = fmt::format("{}: {}, {}", to_string(end), counted(total.count, "buffer"), total_text(total));
    lines.emplace_back();
    append_notes(lines, {{sum, Ink::Strong}, {std::string("  ") + meaning(end), Ink::Dim}}, style);
    const bool by_footprint = total.footprint_bytes.has_value();
    TextTable table({
        {"PID", Align::Left, 4, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"COUNT", Align::Right, 0, false},
        {"NEWER", Align::Right, 0, false},
        {by_footprint ? "FOOTPRINT" : "TOTAL", Align::Right, 0, false},
        {"FIRST", Align::Right, 2, false},
        {"LAST", Align::Right, 3, false},
        {"AGE", Align::Right, 1, false},
        {"THREAD", Align::Right, 5, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    std::size_t left_out = 0;
    for (const RemainGroup& group : groups) {
        if (group.end != end) {
            continue;
        }
        if (options_.top != 0 && table.rows() == options_.top) {
            ++left_out;
            continue;
        }
        table.add_row({
            {fmt::format("{}", group.pid)},
            {owner_text(observer_.result().owners[group.owner])},
            {std::string(to_string(group.type))},
            {human_bytes(group.size)},
            {human_count(group.count)},
            {newer(group).value_or(0) == 0 ? "" : human_count(*newer(group))},
            {human_bytes(by_footprint ? group.footprint_bytes.value_or(0) : group.bytes)},
            {human_offset(group.first_t_ns, start), Ink::Dim},
            {human_offset(group.last_t_ns, start), Ink::Dim},
            {(group.pre_existing > 0 ? "> " : "") + human_duration(group.ended_t_ns - group.first_t_ns), Ink::Dim},
            {group.tid == 0 ? "" : fmt::format("{}", group.tid), Ink::Dim},
            {call_sites_text(group.stacks, sites)},
        });
    }
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
    if (left_out > 0) {
        append_notes(lines, {{fmt::format("{} left out: --top 0 shows all", counted(left_out, "more group")), Ink::Dim}}, style);
    }
}

std::vector<Note> orphan_notes(const std::vector<OrphanGroup>& orphans) {
    std::vector<Note> notes;
    for (const OrphanGroup& group : orphans) {
        notes.push_back(
            {fmt::format(
                 "pid {}: {} of {} {} stayed in use behind failed allocations{}: they belong to no buffer, and only closing the "
                 "device frees them",
                 group.pid,
                 counted(group.count, "block"),
                 human_bytes(group.size),
                 to_string(group.type),
                 group.owner.empty() ? "" : " on " + group.owner
             ),
             Ink::Warning}
        );
    }
    return notes;
}

// Of those whose end took something.
std::vector<Note> end_notes(const TrackerView& tracker) {
    std::vector<Note> notes;
    for (const auto& process : tracker.processes) {
        if (process->exit_status && process->ends[static_cast<std::size_t>(FreeKind::ReleasedByExit)] > 0) {
            notes.push_back({fmt::format("pid {}{}  {}", process->pid, ended_text(true, process->exit_status), process->command), Ink::Plain});
        }
    }
    return notes;
}

// `first`: "the first of 20 iterations (...)".
std::string split_text(const SplitByIteration& one, const std::string& first) {
    const std::string all = counted(one.count, "buffer");
    if (!one.newer || !one.first) {
        return fmt::format("how many of {} were there before {} is not known", all, first);
    }
    const std::uint64_t before = one.count - *one.first - *one.newer;
    const std::string with_it = *one.first == 0 ? "" : fmt::format(", {} came with it", human_count(*one.first));
    const std::string later = *one.newer == 0 ? ", nothing newer remained" : fmt::format(", {} {} newer", human_count(*one.newer), *one.newer == 1 ? "is" : "are");
    const std::string there = before == one.count ? fmt::format("all of {} were", all)
                              : before == 0       ? fmt::format("none of {} was", all)
                                                  : fmt::format("{} of {} were", human_count(before), all);
    return fmt::format("{} there before {}{}{}", there, first, with_it, later);
}

std::vector<Note> split_notes(const std::vector<SplitByIteration>& split, std::uint64_t start) {
    std::vector<Note> notes;
    for (const SplitByIteration& one : split) {
        const std::string first = fmt::format(
            "the first of {} (from {}; {})", counted(static_cast<std::uint64_t>(std::llround(one.iterations->count)), "iteration"),
            human_offset(one.iterations->first_t_ns, start), certainty_word(one.iterations->certainty)
        );
        notes.push_back({fmt::format("pid {}: {}", one.pid, split_text(one, first)), Ink::Plain});
    }
    return notes;
}

std::string Leaks::text(const ReplayedStream& stream, const TextStyle& style) const {
    const std::vector<RemainGroup> remaining = groups();
    const std::uint64_t start =
        stream.session.attached_unix_ns == 0 ? stream.tracker.first_t_ns : stream.session.attached_monotonic_ns;
    std::vector<Note> notes{{"what remained at the end", Ink::Strong}};
    for (Note& note : stretch_notes(stream, options_.window)) {
        notes.push_back(std::move(note));
    }
    for (std::vector<Note> more : {end_notes(stream.tracker), split_notes(split(remaining), start), orphan_notes(orphans())}) {
        notes.insert(notes.end(), more.begin(), more.end());
    }
    if (observer_.result().left_out > 0) {
        notes.push_back(
            {fmt::format("{} of too many different groups are not shown", counted(observer_.result().left_out, "buffer")), Ink::Warning}
        );
    }
    if (stream.tracker.events > 0 && observer_.result().groups.empty() && options_.origins.empty()) {
        notes.push_back(none_note("no leaks: nothing remained, the program freed every buffer itself", stream.all_known()));
    } else if (stream.tracker.events > 0 && remaining.empty()) {
        notes.push_back({"nothing of what remained passes the filter", Ink::Plain});
    }
    std::vector<std::string> lines;
    append_notes(lines, notes, style);
    CallSites sites(stream.tracker.stacks);
    for (std::size_t end = 0; end < kRemainEndCount; ++end) {
        append_end(lines, remaining, static_cast<RemainEnd>(end), start, sites, style);
    }
    if (!remaining.empty()) {
        lines.emplace_back();
        append_notes(lines, {{"what grows from iteration to iteration: report FILE growth", Ink::Dim}}, style);
    }
    return joined(lines);
}

Json split_json(const SplitByIteration& split) {
    return {
        {"pid", split.pid},
        {"count", std::llround(split.iterations->count)},
        {"certainty", to_string(split.iterations->certainty)},
        {"first_t_ns", split.iterations->first_t_ns},
        {"buffers_before", split.newer && split.first ? Json(split.count - *split.first - *split.newer) : Json(nullptr)},
        {"buffers_first", number_or_null(split.first)},
        {"buffers_newer", number_or_null(split.newer)}};
}

Json remain_json(const RemainGroup& group, const OwnerBook& owners, const std::optional<std::uint64_t>& newer) {
    Json json;
    json["pid"] = group.pid;
    add_owner(json, owners[group.owner]);
    json["type"] = to_string(group.type);
    json["size"] = group.size;
    json["end"] = to_string(group.end);
    json["close_seen"] = group.end == RemainEnd::ReleasedByClose;
    json["count"] = group.count;
    json["bytes"] = group.bytes;
    json["footprint_bytes"] = number_or_null(group.footprint_bytes);
    json["footprint_per_bank"] = number_or_null(group.bank_bytes);
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["ended_t_ns"] = group.end == RemainEnd::StillLive ? Json(nullptr) : Json(group.ended_t_ns);
    json["oldest_age_ns"] = group.ended_t_ns - group.first_t_ns;
    json["pre_existing"] = group.pre_existing;
    json["newer"] = number_or_null(newer);
    json["tid"] = group.tid == 0 ? Json(nullptr) : Json(group.tid);
    json["stacks"] = group.stacks.stacks();
    return json;
}

Json Leaks::json(const ReplayedStream& stream) const {
    Json json = json_envelope(stream.session, "leaks", stream.completeness());
    json["t_ns"] = observer_.result().end_t_ns;
    const std::vector<RemainGroup> remaining = groups();
    json["totals"] = Json::array();
    for (const RemainEnd end : {RemainEnd::StillLive, RemainEnd::ReleasedByExit, RemainEnd::ReleasedByClose, RemainEnd::Destroyed,
                                RemainEnd::Cleared}) {
        const EndTotal total = total_of(remaining, end);
        json["totals"].push_back(
            {{"end", to_string(end)},
             {"close_seen", end == RemainEnd::ReleasedByClose},
             {"count", total.count},
             {"bytes", total.bytes},
             {"footprint_bytes", number_or_null(total.footprint_bytes)}}
        );
    }
    json["iterations"] = Json::array();
    for (const SplitByIteration& one : split(remaining)) {
        json["iterations"].push_back(split_json(one));
    }
    json["left_out_buffers"] = observer_.result().left_out;
    json["orphan_blocks"] = Json::array();
    for (const OrphanGroup& group : orphans()) {
        json["orphan_blocks"].push_back(
            {{"pid", group.pid},
             {"owner", group.owner},
             {"type", to_string(group.type)},
             {"size", group.size},
             {"count", group.count},
             {"first_t_ns", group.first_t_ns},
             {"last_t_ns", group.last_t_ns}}
        );
    }
    json["leaks"] = Json::array();
    for (const RemainGroup& group : remaining) {
        json["leaks"].push_back(remain_json(group, observer_.result().owners, newer(group)));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_leaks_view(const ViewOptions& options) { return std::make_unique<Leaks>(options); }

}  // namespace tt::alloc_trace
