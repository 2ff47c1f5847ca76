// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The state of all chips as a table.
#pragma once

#include <string>

#include "report/display_text.hpp"
#include "report/watch_model.hpp"

namespace tt::alloc_trace {

// Lines that are never wider than `style.width`, each with its newline.
[[nodiscard]] std::string render_watch_text(const WatchModel& model, const TextStyle& style);

}  // namespace tt::alloc_trace
