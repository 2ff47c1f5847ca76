// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The contents of the golden recordings, one set of functions per format version: never changed once released.
#pragma once

#include <vector>

#include "event/event.hpp"
#include "event/session_info.hpp"
#include "recording/totals.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] std::vector<Event> golden_events_v0_1();
[[nodiscard]] std::vector<Event> golden_events_v0_2();  // those of 0.1, and what came with 0.2
[[nodiscard]] std::vector<Event> golden_events_v1_1();  // those of 0.2, and what came with 1.1
[[nodiscard]] std::vector<Event> golden_events_v1_2();  // those of 1.1, and what came with 1.2
[[nodiscard]] std::vector<Event> golden_events_v1_3();  // likewise
[[nodiscard]] std::vector<Event> golden_events_v1_4();
[[nodiscard]] std::vector<Event> golden_events_v1_5();
[[nodiscard]] std::vector<Event> golden_events_v1_6();
[[nodiscard]] std::vector<Event> golden_events_v1_7();
[[nodiscard]] SessionInfo golden_session_v0_1();
[[nodiscard]] Totals golden_totals_v0_1();

}  // namespace tt::alloc_trace::test
