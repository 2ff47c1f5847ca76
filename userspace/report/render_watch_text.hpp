// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The live table for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/display_text.hpp"
#include "report/watch_model.hpp"

namespace tt::alloc_trace {

struct WatchTextOptions {
    TextStyle style;
    std::size_t height = 0;    // lines; 0: as many as it takes. What does not fit is counted in a line that says so
    bool interactive = false;  // last line: the keys
};

// Lines without newline: never more than `height`, never wider than `style.width`. The caller paints them in place.
[[nodiscard]] std::vector<std::string> watch_text_lines(const WatchModel& model, const WatchTextOptions& options);

// The same with a newline after each line.
[[nodiscard]] std::string render_watch_text(const WatchModel& model, const WatchTextOptions& options);

}  // namespace tt::alloc_trace
