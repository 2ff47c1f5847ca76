// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What every JSON output starts with, and how JSON becomes text. Rules for all of it: snake_case keys, integers for
// bytes and ns, device addresses and pointers as hex strings ("0x1a2b"), the words of docs for kinds and reasons
// ("released by close"), null for what is not known.
//
// Moments: "attached_at" is RFC 3339 in UTC with nanoseconds; every t_ns is CLOCK_MONOTONIC of the traced host. The two
// meet in "attached_t_ns", the same moment as attached_at.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/hex.hpp"
#include "event/session_info.hpp"
#include "tracker/doubts.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

inline constexpr int kJsonSchemaVersion = 1;  // of all schemas; keys are added without a new one

// Each may be not known yet, at the head of a stream.
struct Completeness {
    std::optional<bool> complete;  // no doubts, and the file is whole
    std::optional<Doubts> doubts;
    std::optional<KnownBefore> known_before{};  // by the events; nullopt: as the session says
};

// `view` names the schema: "watch" gives "tt-alloc-trace/watch" (docs/schemas/watch.schema.json).
[[nodiscard]] nlohmann::ordered_json json_envelope(
    const SessionInfo& session, std::string_view view, const Completeness& completeness
);

// "lost_events", "not_seen", "contradictions".
void add_doubts(nlohmann::ordered_json& json, const std::optional<Doubts>& doubts);

[[nodiscard]] nlohmann::ordered_json places_json(const std::vector<Place>& places);
// "per_core" of a buffer that was allocated core by core: on how many cores it lies, and one of those where it is at its address;
// each as BufferFields has it.
[[nodiscard]] nlohmann::ordered_json per_core_json(std::uint32_t cores, std::uint8_t core);

// One line and its newline; or indented by 2 and a newline. Pure ASCII, so no string of the target reaches a terminal
// as it is; invalid UTF-8 becomes U+FFFD, never an exception.
[[nodiscard]] std::string json_line(const nlohmann::ordered_json& json);
[[nodiscard]] std::string json_document(const nlohmann::ordered_json& json);

}  // namespace tt::alloc_trace
