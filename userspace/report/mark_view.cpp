// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/mark_view.hpp"

#include <fmt/format.h>

#include "report/display_text.hpp"
#include "report/human_size.hpp"
#include "report/json_envelope.hpp"

namespace tt::alloc_trace {

std::string render_mark_text(const MarkView& mark) {
    const std::string at = human_offset(mark.t_ns, mark.attached_t_ns);
    return printable(fmt::format("{}: event:{} at {} of {}", mark.name, mark.event, at, mark.file)) + "\n";
}

nlohmann::ordered_json mark_json(const MarkView& mark) {
    nlohmann::ordered_json json;
    json["schema"] = "tt-alloc-trace/mark";
    json["schema_version"] = kJsonSchemaVersion;
    json["name"] = mark.name;
    json["file"] = mark.file;
    json["event"] = mark.event;
    json["t_ns"] = mark.t_ns;
    json["attached_t_ns"] = mark.attached_t_ns;
    return json;
}

}  // namespace tt::alloc_trace
