// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Many small live buffers, so that somebody who looks later finds a full process.
#pragma once

#include <vector>

#include "driver/event_log.hpp"
#include "driver/operations.hpp"
#include "driver/options.hpp"
#include "driver/world.hpp"

namespace standin {

// options.prefill buffers of 32 or 64 bytes, spread over all owners and types. Types with little room get few and DRAM gets
// the rest. Throws std::runtime_error when they do not fit.
std::vector<Holding> prefill(const Options& options, const World& world, ThreadLog& log);

}  // namespace standin
