// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/process_list_view.hpp"

#include <fmt/format.h>

#include "report/json_envelope.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kShownDigits = 12;  // of build and container ids: enough to tell them apart

std::string device_list(const std::vector<std::int32_t>& devices) {
    std::string text;
    for (const std::int32_t device : devices) {
        text += fmt::format("{}{}", text.empty() ? "" : ",", device);
    }
    return text.empty() ? "-" : text;
}

// "podman web (8b3de32e81a0), docker.io/library/debian"
std::string container_text(const std::optional<ProcessListRow::Container>& container) {
    if (!container) {
        return "-";
    }
    const std::string id = container->id.substr(0, kShownDigits);
    std::string text = container->runtime.empty() ? "" : container->runtime + " ";
    text += container->name.empty() ? id : fmt::format("{} ({})", container->name, id);
    return container->image.empty() ? text : text + ", " + container->image;
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

}  // namespace

std::string render_process_list_text(const std::vector<ProcessListRow>& rows, const TextStyle& style) {
    if (rows.empty()) {
        return "no process found that uses TT-Metal\n";
    }
    using Align = TextTable::Align;
    TextTable table({
        {"PID", Align::Right, 0, false},
        {"USER", Align::Left, 2, false},
        {"DEVICES", Align::Left, 0, false},
        {"CONTAINER", Align::Left, 0, true},
        {"TRACEABLE", Align::Left, 0, false},
        {"BUILD-ID", Align::Left, 3, false},
        {"LIBRARY", Align::Left, 1, true},
        {"COMMAND", Align::Left, 0, true},
    });
    for (const ProcessListRow& row : rows) {
        table.add_row({
            {row.namespace_pid == 0 ? fmt::format("{}", row.pid) : fmt::format("{} ({})", row.pid, row.namespace_pid),
             Ink::Strong},
            {or_dash(row.user)},
            {device_list(row.devices)},
            {container_text(row.container)},
            {row.supported ? "yes" : "no", row.supported ? Ink::Good : Ink::Warning},
            {or_dash(row.build_id.substr(0, kShownDigits))},
            {or_dash(row.library)},
            {or_dash(row.command)},
        });
    }
    std::vector<std::string> lines = table.lines(style);
    for (const ProcessListRow& row : rows) {
        if (!row.reason.empty()) {
            const std::string text = fmt::format(
                "pid {}{}: {}{}",
                row.pid,
                row.supported ? "" : " would not be seen",
                row.reason,
                row.what_to_do.empty() ? "" : "; " + row.what_to_do
            );
            append_notes(lines, {{text, row.supported ? Ink::Dim : Ink::Warning}}, style);
        }
    }
    return joined(lines);
}

nlohmann::ordered_json process_list_json(const std::vector<ProcessListRow>& rows, const SessionInfo& session) {
    nlohmann::ordered_json json = json_envelope(session, "list", {true, Doubts{}});
    json["processes"] = nlohmann::ordered_json::array();
    for (const ProcessListRow& row : rows) {
        nlohmann::ordered_json entry;
        entry["pid"] = row.pid;
        entry["namespace_pid"] = nullptr;
        if (row.namespace_pid != 0) {
            entry["namespace_pid"] = row.namespace_pid;
        }
        entry["user"] = row.user;
        entry["command"] = row.command;
        entry["library"] = row.library;
        entry["build_id"] = row.build_id;
        entry["devices"] = row.devices;
        entry["supported"] = row.supported;
        entry["reason"] = row.reason;
        entry["what_to_do"] = row.what_to_do;
        entry["container"] = nullptr;
        if (row.container) {
            entry["container"] = {
                {"runtime", row.container->runtime},
                {"id", row.container->id},
                {"name", row.container->name},
                {"image", row.container->image},
            };
        }
        json["processes"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace tt::alloc_trace
