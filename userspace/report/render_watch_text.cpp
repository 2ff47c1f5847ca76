// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/render_watch_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "report/human_size.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"
#include "report/watch_table.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kWidthForDate = 100;      // columns from which the attach time shows its date
constexpr std::size_t kLeastCommandWidth = 10;  // columns: a shorter piece of a command line says nothing

std::string fitted(const std::string& text, const TextStyle& style) {
    return style.width == 0 ? text : cut_to_width(text, style.width, style.utf8);
}

std::string since_text(const WatchProcess& process, bool dated) {
    const std::string duration = human_duration(process.watched_ns);
    if (process.since_unix_ns == 0) {
        return duration;
    }
    const std::string since = dated ? utc_date_time(process.since_unix_ns) : utc_clock_time(process.since_unix_ns);
    return fmt::format("since {} ({})", since, duration);
}

// "pid 7  COMMAND  since 12:34:56Z (1m05s)  events 12  lost 0": the command takes what the rest leaves. On a narrow
// terminal the command goes first, then the time; the losses stay longest. They are those of all processes: with
// several, the line above all of them has them.
std::string process_line(const WatchModel& model, const WatchProcess& process, const TextStyle& style) {
    const std::size_t limit = style.width == 0 ? std::numeric_limits<std::size_t>::max() : style.width;
    const std::uint64_t lost_events = model.doubts.lost.total();
    const std::string head = fmt::format("pid {}{}", process.pid, ended_text(process.ended, process.health.exit_status));
    const std::string events = fmt::format("  events {}", human_count(process.events));
    const std::string lost =
        model.processes.size() > 1 ? std::string{} : fmt::format("  lost {}", human_count(lost_events));
    std::string since = "  " + since_text(process, limit >= kWidthForDate);
    const auto room_for_command = [&] {
        const std::size_t others = head.size() + since.size() + events.size() + lost.size() + 2;
        return limit > others ? limit - others : 0;
    };
    if (room_for_command() < kLeastCommandWidth) {
        since = "  " + human_duration(process.watched_ns);
    }
    std::string command;
    if (room_for_command() >= kLeastCommandWidth) {
        const std::string known =
            printable(process.command.empty() ? "(command not known)" : process.command, style.utf8);
        command = "  " + cut_to_width(known, room_for_command(), style.utf8);
    }
    if (command.empty() && head.size() + since.size() + events.size() + lost.size() > limit) {
        return fitted(head + lost + events + since, style);  // too narrow for ink, too
    }
    return fmt::format(
        "{}{}{}{}",
        inked(head + command, Ink::Strong, style.color),
        since,
        events,
        inked(lost, lost_events == 0 ? Ink::Plain : Ink::Bad, style.color)
    );
}

std::string ring_text(const RingFill& ring) {
    const auto percent = [&ring](std::uint64_t bytes) {
        return ring.capacity_bytes == 0 ? 0.0
                                        : 100.0 * static_cast<double>(bytes) / static_cast<double>(ring.capacity_bytes);
    };
    return fmt::format(
        "ring {:.0f}% of {}, peak {:.0f}%",
        percent(ring.used_bytes),
        human_bytes(ring.capacity_bytes),
        percent(ring.peak_bytes)
    );
}

// What holds for all processes: ring, baseline, reset, losses.
std::vector<Note> session_notes(const WatchModel& model) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "  ") + part; };
    if (model.ring) {
        add(ring_text(*model.ring));
    }
    if (model.baseline_age_ns) {
        add(fmt::format("baseline {} ago", human_duration(*model.baseline_age_ns)));
    }
    if (model.reset_age_ns) {
        add(fmt::format("counters and peaks since reset {} ago", human_duration(*model.reset_age_ns)));
    }
    std::vector<Note> notes;
    if (!model.phase.empty()) {
        const std::uint64_t age = model.now_ns > model.phase_t_ns ? model.now_ns - model.phase_t_ns : 0;
        notes.push_back({fmt::format("phase {}, marked {} ago", model.phase, human_duration(age)), Ink::Plain});
    }
    if (!text.empty()) {
        notes.push_back({text, Ink::Dim});
    }
    for (Note& note : doubt_notes(model.doubts)) {
        notes.push_back(std::move(note));
    }
    return notes;
}

std::vector<Note> process_notes(const WatchModel& model, const WatchProcess& process) {
    std::vector<Note> notes = health_notes(process.health, model.attached_t_ns);
    for (Note& note : unknown_free_notes(process.unknown_frees)) {
        notes.push_back(std::move(note));
    }
    if (process.hooked_allocs > 0) {
        notes.push_back(
            {counted(process.hooked_allocs, "allocation") + " taken by graph capture: no device memory",
             Ink::Dim}
        );
    }
    return notes;
}

// Why there is no row.
std::vector<Note> empty_notes(const WatchProcess& process) {
    if (process.filtered) {
        return {{"nothing on the devices and types asked for (--device, --type)", Ink::Plain}};
    }
    if (process.health.not_seen) {
        return {{"what it does is not seen", Ink::Plain}};
    }
    if (process.ended) {
        return {{"it ended without an allocation seen", Ink::Plain}};
    }
    std::uint64_t unknown_frees = 0;
    for (const UnknownFreeStat& stat : process.unknown_frees) {
        unknown_frees += stat.count;
    }
    std::vector<Note> notes{
        {unknown_frees > 0 ? "no allocations yet: only frees of buffers that are not known"
                           : "no events yet: no device memory was allocated or freed since the attach",
         Ink::Plain}};
    if (process.from_first_event) {
        notes.push_back({"the process is watched from its start: it holds no device memory so far", Ink::Dim});
        return notes;
    }
    notes.push_back(
        {process.health.known_before == KnownBefore::Full
             ? "it allocated nothing since the attach, and held nothing then"
             : "it may be idle, or work within buffers that are older than the attach",
         Ink::Dim}
    );
    notes.push_back(
        {fmt::format("if it should be busy, look at the probes: tt-alloc-trace doctor -p {}", process.pid), Ink::Dim}
    );
    return notes;
}

// Places whose memory several allocators hand out: what each holds may overlap the others'.
std::vector<Note> sharing_notes(const WatchProcess& process) {
    std::vector<Place> places;
    std::uint32_t allocators = 0;
    for (const WatchRow& row : process.rows) {
        if (row.capacity.allocators > 1) {
            allocators = std::max(allocators, row.capacity.allocators);
            if (places.empty() || places.back() != row.place) {
                places.push_back(row.place);
            }
        }
    }
    if (places.empty()) {
        return {};
    }
    return {{fmt::format("{}: memory shared by {} allocators, used is their union", place_list(places), allocators), Ink::Dim}};
}

std::vector<std::string> body(const WatchModel& model, const WatchTable& shown, const TextStyle& style) {
    std::vector<std::string> lines;
    if (model.processes.empty()) {
        append_notes(lines, {{"no process seen yet: none of the watched ones used device memory", Ink::Plain}}, style);
        append_notes(lines, session_notes(model), style);
        return lines;
    }
    if (model.processes.size() > 1) {
        const std::string text = fmt::format(
            "{} processes  events {}  lost {}",
            model.processes.size(),
            human_count(model.events),
            human_count(model.doubts.lost.total())
        );
        lines.push_back(inked(fitted(text, style), Ink::Strong, style.color));
        append_notes(lines, session_notes(model), style);
    }
    const std::vector<std::string> table = shown.lines(style);
    std::size_t next_row = 1;
    std::size_t without_memory = 0;  // the shells and helpers around a job
    for (std::size_t i = 0; i < model.processes.size(); ++i) {
        const WatchProcess& process = model.processes[i];
        if (model.processes.size() > 1) {
            if (process.rows.empty() && process.ended && !process.filtered && !process.health.not_seen) {
                ++without_memory;
                continue;
            }
            lines.emplace_back();
        }
        lines.push_back(process_line(model, process, style));
        if (model.processes.size() == 1) {
            append_notes(lines, session_notes(model), style);
        }
        append_notes(lines, process_notes(model, process), style);
        if (process.rows.empty()) {
            append_notes(lines, empty_notes(process), style);
            continue;
        }
        lines.emplace_back();
        lines.push_back(table.front());
        for (const WatchTable::Block& block : shown.blocks()[i]) {
            for (std::size_t row = 0; row < block.rows.size(); ++row) {
                lines.push_back(table[next_row++]);
            }
        }
        append_notes(lines, sharing_notes(process), style);
        if (!process.idle_places.empty()) {
            append_notes(lines, {{place_list(process.idle_places) + ": no allocations seen", Ink::Dim}}, style);
        }
    }
    if (without_memory > 0) {
        lines.emplace_back();
        append_notes(lines, {{ended_without_memory(without_memory), Ink::Dim}}, style);
    }
    return lines;
}

}  // namespace

std::string render_watch_text(const WatchModel& model, const TextStyle& style) {
    return joined(body(model, WatchTable(model, style), style));
}

}  // namespace tt::alloc_trace
