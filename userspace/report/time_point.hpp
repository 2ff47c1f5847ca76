// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Moments of a recording as people give them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tt::alloc_trace {

struct RecordingTimes {
    std::uint64_t attached_unix_ns = 0;  // 0: not known
    std::uint64_t attached_t_ns = 0;     // the same moment on the clock of the events, as all below
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;        // of the trace, behind the last event: the kernel takes its time to let go of the probes
    std::uint64_t last_event_t_ns = 0;  // 0: last_t_ns
};

// Which end of a printed moment is meant: it is cut to the digits shown, so it stands for all moments that begin with them.
enum class Edge { Begin, End };

// "90s", "1h2m3.5s", "250ms": since the attach. "+00:01:30.250": likewise, as it is printed. "-10s": before the last event.
// "2026-02-03T12:34:56.5Z": RFC 3339, UTC; "2026-02-03 12:34:56Z": as it is printed. Gives the moment on the clock of the events. Usage
// errors say what is wrong with it, naming `option`, and from when to when the recording tells.
[[nodiscard]] Result<std::uint64_t> parse_time_point(
    std::string_view option, std::string_view text, const RecordingTimes& times, Edge edge = Edge::End
);

// "event:502", as EVENT columns number them, from 1. nullopt: it is not of this form. Usage errors as above.
[[nodiscard]] Result<std::optional<std::uint64_t>> parse_event_number(std::string_view option, std::string_view text);

}  // namespace tt::alloc_trace
