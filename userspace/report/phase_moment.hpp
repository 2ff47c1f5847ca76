// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Moments that are given by the name of a mark: "mark:decode" is the moment of the mark, "phase:decode" the stretch from there to the
// next mark, "phase:start" the one before the first mark. Of several marks of one name the first is meant where a stretch begins, the
// last elsewhere; "decode#2" is the second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

enum class MomentUse { Since, Until, At };

struct RecordingMarks {
    std::vector<PhaseMark> marks;
    std::uint64_t first_event = 1;  // that this file tells of
    std::uint64_t last_event = 0;
    std::uint64_t last_t_ns = 0;
};

struct MarkedMoment {
    std::uint64_t event = 0;  // Since: the first that is meant; else the last one
    std::uint64_t t_ns = 0;
    std::string note;         // which of several marks was taken; empty if there is one only
};

// "mark:..." or "phase:...".
[[nodiscard]] bool names_mark(std::string_view text);

// Usage errors say what is wrong, naming `option`, and which marks there are. `text` must be one that names_mark().
[[nodiscard]] Result<MarkedMoment> find_mark(
    std::string_view option, std::string_view text, MomentUse use, const RecordingMarks& recording
);

}  // namespace tt::alloc_trace
