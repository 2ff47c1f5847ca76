// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Streams that leave much behind: every sort of event in any order, but ends of processes and allocators are rare.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.hpp"
#include "event/event.hpp"

namespace tt::alloc_trace::test {

// Times never decrease.
[[nodiscard]] std::vector<Event> stateful_events(std::size_t count, std::uint64_t seed);

// A digest of the whole state: equal for equal states.
[[nodiscard]] std::string state_of(const Tracker& tracker);
// Behind the first `count` events.
[[nodiscard]] std::string state_after(const std::vector<Event>& events, std::size_t count);
[[nodiscard]] std::size_t live_buffers(const Tracker& tracker);

}  // namespace tt::alloc_trace::test
