// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The state at one place of a recording, as bytes that recording/ carries and checkpoint/ makes and understands.
#pragma once

#include <cstdint>
#include <vector>

#include "recording/zigzag.hpp"

namespace tt::alloc_trace {

struct Checkpoint {
    std::uint64_t events = 0;     // before it
    std::uint64_t last_t_ns = 0;  // largest time of these, CLOCK_MONOTONIC
    std::vector<Bytes> parts;     // each fits into a chunk
    std::uint64_t things = 0;     // live buffers and the like: what it costs to write and read
};

}  // namespace tt::alloc_trace
