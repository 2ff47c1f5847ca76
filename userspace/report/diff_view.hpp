// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Two moments compared, of two recordings or of one: what is held, by owner, type and size, and how high the use rose on the way.
// Pids differ between runs and do not matter.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/held_at_end.hpp"
#include "analysis/peak.hpp"
#include "event/session_info.hpp"
#include "report/display_text.hpp"
#include "report/memory_kind.hpp"
#include "tracker/doubts.hpp"

namespace tt::alloc_trace {

enum class DiffMoment : std::uint8_t { End, Time, Peak, Failure };

[[nodiscard]] std::string_view to_string(DiffMoment moment);  // "end", "time", "peak", "failure"

struct DiffSide {
    std::string name;  // as asked for: "old.ttar", "old.ttar@90s"
    SessionInfo session;
    DiffMoment moment = DiffMoment::End;
    std::optional<PeakKey> peak;  // whose highest moment it is
    std::uint64_t t_ns = 0;     // of the last event up to there
    std::uint64_t events = 0;
    std::string phase;          // that moment belongs to; empty if no mark is before it
    HeldGroups groups;
    std::map<HeldKey, std::string> call_sites;  // of groups of which one is known, or what they are told apart by
    std::optional<std::vector<FoundPeak>> peaks;  // of the whole recording; nullopt: not looked for
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
    std::string call_site;  // empty: not known
};

struct DiffTotal {
    Place place;
    BufferType type = BufferType::Dram;
    HeldSum before;
    HeldSum after;
};

// Of several processes the highest.
struct DiffPeak {
    Place place;
    PeakOf of = PeakOf::Dram;
    std::uint64_t before = 0;  // bytes per chip
    std::uint64_t after = 0;

    [[nodiscard]] bool grew_by_more_than(std::uint64_t limit) const { return after > before && after - before > limit; }
};

struct DiffModel {
    DiffSide before;
    DiffSide after;
    std::vector<DiffTotal> totals;  // by place and type, changed or not
    std::vector<DiffGroup> groups;  // that changed, largest change first
    std::uint64_t unchanged = 0;    // groups
    bool footprints = true;         // known of every buffer: changes are those of footprints, else of sizes
    std::vector<DiffPeak> peaks;    // by place and type, changed or not; empty if not known of both
    bool peak_footprints = true;    // what `footprints` says, of peaks
    bool ends_empty = false;        // nothing is held at the end of either: compared at a peak instead
    std::optional<std::uint64_t> fail_over;  // bytes
    std::vector<DiffTotal> over;             // totals that grew by more than that, unless both are of a peak
    std::vector<DiffPeak> peaks_over;        // peaks that did

    [[nodiscard]] bool is_over() const { return !over.empty() || !peaks_over.empty(); }
    // Per chip.
    [[nodiscard]] std::uint64_t bytes(const HeldSum& sum) const { return footprints ? sum.footprint_bytes : sum.bytes; }
};

// DiffSide::call_sites of its groups.
void name_call_sites(DiffSide& side, const StackTable& stacks);

// Where the use of buffers grew most, or, if nowhere, is highest; nullopt: no peak is known of both.
[[nodiscard]] std::optional<DiffPeak> telling_peak(const DiffModel& diff);

[[nodiscard]] DiffModel build_diff(
    DiffSide before, DiffSide after, const ViewFilter& filter = {}, std::optional<std::uint64_t> fail_over = std::nullopt
);

// `top`: most rows of each table; 0: all.
[[nodiscard]] std::string render_diff_text(const DiffModel& diff, const TextStyle& style, std::size_t top = 0);
[[nodiscard]] nlohmann::ordered_json diff_json(const DiffModel& diff);

}  // namespace tt::alloc_trace
