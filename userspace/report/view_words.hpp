// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Phrases that several views share, so that the same thing is called the same everywhere.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/stream_place.hpp"
#include "event/session_info.hpp"
#include "report/display_text.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct Note {
    std::string text;
    Ink ink = Ink::Plain;
    std::size_t hang = 2;  // columns by which its further lines are indented beyond its first
};

// Appends the notes as lines, "! " before warnings, wrapped at style.width (0: not).
void append_notes(std::vector<std::string>& lines, const std::vector<Note>& notes, const TextStyle& style);

// "1 buffer", "1,204 buffers", "3 launches".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
// "3 buffers, sizes 4.0 MiB (each counted once)": of a process, unlike figures of a chip, on each of which a mesh's buffer counts.
[[nodiscard]] std::string live_sum(std::uint64_t buffers, std::uint64_t bytes);

// "123 events lost (100 allocs, 23 frees): ...", "pid 4242 (python3 x.py) was not seen: ...", "this tool missed something: ...".
[[nodiscard]] std::vector<Note> doubt_notes(const Doubts& doubts);

[[nodiscard]] std::string doubt_text(const Doubts& doubts);  // the same in one line

// " (ended)", " (exit status 3)", " (killed by signal 11, SIGSEGV)"; empty if it runs.
[[nodiscard]] std::string ended_text(bool ended, const std::optional<ExitStatus>& status);

// That there is none of something: said as it is if the stream is complete, else with the doubt.
[[nodiscard]] Note none_note(const std::string& text, bool complete, Ink ink = Ink::Good);

// One line per reason that occurred, however often: "1,204 frees before attach (18.5 MiB): ...".
[[nodiscard]] std::vector<Note> unknown_free_notes(const UnknownFreeStats& stats);

// Of when what a view shows as live was so.
struct LiveMoment {
    StreamPlace place;            // the end, or
    bool before_release = false;  // where memory was used last, as nothing was live at the end
    struct Ended {
        std::uint32_t pid = 0;
        StreamPlace last_use;
        bool shown = false;  // as it was then; else it shows nothing
        std::uint32_t process = 0;  // ProcessState::number
    };
    std::vector<Ended> ended{};  // processes that were over by then, and held something before
};

// None if that is the end. `another`: what chooses another moment.
[[nodiscard]] std::vector<Note> before_release_notes(
    const LiveMoment& moment, const SessionInfo& session, std::string_view another = "--at TIME"
);
void add_live_at(nlohmann::ordered_json& json, const LiveMoment& moment);  // "live_at"

[[nodiscard]] std::string chip_list(std::vector<std::int32_t> chips);  // "chip 3", "chips 0-7,9"

[[nodiscard]] std::string place_list(const std::vector<Place>& places);  // "chips 0-7", "mesh 0 (chips unknown)"

// [{"reason","count","bytes","example":{...}}], reasons that occurred only.
[[nodiscard]] nlohmann::ordered_json unknown_frees_json(const UnknownFreeStats& stats);

[[nodiscard]] nlohmann::ordered_json lost_json(const Lost& lost);

// "3 more processes ended without using device memory".
[[nodiscard]] std::string ended_without_memory(std::size_t processes);

// Of each that could not be attached: what it would have told is missing.
[[nodiscard]] std::vector<Note> probe_notes(const SessionInfo& session);
[[nodiscard]] nlohmann::ordered_json probe_json(const ProbeOutcome& probe);

// "device" ("chip 0", ...) and "chip" (number, or null if the place is no known chip).
void add_place(nlohmann::ordered_json& json, const Place& place);

}  // namespace tt::alloc_trace
