// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an answer from a recording begins with: from when on it holds, and how surely.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/owner_history.hpp"
#include "analysis/owner_identity.hpp"
#include "report/text_table.hpp"
#include "report/view.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

// `what`: the first words, "anomalies".
[[nodiscard]] std::vector<Note> answer_heading(
    std::string_view what, const ReplayedStream& stream, const ReplayWindow& window
);

// The envelope, and `first_t_ns`, `last_t_ns`, `events` of the part that was asked for.
[[nodiscard]] nlohmann::ordered_json answer_envelope(
    std::string_view view, const ReplayedStream& stream, const ReplayWindow& window
);

// "+00:01:05.123" since the attach; empty for 0.
[[nodiscard]] std::string since_attach(std::uint64_t t_ns, const SessionInfo& session);

// An empty line, `title` (may be empty), the table, and how many of `total` rows it does not show.
void append_table(
    std::vector<std::string>& lines, const std::string& title, const TextTable& table, std::size_t total, const TextStyle& style
);

[[nodiscard]] std::string owner_text(const OwnerIdentity& owner);  // "mesh 0 (chips 0-7)"
void add_owner(nlohmann::ordered_json& json, const OwnerIdentity& owner);  // "owner", "owner_chips"
void add_usage(nlohmann::ordered_json& json, const OwnerTypeUsage& usage);  // "allocs" to "peak_footprint_bytes"
[[nodiscard]] nlohmann::ordered_json time_or_null(std::uint64_t t_ns);     // null for 0

// The filter of a view, as an analysis takes it.
[[nodiscard]] LifeFilter life_filter(const ViewFilter& filter);

}  // namespace tt::alloc_trace
