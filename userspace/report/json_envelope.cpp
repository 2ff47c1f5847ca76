// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/json_envelope.hpp"

#include <fmt/format.h>

#include "report/human_size.hpp"

namespace tt::alloc_trace {

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
    json["lost_events"] = nullptr;
    if (completeness.lost_events) {
        json["lost_events"] = *completeness.lost_events;
    }
    json["attached_at"] = nullptr;
    json["attached_t_ns"] = nullptr;
    if (session.attached_unix_ns != 0) {
        json["attached_at"] = rfc3339_utc(session.attached_unix_ns);
        json["attached_t_ns"] = session.attached_monotonic_ns;
    }
    json["known_before_attach"] = to_string(completeness.known_before.value_or(session.known_before_attach));
    return json;
}

std::string hex(std::uint64_t value) {
    return fmt::format("{:#x}", value);
}

std::string json_line(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string json_document(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tt::alloc_trace
