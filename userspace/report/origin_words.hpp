// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where buffers were asked for, as views say it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/stack_sample.hpp"
#include "origin/call_site.hpp"

namespace tt::alloc_trace {

// "model.py:41 forward", "model.py:41 forward and 2 more"; empty: none is known.
[[nodiscard]] std::string call_sites_text(const StackSample& stacks, CallSites& sites);

[[nodiscard]] nlohmann::ordered_json stack_json(std::uint32_t stack);  // its number; null: not known

// "call_stacks": those whose numbers stand in `json`, as "stack" or in "stacks". Left out if none does.
void add_call_stacks(nlohmann::ordered_json& json, const StackTable& table);

}  // namespace tt::alloc_trace
