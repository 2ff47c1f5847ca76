// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What `mark` says when a mark was placed.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace tt::alloc_trace {

struct MarkView {
    std::string name;
    std::string file;                 // the recording
    std::uint64_t event = 0;          // its number in it
    std::uint64_t t_ns = 0;           // CLOCK_MONOTONIC
    std::uint64_t attached_t_ns = 0;  // likewise
};

[[nodiscard]] std::string render_mark_text(const MarkView& mark);           // one line
[[nodiscard]] nlohmann::ordered_json mark_json(const MarkView& mark);

}  // namespace tt::alloc_trace
