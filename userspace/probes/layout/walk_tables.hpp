// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables of era_tables() for WalkLayout: the way from the process's globals to the allocators, and their state.
#pragma once

#include <vector>

#include "probes/layout/era_tables.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::vector<TableGroup> walk_tables();

}  // namespace tt::alloc_trace
