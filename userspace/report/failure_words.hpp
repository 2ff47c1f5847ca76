// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was refused, in words, the same in all views.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tracker/failure.hpp"

namespace tt::alloc_trace {

// "31.7 MiB (33,265,568 B)": where somebody will type the figure somewhere.
[[nodiscard]] std::string exact_bytes(std::uint64_t bytes);

// "trace region too small", "circular buffers larger than L1", ...
[[nodiscard]] std::string_view what_was_refused(const RequestRefusal& refusal);
[[nodiscard]] std::string_view what_was_refused(const ClashFailure& clash);

// "51.1 MiB (53,616,640 B) asked for in all, limit ...: short by ...; 38.1 MiB (...) held by 1 trace"; empty: only the text tells.
[[nodiscard]] std::string figures_of(const RequestRefusal& refusal);
// "end at 0x14d080, 192 B above the L1 buffer at 0x14cfc0".
[[nodiscard]] std::string figures_of(const ClashFailure& clash);
// Which setting of the device would have helped; empty: none is known.
[[nodiscard]] std::string help_of(const RequestRefusal& refusal);

// The reason first, then where it was found: "Program size ... [TT_FATAL @ program.cpp:2215: state.offset <= max_size]".
[[nodiscard]] std::string message_text(std::string_view message, bool utf8);

// "L1_SMALL": the region of that type is empty; nullopt: it is not, or nobody knows.
[[nodiscard]] std::optional<BufferType> missing_region(const AllocationFailure& failure);

// "", " (200 times, last at +00:00:01.500)".
[[nodiscard]] std::string times_text(std::uint64_t count, const std::string& last);

// "asked_bytes", "limit_bytes", "short_bytes", "traces": what `figures_of` tells.
void add_figures(nlohmann::ordered_json& json, const RequestRefusal& refusal);
// "region_end", "l1_buffer_address", "l1_bytes", "cores", "cause", "dataflow".
void add_figures(nlohmann::ordered_json& json, const ClashFailure& clash);

}  // namespace tt::alloc_trace
