// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Two moments compared, of two recordings or of one: what is held, by owner, type and size. Pids differ between runs and do not
// matter.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/held_at_end.hpp"
#include "event/session_info.hpp"
#include "report/display_text.hpp"
#include "report/memory_kind.hpp"
#include "tracker/doubts.hpp"

namespace tt::alloc_trace {

struct DiffSide {
    std::string name;  // as asked for: "old.ttar", "old.ttar@90s"
    SessionInfo session;
    bool whole = true;          // up to the end of the recording; else up to a moment
    std::uint64_t t_ns = 0;     // of the last event up to there
    std::uint64_t events = 0;
    HeldGroups groups;
    std::uint64_t ended_processes = 0;  // of which `groups` has what they held when they ended
    std::uint64_t not_kept = 0;         // buffers that are missing in `groups`
    bool complete = true;               // no doubts, and the file is whole
    Doubts doubts;
    KnownBefore known_before = KnownBefore::None;
    std::string warning;  // about the file
};

enum class DiffChange : std::uint8_t { New, Gone, Grown, Shrunk };

[[nodiscard]] std::string_view to_string(DiffChange change);  // "new", "gone", "grown", "shrunk"

struct DiffGroup {
    HeldKey key;
    DiffChange change = DiffChange::New;
    HeldSum before;
    HeldSum after;
};

struct DiffTotal {
    Place place;
    BufferType type = BufferType::Dram;
    HeldSum before;
    HeldSum after;
};

struct DiffModel {
    DiffSide before;
    DiffSide after;
    std::vector<DiffTotal> totals;  // by place and type, changed or not
    std::vector<DiffGroup> groups;  // that changed, largest change first
    std::uint64_t unchanged = 0;    // groups
    bool footprints = true;         // known of every buffer: changes are those of footprints, else of sizes
    std::optional<std::uint64_t> fail_over;  // bytes
    std::vector<DiffTotal> over;             // totals that grew by more than that

    // Per chip.
    [[nodiscard]] std::uint64_t bytes(const HeldSum& sum) const { return footprints ? sum.footprint_bytes : sum.bytes; }
};

[[nodiscard]] DiffModel build_diff(
    DiffSide before, DiffSide after, const ViewFilter& filter = {}, std::optional<std::uint64_t> fail_over = std::nullopt
);

// `top`: most rows of each table; 0: all.
[[nodiscard]] std::string render_diff_text(const DiffModel& diff, const TextStyle& style, std::size_t top = 0);
[[nodiscard]] nlohmann::ordered_json diff_json(const DiffModel& diff);

}  // namespace tt::alloc_trace
