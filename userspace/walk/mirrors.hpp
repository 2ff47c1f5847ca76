// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where chips hand out single cores, what their mesh holds is marked in their free lists, too.
#pragma once

#include "walk/process_walk.hpp"

namespace tt::alloc_trace {

// Takes such marks from what chips hold, and the figures of lists that have them or lack what lies on single cores. A mesh whose
// chips are not known may mark any.
void forget_mirrors(Walk& walk);

}  // namespace tt::alloc_trace
