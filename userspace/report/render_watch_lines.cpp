// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/render_watch_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/capacity_words.hpp"
#include "report/display_text.hpp"
#include "report/human_size.hpp"
#include "report/json_envelope.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

std::string place_field(const Place& place) {
    switch (place.kind) {
        case OwnerKind::Chip:
            return fmt::format("chip={}", place.id);
        case OwnerKind::Mesh:
            return fmt::format("mesh={}", place.id);
        case OwnerKind::Unknown:
            break;
    }
    return "owner=unknown";
}

// "before_attach": a word of the docs as a field name.
std::string field_name(std::string_view words) {
    std::string name(words);
    for (char& c : name) {
        c = c == ' ' ? '_' : c;
    }
    return name;
}

std::int64_t signed_change(std::uint64_t now, std::uint64_t then) {
    return static_cast<std::int64_t>(now - then);
}

void append_health(std::string& out, const ProcessHealth& health) {
    auto to = std::back_inserter(out);
    fmt::format_to(to, " known_before={} found={}", to_string(health.known_before), health.found.pre_existing);
    const auto add = [&to](const char* name, std::uint64_t count) {
        if (count > 0) {
            fmt::format_to(to, " {}={}", name, count);
        }
    };
    add("failed_allocs", health.failed_allocations);
    add("clashes", health.clash_count);
    add("refused", health.refusal_count);
    add("trace_unsafe", health.traces.at_risk.buffers);
    add("trace_replayed_over", health.traces.totals.replayed_over);
    add("unexplained_differences", health.contradictions.found + health.contradictions.gone);
    add("launches_not_told", health.launches_not_told.launches);
}

void append_capacity(std::string& out, const WatchRow& row) {
    auto to = std::back_inserter(out);
    if (row.kind != MemoryKind::CircularBuffer && row.usage.footprint_bytes) {
        fmt::format_to(to, " footprint_bytes={}", *row.usage.footprint_bytes);
    }
    if (row.kind != MemoryKind::CircularBuffer && row.usage.peak_footprint_bytes) {
        fmt::format_to(to, " peak_footprint_bytes={}", *row.usage.peak_footprint_bytes);
    }
    const Capacity& capacity = row.capacity;
    if (!capacity.known()) {
        return;
    }
    fmt::format_to(to, " capacity_bytes={}", capacity.of_chip(capacity.bank_bytes));
    if (capacity.use) {
        fmt::format_to(
            to,
            " used_bytes={} free_bytes={} largest_free_bytes={}",
            capacity.of_chip(capacity.use->used),
            capacity.of_chip(capacity.use->free),
            capacity.of_chip(capacity.use->largest_free)
        );
    }
    fmt::format_to(to, " allocators={}", capacity.allocators);
}

void append_process(std::string& out, const WatchModel& model, const WatchProcess& process, const std::string& time) {
    fmt::format_to(
        std::back_inserter(out),
        "{} pid={} state={} events={} lost={}",
        time,
        process.pid,
        process.ended ? "ended" : "running",
        process.events,
        model.doubts.lost.total()
    );
    for (std::size_t i = 0; i < kUnknownFreeCount; ++i) {
        if (process.unknown_frees[i].count > 0) {
            const std::string name = field_name(to_string(static_cast<UnknownFree>(i)));
            fmt::format_to(std::back_inserter(out), " frees_{}={}", name, process.unknown_frees[i].count);
        }
    }
    append_health(out, process.health);
    out += process.rows.empty() && !process.filtered ? " (no allocations yet)" : "";
    out += " command=" + printable(process.command) + "\n";
}

void append_row(std::string& out, const WatchProcess& process, const WatchRow& row, const std::string& time) {
    auto to = std::back_inserter(out);
    const KindUsage& usage = row.usage;
    fmt::format_to(
        to,
        "{} pid={} {} type={} buffers={} bytes={} peak_bytes={}",
        time,
        process.pid,
        place_field(row.place),
        to_string(row.kind),
        usage.buffers,
        usage.bytes,
        usage.peak_bytes
    );
    append_capacity(out, row);
    if (row.kind == MemoryKind::CircularBuffer) {
        fmt::format_to(to, " launches={}", usage.launches);
        if (row.rates) {
            fmt::format_to(to, " launches_per_s={:.1f}", row.rates->launches);
        }
    } else {
        fmt::format_to(to, " allocs={} frees={} released={}", usage.allocs, usage.frees, usage.released);
        if (row.rates) {
            fmt::format_to(to, " allocs_per_s={:.1f} frees_per_s={:.1f}", row.rates->allocs, row.rates->frees);
        }
    }
    if (row.baseline) {
        fmt::format_to(
            to,
            " baseline_buffers={} baseline_bytes={} delta_bytes={:+}",
            row.baseline->buffers,
            row.baseline->bytes,
            signed_change(usage.bytes, row.baseline->bytes)
        );
    }
    out += '\n';
}

double to_three_digits(double value) {
    return std::round(value * 1000) / 1000;
}

Json row_json(const WatchRow& row) {
    Json json;
    add_place(json, row.place);
    json["type"] = to_string(row.kind);
    json["live_buffers"] = row.usage.buffers;
    json["live_bytes"] = row.usage.bytes;
    json["peak_bytes"] = row.usage.peak_bytes;
    const bool circular = row.kind == MemoryKind::CircularBuffer;
    if (!circular) {
        json["found"] = row.usage.found;
        json["footprint_bytes"] = number_or_null(row.usage.footprint_bytes);
        json["peak_footprint_bytes"] = number_or_null(row.usage.peak_footprint_bytes);
        json["capacity"] = capacity_json(row.capacity);
    }
    if (circular) {
        json["launches"] = row.usage.launches;
    } else {
        json["allocs"] = row.usage.allocs;
        json["frees"] = row.usage.frees;
        json["released"] = row.usage.released;
    }
    if (row.rates && circular) {
        json["launches_per_s"] = to_three_digits(row.rates->launches);
    } else if (row.rates) {
        json["allocs_per_s"] = to_three_digits(row.rates->allocs);
        json["frees_per_s"] = to_three_digits(row.rates->frees);
    }
    if (row.baseline) {
        json["baseline_buffers"] = row.baseline->buffers;
        json["baseline_bytes"] = row.baseline->bytes;
        json["delta_buffers"] = signed_change(row.usage.buffers, row.baseline->buffers);
        json["delta_bytes"] = signed_change(row.usage.bytes, row.baseline->bytes);
    }
    return json;
}

Json process_json(const WatchProcess& process) {
    Json json;
    json["pid"] = process.pid;
    json["parent_pid"] = process.parent_pid;
    json["command"] = process.command;
    json["state"] = process.ended ? "ended" : "running";
    json["from_first_event"] = process.from_first_event;
    json["since"] = nullptr;
    if (process.since_unix_ns != 0) {
        json["since"] = rfc3339_utc(process.since_unix_ns);
    }
    json["watched_ns"] = process.watched_ns;
    json["events"] = process.events;
    json["hooked_allocs"] = process.hooked_allocs;
    json["unknown_frees"] = unknown_frees_json(process.unknown_frees);
    add_health(json, process.health);
    json["usage"] = Json::array();
    for (const WatchRow& row : process.rows) {
        json["usage"].push_back(row_json(row));
    }
    return json;
}

}  // namespace

std::string render_watch_plain(const WatchModel& model) {
    const std::string time =
        model.now_unix_ns == 0 ? fmt::format("t_ns={}", model.now_ns) : rfc3339_utc(model.now_unix_ns, 3);
    std::string out;
    if (!model.phase.empty()) {
        out = fmt::format("{} phase_t_ns={} phase={}\n", time, model.phase_t_ns, printable(model.phase));
    }
    if (model.processes.empty()) {
        out += fmt::format("{} no process seen yet lost={}\n", time, model.doubts.lost.total());
    }
    for (const WatchProcess& process : model.processes) {
        append_process(out, model, process, time);
        for (const WatchRow& row : process.rows) {
            append_row(out, process, row, time);
        }
    }
    return out;
}

nlohmann::ordered_json watch_json(const WatchModel& model, const SessionInfo& session) {
    Json json = json_envelope(session, "watch", {model.doubts.none(), model.doubts, model.known_before_attach});
    json["t_ns"] = model.now_ns;
    json["time"] = nullptr;
    if (model.now_unix_ns != 0) {
        json["time"] = rfc3339_utc(model.now_unix_ns);
    }
    json["events"] = model.events;
    json["lost"] = lost_json(model.doubts.lost);
    json["losses_repaired"] = model.doubts.losses_repaired;
    json["older_processes"] = model.folded_processes;
    if (model.ring) {
        json["ring"]["capacity_bytes"] = model.ring->capacity_bytes;
        json["ring"]["used_bytes"] = model.ring->used_bytes;
        json["ring"]["peak_bytes"] = model.ring->peak_bytes;
    }
    if (model.baseline_age_ns) {
        json["baseline_age_ns"] = *model.baseline_age_ns;
    }
    if (model.reset_age_ns) {
        json["reset_age_ns"] = *model.reset_age_ns;
    }
    if (!model.phase.empty()) {
        json["phase"] = {{"name", model.phase}, {"t_ns", model.phase_t_ns}};
    }
    json["processes"] = Json::array();
    for (const WatchProcess& process : model.processes) {
        json["processes"].push_back(process_json(process));
    }
    return json;
}

}  // namespace tt::alloc_trace
