// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A process that ends has released all: what it held last is found behind its last allocation or failure.
#pragma once

#include <memory>
#include <vector>

#include "event/event.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// An allocation, a buffer found, a refused allocation or launch.
[[nodiscard]] bool uses_memory(const Event& event);

// A living process holds a buffer.
[[nodiscard]] bool any_in_use(const std::vector<std::unique_ptr<ProcessState>>& processes);

}  // namespace tt::alloc_trace
