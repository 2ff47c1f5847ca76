// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How views that look back say where buffers are, whose they are, and from when on they know.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/fragmentation.hpp"
#include "analysis/stream_place.hpp"
#include "report/text_table.hpp"
#include "report/view.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::string owner_text(const OwnerFacts& owner);  // "mesh 0 (chips 0-7)"

// "owner", "owner_chips".
void add_owner(nlohmann::ordered_json& json, const OwnerFacts& owner);
[[nodiscard]] nlohmann::ordered_json buffer_facts_json(const BufferFacts& buffer);
[[nodiscard]] nlohmann::ordered_json buffer_group_json(const BufferGroup& group);
// "t_ns", "event".
void add_stream_place(nlohmann::ordered_json& json, const StreamPlace& place);

// "2026-02-03 12:34:56Z (+00:00:12.345 since the attach)"; empty if the clock is not known.
[[nodiscard]] std::string moment_text(const StreamPlace& place, const SessionInfo& session);

// From when on the stream is known and how surely: attach, window, what was known before, losses, processes.
[[nodiscard]] std::vector<Note> knowledge_notes(const ReplayedStream& stream, const ReplayWindow& window);

// The lines of `table`.
void append_table(std::vector<std::string>& lines, const TextTable& table, const TextStyle& style);

// A table of the first `top` groups, and how many of `all` are left out.
void append_groups(
    std::vector<std::string>& lines,
    const std::vector<BufferGroup>& groups,
    std::uint64_t all,
    std::size_t top,
    const ReplayedStream& stream,
    const TextStyle& style
);

// A table of the first `top` buffers: address, footprint, size, owner, since when, which thread, asked for where.
void append_buffers(
    std::vector<std::string>& lines,
    const std::vector<BufferFacts>& buffers,
    std::uint64_t all,
    std::size_t top,
    const ReplayedStream& stream,
    const TextStyle& style
);

[[nodiscard]] std::string_view to_string(NeedVerdict verdict);  // "fits", "fragmented", "exhausted", "larger than a bank"
[[nodiscard]] nlohmann::ordered_json need_json(const Need& need, std::uint64_t asked);

// "12 more rows left out: --top 0 shows all"; nothing if all are shown.
void append_left_out(std::vector<std::string>& lines, std::size_t all, std::size_t shown, std::string_view noun, const TextStyle& style);

[[nodiscard]] inline std::size_t rows_shown(std::size_t all, std::size_t top) { return top == 0 || all < top ? all : top; }

}  // namespace tt::alloc_trace
