// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The one door through which what the programs know of Python enters C++.
#pragma once

#include <linux/types.h>

#include <cstddef>

#include "abi/event_abi.h"
#include "abi/python_abi.h"

namespace tt::alloc_trace {

// Both compilers must agree; a hidden padding would break these.
static_assert(sizeof(tat_python) == 64);
static_assert(sizeof(tat_python_frame) == 16);
static_assert(offsetof(tat_code_event, table) == 56 + 40 + 256 + 512);

}  // namespace tt::alloc_trace
