// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `list`: the processes that can be traced, and those that look like it but cannot.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "event/session_info.hpp"
#include "report/display_text.hpp"

namespace tt::alloc_trace {

struct ProcessListRow {
    std::uint32_t pid = 0;
    std::uint32_t namespace_pid = 0;  // in its container; 0 if it is in none
    std::string user;
    std::string command;
    std::string library;   // path of the module that holds the runtime, as the process sees it; empty if none
    std::string build_id;  // lower-case hex, empty if the file has none
    std::vector<std::int32_t> devices;  // N of each open /dev/tenstorrent/N
    bool supported = false;
    std::string reason;  // why not; or a remark
    std::string what_to_do{};  // if not supported; empty: nothing helps
    struct Container {
        std::string runtime;  // docker, podman ...; these are empty where unknown
        std::string id;
        std::string name;
        std::string image;
    };
    std::optional<Container> container{};
};

[[nodiscard]] std::string render_process_list_text(const std::vector<ProcessListRow>& rows, const TextStyle& style);

// Array "processes". session: tool_version, host and target ("list") suffice.
[[nodiscard]] nlohmann::ordered_json process_list_json(
    const std::vector<ProcessListRow>& rows, const SessionInfo& session
);

}  // namespace tt::alloc_trace
