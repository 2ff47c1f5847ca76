// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every live buffer at one moment, singly and grouped. Sizes are logical bytes per chip: a buffer of a mesh takes them
// on each of its chips.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/stack_sample.hpp"
#include "event/session_info.hpp"
#include "origin/origin_filter.hpp"
#include "report/display_text.hpp"
#include "report/json_envelope.hpp"
#include "report/memory_kind.hpp"
#include "report/process_health.hpp"
#include "report/view_words.hpp"
#include "tracker/capacity.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct LiveView {
    struct OwnerName {
        std::string label;                // "chip 3", "mesh 0"
        std::string full;                 // "mesh 0 (chips 0-7)"
        std::vector<std::int32_t> chips;  // empty if not known
    };
    struct Buffer {
        std::uint32_t pid = 0;
        std::uint32_t tid = 0;
        std::uint32_t owner = 0;  // index into owners
        BufferType type = BufferType::Dram;
        std::uint64_t allocator = 0;
        std::uint64_t address = 0;
        std::uint64_t size = 0;
        std::uint64_t page_size = 0;
        std::uint64_t buffer = 0;
        std::uint64_t t_ns = 0;   // allocated, or found by a walk
        FoundAs origin = FoundAs::Allocated;
        bool trace_unsafe = false;  // a trace captured before it is kept: its replay may overwrite it
        std::optional<std::uint64_t> footprint{};  // bytes reserved per chip; nullopt: not known
        bool per_core = false;  // the last three as BufferFields has them
        std::uint32_t cores = 0;
        std::uint8_t core = 0;
        std::uint32_t stack = 0;  // StackSeen::number of its allocation; 0: not known
    };
    struct CapacityRow {
        std::uint32_t pid = 0;
        Place place;
        BufferType type = BufferType::Dram;
        Capacity capacity;
    };
    struct Group {  // same process, owner, type and size
        std::uint32_t pid = 0;
        std::uint32_t owner = 0;
        BufferType type = BufferType::Dram;
        std::uint64_t size = 0;
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;  // size x count: per chip
        std::uint64_t first_t_ns = 0;
        std::uint64_t last_t_ns = 0;
        StackSample stacks{};
        std::string call_sites{};  // as words
    };
    struct CircularBufferRow {  // resident
        std::uint32_t pid = 0;
        Place place;
        std::uint64_t program = 0;
        std::uint64_t address = 0;
        std::uint64_t size = 0;  // bytes per core
        std::uint64_t cores = 0;
        std::uint64_t bytes = 0;  // size x cores
        bool cores_complete = true;
        PlanKind kind = PlanKind::CircularBuffer;
    };
    struct Process {
        std::uint32_t pid = 0;
        std::string command;
        bool ended = false;
        bool from_first_event = false;
        ProcessHealth health;
        bool named = true;  // worth_naming()
    };

    LiveMoment moment;
    std::string phase;  // that moment belongs to; empty if no mark is before it
    std::uint64_t events = 0;
    Doubts doubts;
    KnownBefore known_before_attach = KnownBefore::None;
    std::vector<OwnerName> owners;                    // equal ones once
    std::vector<Buffer> buffers;                      // by pid, allocator, type, address
    std::vector<Group> groups;                        // by bytes, largest first
    std::vector<CircularBufferRow> circular_buffers;  // by pid, place, order of launch
    std::vector<Process> processes;                   // in order of appearance
    std::vector<CapacityRow> capacities;              // by pid, place, type; known ones
    std::uint64_t bytes = 0;                          // of all buffers, each counted once
};

// `last_use`: ReplayedStream::last_use. Circular buffers have no stack that is kept: only without `origins` are they in it.
[[nodiscard]] LiveView build_live_view(
    const TrackerView& view, const SessionInfo& session, const ViewFilter& filter = {}, const TrackerView* last_use = nullptr,
    const OriginFilter& origins = {}
);

// `top`: at most so many groups, and circular-buffer rows, each with a line saying how many more there are; 0: all.
[[nodiscard]] std::string render_live_text(
    const LiveView& live, const SessionInfo& session, const TextStyle& style, std::size_t top = 0
);

// Arrays "buffers", "groups", "circular_buffers". `complete` of the envelope is false after a loss even if not said
// here.
[[nodiscard]] nlohmann::ordered_json live_json(const LiveView& live, const SessionInfo& session, bool complete = true);

}  // namespace tt::alloc_trace
