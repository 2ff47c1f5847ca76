// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The ground truth as JSON: what the driver did, and what the runtime's own allocators hold.
#pragma once

#include <string>

#include "driver/event_log.hpp"
#include "driver/world.hpp"

namespace standin {

// Only while no other thread uses the runtime. Throws std::runtime_error when the file cannot be written.
void write_truth(const std::string& path, const World& world, const EventBook& book);

}  // namespace standin
