// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The default view of a recording: what happened in it, as counts and sums.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/launch_room.hpp"
#include "event/session_info.hpp"
#include "report/display_text.hpp"
#include "report/event_json.hpp"
#include "report/memory_kind.hpp"
#include "report/process_health.hpp"
#include "report/usage_sample.hpp"
#include "report/view_words.hpp"
#include "tracker/capacity.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

// Counts the stream by kind of event, beside the tracker that judges it.
class EventCounter {
public:
    void observe(const Event& event) { ++counts_[static_cast<std::size_t>(event_kind(event))]; }
    [[nodiscard]] std::uint64_t of(EventKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

private:
    std::array<std::uint64_t, kEventKindCount> counts_{};
};

struct SummaryRow {
    Place place;
    MemoryKind kind = MemoryKind::Dram;
    KindUsage usage;    // live at SummaryView::live_at
    Capacity capacity;  // then; not known() once it was closed
};

struct SummaryProcess {
    std::uint32_t pid = 0;
    std::uint32_t parent_pid = 0;
    std::string command;
    bool ended = false;
    bool from_first_event = false;
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    std::uint64_t events = 0;
    std::uint64_t live_buffers = 0;  // each counted once, on however many chips it lies
    std::uint64_t live_bytes = 0;    // likewise
    std::uint64_t hooked_allocs = 0;
    std::uint64_t programs = 0;                        // alive at the end
    std::uint64_t program_circular_buffers = 0;        // of them
    std::uint64_t program_dataflow_regions = 0;        // likewise
    std::array<std::uint64_t, kFreeKindCount> ends{};  // by FreeKind
    UnknownFreeStats unknown_frees{};
    std::vector<SummaryRow> rows;
    ProcessHealth health;
};

struct SummaryView {
    std::uint64_t events = 0;
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    EventCounter counts;
    Doubts doubts;
    KnownBefore known_before_attach = KnownBefore::None;
    std::string incomplete;  // why the recording is not whole; empty if it is
    std::vector<SummaryProcess> processes;
    std::vector<LaunchOverlap> launch_overlaps;
    FoldedProcesses folded;  // ended before those
    LiveMoment live_at;      // of what is told as live, and of free memory
    std::string phases;      // of its marks (phase_words.hpp); empty: none
    std::vector<PhaseMark> marks;
};

[[nodiscard]] SummaryView build_summary_view(
    const TrackerView& view,
    const EventCounter& counts,
    std::string incomplete,
    const SessionInfo& session,
    const ViewFilter& filter = {},
    const TrackerView* last_use = nullptr,  // ReplayedStream::last_use
    const std::map<std::uint32_t, const ProcessState*>& ended = {}  // ReplayedStream::ended
);

[[nodiscard]] std::string render_summary_text(
    const SummaryView& summary, const SessionInfo& session, const TextStyle& style
);
[[nodiscard]] nlohmann::ordered_json summary_json(const SummaryView& summary, const SessionInfo& session);

}  // namespace tt::alloc_trace
