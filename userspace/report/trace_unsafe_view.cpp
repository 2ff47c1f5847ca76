// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analysis/trace_unsafe.hpp"
#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/history_views.hpp"
#include "report/human_size.hpp"
#include "report/origin_words.hpp"
#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// "#1-3,7 ..."
std::string trace_list(const UnsafeGroup& group) {
    std::string text;
    for (std::size_t first = 0; first < group.traces.size();) {
        std::size_t last = first;
        while (last + 1 < group.traces.size() && group.traces[last + 1] == group.traces[last] + 1) {
            ++last;
        }
        text += text.empty() ? "#" : ",";
        text += last == first ? fmt::format("{}", group.traces[first]) : fmt::format("{}-{}", group.traces[first], group.traces[last]);
        first = last + 1;
    }
    return text + (group.more_traces ? " ..." : "");
}

// Which calls about traces the stream can have.
struct TraceProbes {
    bool captures = false;
    bool replays = false;
};

TraceProbes trace_probes(const SessionInfo& session) {
    const auto attached = [&session](std::string_view role) {
        return std::any_of(session.probes.begin(), session.probes.end(), [role](const ProbeOutcome& probe) {
            return probe.role == role && probe.attached;
        });
    };
    return {attached("trace_ended"), attached("trace_replayed")};
}

// No news is good news only where there would have been news.
Note no_trace_note(const ReplayedStream& stream, const TraceProbes& probes) {
    const auto& processes = stream.tracker.processes;
    const bool from_start = std::all_of(processes.begin(), processes.end(), [](const auto& process) {
        return process->complete_from_start() || !process->used_memory();
    });
    if (!probes.captures) {
        return {"not known: captures are not seen here, and a trace may lie in any DRAM buffer", Ink::Warning};
    }
    if (!from_start) {
        return {"no trace was captured or replayed since the attach; older ones are not known", Ink::Plain};
    }
    return none_note("no trace was captured", stream.complete);
}

void append(std::vector<Note>& notes, std::vector<Note> more) {
    notes.insert(notes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

class TraceUnsafe final : public View {
public:
    explicit TraceUnsafe(const ViewOptions& options) : options_(options), observer_(life_filter(options.filter)) {}

    Observer* observer() override { return &observer_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::vector<Note> notes(const ReplayedStream& stream) const;
    [[nodiscard]] Note trace_count_note(const TraceProbes& probes) const;
    [[nodiscard]] std::vector<Note> verdict_notes(bool complete) const;
    [[nodiscard]] std::vector<Note> live_notes() const;
    [[nodiscard]] std::vector<Note> intended_notes() const;
    [[nodiscard]] std::vector<Note> doubt_notes() const;
    [[nodiscard]] TextTable group_table(const std::vector<UnsafeGroup>& groups, const SessionInfo& session, CallSites& sites) const;
    [[nodiscard]] TextTable trace_table(const SessionInfo& session) const;

    ViewOptions options_;
    TraceUnsafeObserver observer_;
};

std::vector<Note> TraceUnsafe::notes(const ReplayedStream& stream) const {
    const TraceProbes probes = trace_probes(stream.session);
    if (observer_.captured() == 0) {
        return {no_trace_note(stream, probes)};
    }
    std::vector<Note> notes{trace_count_note(probes)};
    append(notes, verdict_notes(stream.complete));
    append(notes, doubt_notes());
    return notes;
}

Note TraceUnsafe::trace_count_note(const TraceProbes& probes) const {
    const std::string replays = observer_.replays() > 0 ? counted(observer_.replays(), "replay")
                                : probes.replays        ? "never replayed"
                                                        : "replays are not seen here";
    return {counted(observer_.captured(), "captured trace") + ", " + replays, Ink::Plain};
}

std::vector<Note> TraceUnsafe::verdict_notes(bool complete) const {
    const UnsafeTotals& totals = observer_.totals();
    if (totals.allocs + totals.replayed_over + totals.live == 0) {
        return {none_note("nothing was allocated after the capture of a trace while it was kept", complete)};
    }
    std::vector<Note> notes;
    if (totals.replayed_over > 0) {
        notes.push_back(replayed_over_note({totals.replayed_over, totals.replayed_over_bytes}));
    } else if (observer_.replays() > 0) {
        notes.push_back(none_note("nothing allocated after a capture was live at a replay of its trace", complete));
    }
    if (totals.written_over > 0) {
        notes.push_back(
            {fmt::format("{} of them {} where the capture had its own buffers", human_count(totals.written_over), totals.written_over == 1 ? "lies" : "lie"),
             Ink::Warning}
        );
    }
    append(notes, live_notes());
    return notes;
}

// What the next replay may overwrite, and what was freed in time.
std::vector<Note> TraceUnsafe::live_notes() const {
    const UnsafeTotals& totals = observer_.totals();
    std::vector<Note> notes;
    if (totals.live > 0) {
        notes.push_back(at_risk_note(" at the end", {totals.live, totals.live_bytes}));
    } else {
        notes.push_back({"nothing is at risk at the end", Ink::Plain});
    }
    if (const std::uint64_t passed = totals.no_longer(); passed > 0) {
        notes.push_back(
            {fmt::format("no longer at risk: {}, freed or their trace released before a replay", counted(passed, "buffer")), Ink::Dim}
        );
    }
    append(notes, intended_notes());
    return notes;
}

std::vector<Note> TraceUnsafe::intended_notes() const {
    std::vector<Note> notes;
    if (observer_.totals().live + observer_.totals().replayed_over == 0) {
        return notes;
    }
    std::uint64_t binaries = 0;
    for (const UnsafeGroup& group : observer_.groups()) {
        binaries += group.like_binaries() ? std::max(group.live, group.replayed_over) : 0;
    }
    if (binaries > 0) {
        notes.push_back(
            {fmt::format(
                 "maybe intended: {} of them lie from the top of DRAM down, as the kernel binaries of cached programs do", human_count(binaries)
             ),
             Ink::Plain}
        );
    }
    notes.push_back({"whether it is meant (corruptible_allocation_scope of ttnn) cannot be seen", Ink::Dim});
    return notes;
}

std::vector<Note> TraceUnsafe::doubt_notes() const {
    std::vector<Note> notes;
    const std::vector<CapturedTrace>& traces = observer_.traces();
    const auto older = std::count_if(traces.begin(), traces.end(), [](const CapturedTrace& trace) { return trace.before_attach; });
    if (older > 0) {
        notes.push_back(
            {fmt::format(
                 "{} {} older than the attach: buffers older than that are not judged",
                 counted(static_cast<std::uint64_t>(older), "trace"),
                 older == 1 ? "is" : "are"
             ),
             Ink::Warning}
        );
    }
    if (observer_.captured() > traces.size()) {
        notes.push_back({fmt::format("more than {} traces: not all are listed", human_count(traces.size())), Ink::Warning});
    }
    return notes;
}

TextTable TraceUnsafe::group_table(const std::vector<UnsafeGroup>& groups, const SessionInfo& session, CallSites& sites) const {
    TextTable table({
        {"PID", Align::Left, 3, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"AT REPLAY", Align::Right, 0, false},
        {"LIVE", Align::Right, 0, false},
        {"LIVE SIZE", Align::Right, 4, false},
        {"TRACES", Align::Left, 0, true},
        {"LIKE", Align::Left, 0, false},
        {"FIRST", Align::Right, 1, false},
        {"LAST", Align::Right, 2, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t shown = options_.top == 0 ? groups.size() : std::min(options_.top, groups.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const UnsafeGroup& group = groups[i];
        table.add_row({
            {fmt::format("{}", group.pid)},
            {owner_text(group.owner)},
            {std::string(to_string(group.type))},
            {human_bytes(group.size)},
            {human_count(group.count)},
            {human_count(group.replayed_over), group.replayed_over > 0 ? Ink::Warning : Ink::Plain},
            {human_count(group.live), group.live > 0 ? Ink::Warning : Ink::Plain},
            {group.live > 0 ? human_bytes(group.size * group.live) : std::string()},
            {trace_list(group)},
            {group.like_binaries() ? "kernel binaries" : ""},
            {since_attach(group.first_t_ns, session), Ink::Dim},
            {since_attach(group.last_t_ns, session), Ink::Dim},
            {call_sites_text(group.stacks, sites)},
        });
    }
    return table;
}

TextTable TraceUnsafe::trace_table(const SessionInfo& session) const {
    TextTable table({
        {"TRACE", Align::Left, 0, false},
        {"PID", Align::Left, 2, false},
        {"OWNER", Align::Left, 0, true},
        {"NUMBER", Align::Right, 1, false},
        {"STORAGE", Align::Left, 1, false},
        {"SIZE", Align::Right, 0, false},
        {"CAPTURED", Align::Right, 1, false},
        {"RELEASED", Align::Right, 0, false},
        {"REPLAYS", Align::Right, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"AT REPLAY", Align::Right, 0, false},
    });
    const std::vector<CapturedTrace>& traces = observer_.traces();
    const std::size_t shown = options_.top == 0 ? traces.size() : std::min(options_.top, traces.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const CapturedTrace& trace = traces[i];
        table.add_row({
            {fmt::format("#{}", trace.number)},
            {fmt::format("{}", trace.pid)},
            {owner_text(trace.owner)},
            {trace.id ? fmt::format("{}", *trace.id) : std::string("?")},
            {trace.storage ? fmt::format("{} {}", to_string(trace.storage->type), hex(trace.storage->address)) : std::string("not seen")},
            {trace.storage ? human_bytes(trace.storage->size) : std::string()},
            {trace.captured_t_ns == 0 ? std::string("before") : since_attach(trace.captured_t_ns, session), Ink::Dim},
            {trace.released_t_ns ? since_attach(*trace.released_t_ns, session) : std::string("kept"), Ink::Dim},
            {human_count(trace.replays)},
            {human_count(trace.allocs)},
            {human_count(trace.replayed_over), trace.replayed_over > 0 ? Ink::Warning : Ink::Plain},
        });
    }
    return table;
}

std::string TraceUnsafe::text(const ReplayedStream& stream, const TextStyle& style) const {
    std::vector<std::string> lines;
    append_notes(lines, answer_heading("what the replay of a trace may overwrite", stream, options_.window), style);
    append_notes(lines, notes(stream), style);
    const std::vector<UnsafeGroup> groups = observer_.groups();
    if (!groups.empty()) {
        CallSites sites(stream.tracker.stacks);
        append_table(lines, {}, group_table(groups, stream.session, sites), groups.size(), style);
    }
    if (!observer_.traces().empty()) {
        append_table(lines, "captured traces", trace_table(stream.session), observer_.traces().size(), style);
    }
    return joined(lines);
}

Json group_json(const UnsafeGroup& group) {
    Json json;
    json["pid"] = group.pid;
    add_owner(json, group.owner);
    json["type"] = to_string(group.type);
    json["size"] = group.size;
    json["count"] = group.count;
    json["bytes"] = group.size * group.count;
    json["replayed_over"] = group.replayed_over;
    json["written_over"] = group.written_over;
    json["live_count"] = group.live;
    json["live_bytes"] = group.size * group.live;
    json["footprint_per_bank"] = number_or_null(group.bank_bytes);
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["traces"] = group.traces;
    json["more_traces"] = group.more_traces;
    json["like_kernel_binaries"] = group.like_binaries();
    json["stacks"] = group.stacks.stacks();
    return json;
}

Json trace_json(const CapturedTrace& trace) {
    Json json;
    json["number"] = trace.number;
    json["pid"] = trace.pid;
    add_owner(json, trace.owner);
    json["trace_id"] = number_or_null(trace.id);
    json["before_attach"] = trace.before_attach;
    json["storage"] = nullptr;
    if (const auto& storage = trace.storage) {
        json["storage"] = Json{{"type", to_string(storage->type)}, {"address", hex(storage->address)}, {"size", storage->size}};
    }
    json["captured_t_ns"] = time_or_null(trace.captured_t_ns);
    json["released_t_ns"] = number_or_null(trace.released_t_ns);
    json["replays"] = trace.replays;
    json["last_replay_t_ns"] = time_or_null(trace.last_replay_t_ns);
    json["allocs"] = trace.allocs;
    json["replayed_over"] = trace.replayed_over;
    return json;
}

Json TraceUnsafe::json(const ReplayedStream& stream) const {
    Json json = answer_envelope("trace-unsafe", stream, options_.window);
    const TraceProbes probes = trace_probes(stream.session);
    const UnsafeTotals& totals = observer_.totals();
    json["captures_seen"] = probes.captures;
    json["replays_seen"] = probes.replays;
    json["captured_traces"] = observer_.captured();
    json["replays"] = observer_.replays();
    json["allocs"] = totals.allocs;
    json["replayed_over"] = totals.replayed_over;
    json["replayed_over_bytes"] = totals.replayed_over_bytes;
    json["written_over"] = totals.written_over;
    json["live_buffers"] = totals.live;
    json["live_bytes"] = totals.live_bytes;
    json["no_longer_at_risk"] = totals.no_longer();
    json["traces_incomplete"] = observer_.captured() > observer_.traces().size();
    json["traces"] = Json::array();
    for (const CapturedTrace& trace : observer_.traces()) {
        json["traces"].push_back(trace_json(trace));
    }
    json["trace_unsafe"] = Json::array();
    for (const UnsafeGroup& group : observer_.groups()) {
        json["trace_unsafe"].push_back(group_json(group));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_trace_unsafe_view(const ViewOptions& options) { return std::make_unique<TraceUnsafe>(options); }

}  // namespace tt::alloc_trace
