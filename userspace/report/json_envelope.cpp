// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/json_envelope.hpp"

#include <fmt/format.h>

#include <utility>

#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

nlohmann::ordered_json not_seen_json(const Doubts& doubts) {
    nlohmann::ordered_json json;
    json["count"] = doubts.not_seen.size() + doubts.more_not_seen;
    json["processes"] = nlohmann::ordered_json::array();
    for (const Doubts::Process& process : doubts.not_seen) {
        nlohmann::ordered_json entry;
        entry["pid"] = process.pid;
        entry["command"] = process.command;
        entry["partly"] = process.not_seen.partly;
        entry["why"] = process.not_seen.why;
        entry["what_to_do"] = process.not_seen.what_to_do;
        json["processes"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace

void add_doubts(nlohmann::ordered_json& json, const std::optional<Doubts>& doubts) {
    json["lost_events"] = nullptr;
    json["not_seen"] = nullptr;
    json["contradictions"] = nullptr;
    if (doubts) {
        const Contradictions& contradictions = doubts->contradictions;
        json["lost_events"] = doubts->lost.total();
        json["not_seen"] = not_seen_json(*doubts);
        json["contradictions"] = {
            {"frees", contradictions.frees},
            {"replaced", contradictions.replaced},
            {"owners", contradictions.owners},
            {"found", contradictions.found},
            {"gone", contradictions.gone}
        };
    }
}

nlohmann::ordered_json json_envelope(
    const SessionInfo& session, std::string_view view, const Completeness& completeness
) {
    nlohmann::ordered_json json;
    json["schema"] = fmt::format("tt-alloc-trace/{}", view);
    json["schema_version"] = kJsonSchemaVersion;
    json["tool_version"] = session.tool_version;
    json["host"] = session.host;
    json["target"] = session.target;
    json["complete"] = nullptr;
    if (completeness.complete) {
        json["complete"] = *completeness.complete;
    }
    add_doubts(json, completeness.doubts);
    json["attached_at"] = nullptr;
    json["attached_t_ns"] = nullptr;
    if (session.attached_unix_ns != 0) {
        json["attached_at"] = rfc3339_utc(session.attached_unix_ns);
        json["attached_t_ns"] = session.attached_monotonic_ns;
    }
    json["known_before_attach"] = to_string(completeness.known_before.value_or(session.known_before_attach));
    return json;
}

nlohmann::ordered_json places_json(const std::vector<Place>& places) {
    auto json = nlohmann::ordered_json::array();
    for (const Place& place : places) {
        json.push_back(to_string(place));
    }
    return json;
}

nlohmann::ordered_json per_core_json(std::uint32_t cores, std::uint8_t core) {
    nlohmann::ordered_json json;
    json["cores"] = cores == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(cores);
    json["core"] = nullptr;
    if (core != 0) {
        const CoreCoordinates at = core_coordinates(core);
        json["core"] = {at.x, at.y};
    }
    return json;
}

std::string json_line(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string json_document(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tt::alloc_trace
