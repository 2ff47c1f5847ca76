// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tt::alloc_trace {

// A process whose objects contradict their layout: of it nothing more is told.
struct Contradiction {
    std::uint32_t pid = 0;
    Error why;
};

}  // namespace tt::alloc_trace
