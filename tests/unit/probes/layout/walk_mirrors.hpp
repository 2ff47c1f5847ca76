// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The walk's classes as this compiler, with libstdc++, lays them out. Addresses are left out.
#pragma once

#include "probes/walk_layout.hpp"

namespace tt::alloc_trace::testing {

[[nodiscard]] WalkLayout mirrored_walk(int era);  // WALK_ERA

}  // namespace tt::alloc_trace::testing
