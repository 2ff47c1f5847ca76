// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "analysis/trace_unsafe.hpp"
#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/history_views.hpp"
#include "report/human_size.hpp"

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

class TraceUnsafe final : public View {
public:
    explicit TraceUnsafe(const ViewOptions& options) : options_(options), observer_(life_filter(options.filter)) {}

    Observer* observer() override { return &observer_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::vector<Note> notes(bool complete) const;
    [[nodiscard]] TextTable group_table(const std::vector<UnsafeGroup>& groups, const SessionInfo& session) const;
    [[nodiscard]] TextTable trace_table(const SessionInfo& session) const;

    ViewOptions options_;
    TraceUnsafeObserver observer_;
};

std::vector<Note> TraceUnsafe::notes(bool complete) const {
    if (observer_.captured() == 0) {
        return {none_note("no captured trace was seen, so no allocation was made beside one", complete)};
    }
    std::vector<Note> notes;
    if (observer_.allocs() == 0) {
        notes.push_back(none_note(counted(observer_.captured(), "captured trace") + ", and no allocation was made beside one", complete));
    } else {
        notes.push_back(
            {fmt::format(
                 "{} made while a captured trace was live on the same chip, {} still live: replaying the trace may overwrite them",
                 counted(observer_.allocs(), "allocation"),
                 human_count(observer_.live())
             ),
             Ink::Warning}
        );
    }
    if (observer_.traces_incomplete()) {
        notes.push_back(
            {fmt::format(
                 "more than {} traces at a time, or {} in all: not all are named, all allocations are counted",
                 TraceUnsafeObserver::kMaxLiveTraces,
                 human_count(TraceUnsafeObserver::kMaxTraces)
             ),
             Ink::Warning}
        );
    }
    return notes;
}

TextTable TraceUnsafe::group_table(const std::vector<UnsafeGroup>& groups, const SessionInfo& session) const {
    TextTable table({
        {"PID", Align::Left, 3, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"STILL LIVE", Align::Right, 0, false},
        {"LIVE SIZE", Align::Right, 4, false},
        {"BESIDE", Align::Left, 0, true},
        {"FIRST", Align::Right, 1, false},
        {"LAST", Align::Right, 2, false},
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
            {human_count(group.live), group.live > 0 ? Ink::Warning : Ink::Plain},
            {group.live > 0 ? human_bytes(group.size * group.live) : std::string()},
            {trace_list(group)},
            {since_attach(group.first_t_ns, session), Ink::Dim},
            {since_attach(group.last_t_ns, session), Ink::Dim},
        });
    }
    return table;
}

TextTable TraceUnsafe::trace_table(const SessionInfo& session) const {
    TextTable table({
        {"TRACE", Align::Left, 0, false},
        {"PID", Align::Left, 2, false},
        {"OWNER", Align::Left, 0, true},
        {"ADDRESS", Align::Right, 1, false},
        {"SIZE", Align::Right, 0, false},
        {"CAPTURED", Align::Right, 0, false},
        {"RELEASED", Align::Right, 0, false},
        {"ALLOCS BESIDE", Align::Right, 0, false},
        {"SIZE BESIDE", Align::Right, 3, false},
    });
    const std::vector<CapturedTrace>& traces = observer_.traces();
    const std::size_t shown = options_.top == 0 ? traces.size() : std::min(options_.top, traces.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const CapturedTrace& trace = traces[i];
        table.add_row({
            {fmt::format("#{}", trace.number)},
            {fmt::format("{}", trace.pid)},
            {owner_text(trace.owner)},
            {hex(trace.address)},
            {human_bytes(trace.size)},
            {since_attach(trace.captured_t_ns, session), Ink::Dim},
            {trace.released_t_ns ? since_attach(*trace.released_t_ns, session) : std::string("live"),
             trace.released_t_ns ? Ink::Dim : Ink::Warning},
            {human_count(trace.allocs)},
            {human_bytes(trace.bytes)},
        });
    }
    return table;
}

std::string TraceUnsafe::text(const ReplayedStream& stream, const TextStyle& style) const {
    std::vector<std::string> lines;
    append_notes(lines, answer_heading("allocations beside a captured trace", stream, options_.window), uncut(style));
    append_notes(lines, notes(stream.complete), uncut(style));
    const std::vector<UnsafeGroup> groups = observer_.groups();
    if (!groups.empty()) {
        append_table(lines, {}, group_table(groups, stream.session), groups.size(), style);
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
    json["live_count"] = group.live;
    json["live_bytes"] = group.size * group.live;
    json["footprint_per_bank"] = number_or_null(group.bank_bytes);
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["traces"] = group.traces;
    json["more_traces"] = group.more_traces;
    return json;
}

Json TraceUnsafe::json(const ReplayedStream& stream) const {
    Json json = answer_envelope("trace-unsafe", stream, options_.window);
    json["allocs"] = observer_.allocs();
    json["live_buffers"] = observer_.live();
    json["captured_traces"] = observer_.captured();
    json["traces_incomplete"] = observer_.traces_incomplete();
    json["traces"] = Json::array();
    for (const CapturedTrace& trace : observer_.traces()) {
        Json entry;
        entry["number"] = trace.number;
        entry["pid"] = trace.pid;
        add_owner(entry, trace.owner);
        entry["address"] = hex(trace.address);
        entry["size"] = trace.size;
        entry["captured_t_ns"] = trace.captured_t_ns;
        entry["released_t_ns"] = number_or_null(trace.released_t_ns);
        entry["allocs"] = trace.allocs;
        entry["bytes"] = trace.bytes;
        json["traces"].push_back(std::move(entry));
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
