// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was refused besides allocations: a table, and each kind with its figures and its reason.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/failures.hpp"
#include "event/session_info.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {

// "400 of 2 kinds", "3"; `kinds`: of those that are told apart.
[[nodiscard]] std::string count_text(std::uint64_t count, std::size_t kinds);

// Nothing if there are none; `count`: of all there were.
void append_other_refusals(
    std::vector<std::string>& lines,
    const std::vector<const OtherRefusal*>& refusals,
    std::uint64_t count,
    std::size_t top,
    const SessionInfo& session,
    const TextStyle& style
);

[[nodiscard]] nlohmann::ordered_json other_refusal_json(const OtherRefusal& refusal);

}  // namespace tt::alloc_trace
