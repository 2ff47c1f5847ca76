// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "origin/call_site.hpp"
#include "report/capacity_words.hpp"
#include "report/core_words.hpp"
#include "report/failure_words.hpp"
#include "report/filter_words.hpp"
#include "report/html_page.hpp"
#include "report/launch_words.hpp"
#include "report/live_view.hpp"
#include "report/stream_notes.hpp"
#include "report/timeline_model.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostGroups = 5000;

std::string_view ink_name(Ink ink) {
    switch (ink) {
        case Ink::Strong: return "strong";
        case Ink::Dim: return "dim";
        case Ink::Warning: return "warning";
        case Ink::Bad: return "bad";
        case Ink::Good:
        case Ink::Plain: break;
    }
    return "plain";
}

std::uint64_t since(std::uint64_t t_ns, std::uint64_t start_ns) { return t_ns > start_ns ? t_ns - start_ns : 0; }

Json series_json(const Timeline& timeline) {
    Json all = Json::array();
    for (const TimelineRow& row : timeline.rows) {
        Json json;
        json["places"] = places_json(row.places);
        json["type"] = to_string(row.kind);
        json["end"] = row.end_bytes;
        json["peak"] = row.peak_bytes;
        json["peak_t"] = since(row.peak_t_ns, timeline.start_t_ns);
        json["levels"] = Json::array();  // slice, lowest, highest, last, sizes (1) or footprints (0)
        for (const auto& [index, level] : row.slices) {
            for (const std::uint64_t number : {std::uint64_t{index}, level.min, level.max, level.last, std::uint64_t{level.by_size}}) {
                json["levels"].push_back(number);
            }
        }
        all.push_back(std::move(json));
    }
    return all;
}

Json marks_json(const EventMarks& marks, std::uint64_t start_ns) {
    Json all = Json::array();
    for (std::size_t i = 0; i < kMarkKindCount; ++i) {
        const auto kind = static_cast<MarkKind>(i);
        for (const auto& bucket : marks.of(kind)) {
            const Mark& mark = bucket.content;
            all.push_back(
                {{"kind", to_string(kind)},
                 {"noun", mark_noun(kind)},
                 {"t", since(mark.t_ns, start_ns)},
                 {"count", mark.count},
                 {"pid", mark.pid},
                 {"text", mark_text(kind, mark)}}
            );
        }
    }
    return all;
}

bool passes(const MapSpace& space, const ViewFilter& filter) {
    const MemoryKind kind = space.circular_buffers ? MemoryKind::CircularBuffer : memory_kind(space.type);
    return filter.passes(kind) && filter.passes_any(space.places);
}

Json space_json(const MapSpace& space) {
    Json json;
    json["pid"] = space.pid;
    json["owner"] = space.owner;
    json["places"] = places_json(space.places);
    json["allocator"] = space.circular_buffers ? "" : hex(space.allocator);
    json["type"] = space.circular_buffers ? "CB" : to_string(space.type);
    json["region"] = nullptr;
    if (space.region) {
        json["region"] = {
            {"base", space.region->base}, {"bytes", space.region->bytes}, {"banks", space.region->banks}
        };
    }
    return json;
}

// Spaces and, as one flat list of numbers, the rectangles in them.
void add_map(Json& json, const AddressMap& map, const ViewFilter& filter, std::uint64_t start_ns) {
    std::vector<std::optional<std::size_t>> shown;
    json["spaces"] = Json::array();
    for (const MapSpace& space : map.spaces()) {
        shown.push_back(std::nullopt);
        if (passes(space, filter)) {
            shown.back() = json["spaces"].size();
            json["spaces"].push_back(space_json(space));
        }
    }
    Json rects = Json::array();
    for (const MapRect& rect : map.rects()) {
        if (!shown[rect.space]) {
            continue;
        }
        const std::uint64_t end = rect.end ? static_cast<std::uint64_t>(*rect.end) + 1 : 0;
        for (const std::uint64_t number :
             {std::uint64_t{*shown[rect.space]},
              since(rect.start_t_ns, start_ns),
              since(rect.end_t_ns, start_ns),
              rect.address,
              rect.bank_bytes,
              rect.size,
              rect.object,
              rect.cores,
              static_cast<std::uint64_t>(rect.origin),
              end,
              std::uint64_t{rect.trace_unsafe},
              static_cast<std::uint64_t>(rect.plan)}) {
            rects.push_back(number);
        }
    }
    json["rects"] = std::move(rects);
    json["rect_origins"] = Json::array();
    for (const FoundAs origin : {FoundAs::Allocated, FoundAs::PreExisting, FoundAs::Inferred}) {
        json["rect_origins"].push_back(to_string(origin));
    }
    json["rect_ends"] = {"live at the end"};
    for (std::size_t i = 0; i < kFreeKindCount; ++i) {
        json["rect_ends"].push_back(to_string(static_cast<FreeKind>(i)));
    }
    json["rects_left_out"] = Json::object();
    for (std::size_t kind = 0; kind < AddressMap::kKinds; ++kind) {
        const std::string_view name =
            kind == AddressMap::kCircularBuffers ? "CB" : to_string(static_cast<BufferType>(kind));
        json["rects_left_out"][std::string(name)] = map.left_out(kind);
    }
}

Json failure_json(const ProcessState& process, const AllocationFailure& failure, std::uint64_t start_ns) {
    Json json;
    json["t"] = since(failure.event.header.t_ns, start_ns);
    json["pid"] = process.pid;
    json["kind"] = to_string(failure.verdict);
    json["owner"] = failure.owner;
    json["type"] = to_string(failure.event.buffer.type);
    json["size"] = failure.event.buffer.size;
    json["needed"] = number_or_null(failure.needed);
    json["free"] = number_or_null(failure.reported.free);
    json["largest"] = number_or_null(failure.reported.largest_free);
    if (failure.tracked.use) {
        json["free"] = failure.tracked.use->free;
        json["largest"] = failure.tracked.use->largest_free;
    }
    return json;
}

Json failure_json(const ProcessState& process, const ClashFailure& clash, std::uint64_t start_ns) {
    Json json;
    json["t"] = since(clash.event.header.t_ns, start_ns);
    json["pid"] = process.pid;
    json["kind"] = what_was_refused(clash);
    json["owner"] = clash.owner;
    json["type"] = "CB";
    json["size"] = nullptr;
    json["needed"] = json["free"] = json["largest"] = nullptr;
    return json;
}

Json failure_json(const ProcessState& process, const RequestRefusal& refusal, std::uint64_t start_ns) {
    Json json;
    json["t"] = since(refusal.event.header.t_ns, start_ns);
    json["pid"] = process.pid;
    json["kind"] = what_was_refused(refusal);
    json["owner"] = refusal.owner;
    json["type"] = "";
    json["size"] = number_or_null(refusal.reported.asked);
    json["needed"] = json["free"] = json["largest"] = nullptr;
    return json;
}

template <typename Failure>
void add_kinds(Json& all, const ProcessState& process, const FailureLog<Failure>& log, std::uint64_t start_ns) {
    for (const FailureKind<Failure>& kind : log.kinds) {
        Json json = failure_json(process, kind.first, start_ns);
        json["count"] = kind.count;
        json["last"] = since(kind.last_t_ns, start_ns);
        json["message"] = message_text(kind.first.event.message, true);
        all.push_back(std::move(json));
    }
}

Json processes_json(const ReplayedStream& stream) {
    Json all = Json::array();
    for (const auto& process : stream.tracker.processes) {
        Json json;
        json["pid"] = process->pid;
        json["command"] = process->command;
        json["state"] = process->end == ProcessState::End::Exited ? "ended" : "running";
        json["live"] = stream.live_of(*process).live.buffers().size();
        json["ends"] = process->ends;
        json["failures"] = process->failures.count;
        json["clashes"] = process->clashes.count;
        json["refused"] = process->refusals.count;
        all.push_back(std::move(json));
    }
    return all;
}

void add_tables(Json& json, const ReplayedStream& stream, const ViewFilter& filter, std::uint64_t start_ns) {
    json["failures"] = Json::array();
    for (const auto& process : stream.tracker.processes) {
        add_kinds(json["failures"], *process, process->failures, start_ns);
        add_kinds(json["failures"], *process, process->clashes, start_ns);
        add_kinds(json["failures"], *process, process->refusals, start_ns);
    }
    json["processes"] = processes_json(stream);
    const LiveView live = build_live_view(stream.tracker, stream.session, filter, stream.last_use);
    json["live_t"] = stream.last_use == nullptr ? Json(nullptr) : Json(since(live.moment.place.t_ns, start_ns));  // null: the end
    json["live_groups"] = Json::array();
    for (const LiveView::Group& group : live.groups) {
        if (json["live_groups"].size() == kMostGroups) {
            break;
        }
        json["live_groups"].push_back(
            {{"pid", group.pid},
             {"owner", live.owners[group.owner].full},
             {"type", to_string(group.type)},
             {"size", group.size},
             {"count", group.count},
             {"bytes", group.bytes},
             {"first", since(group.first_t_ns, start_ns)},
             {"last", since(group.last_t_ns, start_ns)},
             {"call_sites", group.call_sites}}
        );
    }
    json["live_groups_left_out"] = live.groups.size() - json["live_groups"].size();
}

// The fullest moment of the fullest core of each chip, core by core; chips that are alike together.
Json cores_json(const std::vector<FoundCorePeak>& peaks, const ViewFilter& filter, std::uint64_t start_ns) {
    Json all = Json::array();
    std::vector<const FoundCorePeak*> shown;
    for (const FoundCorePeak& found : peaks) {
        if (!filter.passes(found.place) || !(filter.passes(MemoryKind::L1) || filter.passes(MemoryKind::CircularBuffer))) {
            continue;
        }
        const auto same = std::find_if(shown.begin(), shown.end(), [&found](const FoundCorePeak* other) {
            return other->process == found.process && other->peak == found.peak;
        });
        if (same != shown.end()) {
            all[static_cast<std::size_t>(same - shown.begin())]["places"].push_back(to_string(found.place));
            continue;
        }
        shown.push_back(&found);
        Json json = core_fill_json(core_fill(found.peak));
        json["pid"] = found.pid;
        json["places"] = Json::array({to_string(found.place)});
        json["t"] = since(found.peak.place.t_ns, start_ns);
        json["event"] = found.peak.place.event;
        json["most"] = found.peak.bytes;
        json["grid"] = {{"columns", found.peak.columns}, {"rows", found.peak.rows}};
        all.push_back(std::move(json));
    }
    return all;
}

// The heaviest stacks by each weight, with their frames outermost first.
Json flame_json(const StackWeights& weights, const StackTable& table) {
    std::vector<std::size_t> order(weights.rows().size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto heaviest = [&weights](std::size_t row) {
        const GroupWeights& weight = weights.weights()[row];
        return std::max({weight.live, weight.at_peak, weight.allocated});
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return heaviest(a) > heaviest(b); });
    Json json;
    json["left_out"] = order.size() - std::min(order.size(), kMostGroups);
    order.resize(std::min(order.size(), kMostGroups));
    json["frames"] = Json::array();
    json["stacks"] = Json::array();
    std::map<std::string, std::size_t> names;
    for (const std::size_t row : order) {
        const GroupWeights& weight = weights.weights()[row];
        Json entry = {{"type", to_string(weights.rows()[row].type)}, {"live", weight.live}, {"peak", weight.at_peak}, {"allocated", weight.allocated}};
        entry["frames"] = Json::array();
        const StackSeen* stack = table.find(weights.rows()[row].stack);
        for (std::size_t i = stack == nullptr ? 0 : stack->frames.size(); i > 0; --i) {
            const auto [name, added] = names.try_emplace(frame_text(table.frame(stack->frames[i - 1])), names.size());
            if (added) {
                json["frames"].push_back(name->first);
            }
            entry["frames"].push_back(name->second);
        }
        json["stacks"].push_back(std::move(entry));
    }
    return json;
}

// What the traced process says of itself could turn, hide or join the text around it.
void make_printable(Json& json) {
    if (json.is_string()) {
        json = printable(json.get_ref<const std::string&>());
    } else if (json.is_structured()) {
        for (auto& value : json) {
            make_printable(value);
        }
    }
}

}  // namespace

Json page_data(const ReplayedStream& stream, const PagePast& past, const ViewFilter& filter) {
    const UsageSeries& series = past.series;
    const Timeline timeline = build_timeline(series, filter);
    Json json = json_envelope(stream.session, "page", stream.completeness());
    json["kernel"] = stream.session.kernel;
    json["events"] = stream.tracker.events;
    json["from_t_ns"] = timeline.start_t_ns;
    json["duration"] = timeline.end_t_ns - timeline.start_t_ns;
    json["slice"] = timeline.width_ns;
    json["unit"] = timeline.unit();
    json["rows_left_out"] = timeline.rows_left_out;
    json["notes"] = Json::array();
    std::vector<Note> notes = stream_notes(stream);
    if (const std::optional<std::string> unmatched = nothing_passes(stream.tracker, filter)) {
        notes.push_back({*unmatched, Ink::Warning});
    }
    for (Note& note : before_release_notes(stream.live_moment(), stream.session, "a click into the pictures")) {
        notes.push_back(std::move(note));
    }
    for (Note& note : overlap_notes(passing(past.overlaps, filter), stream.session)) {
        notes.push_back(std::move(note));
    }
    for (const Note& note : notes) {
        json["notes"].push_back({{"text", note.text}, {"ink", ink_name(note.ink)}});
    }
    add_tables(json, stream, filter, timeline.start_t_ns);
    json["series"] = series_json(timeline);
    json["marks"] = marks_json(series.marks(), timeline.start_t_ns);
    json["cores"] = cores_json(past.cores, filter, timeline.start_t_ns);
    json["flame"] = flame_json(past.stacks, stream.tracker.stacks);
    make_printable(json);
    add_map(json, past.map, filter, timeline.start_t_ns);
    return json;
}

}  // namespace tt::alloc_trace
