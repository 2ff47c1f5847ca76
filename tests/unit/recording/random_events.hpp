// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Random events of every kind, seeded: plausible ones, reused objects and addresses, and extreme values.
#pragma once

#include <cstdint>
#include <vector>

#include "event/event.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] std::vector<Event> random_events(std::size_t count, std::uint64_t seed);

}  // namespace tt::alloc_trace::test
