// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What ttnn-visualizer is told of an event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace tt::alloc_trace {

// "alloc L1 264.0 KiB", "allocation failed: L1 2.0 GiB", "exit".
[[nodiscard]] std::string words_of(const Event& event);

// A row of the table errors.
struct VisualizerError {
    std::uint64_t event = 0;  // its number within the window
    std::uint64_t t_ns = 0;
    std::string_view type;
    std::string message;
};

// `event` is not set; nullopt: nothing was refused.
[[nodiscard]] std::optional<VisualizerError> error_of(const Event& event);

}  // namespace tt::alloc_trace
