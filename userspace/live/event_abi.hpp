// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The one door through which the ring's record structures enter C++.
#pragma once

#include <linux/types.h>

#include <cstddef>

#include "abi/event_abi.h"

namespace tt::alloc_trace {

// Both compilers must agree; a hidden padding would break these.
static_assert(sizeof(tat_event_header) == 56);
static_assert(offsetof(tat_event_header, lost) == 32);
static_assert(sizeof(tat_buffer_event) == 160);
static_assert(sizeof(tat_sharded_event) == 160 + 64 + 32 + 32);
static_assert(sizeof(tat_chip) == 16);
static_assert(offsetof(tat_owner_event, self) == 80);
static_assert(sizeof(tat_owner_event) == 80 + 16 + 16 + 64 * 16);
static_assert(sizeof(tat_circular_buffer_event) == 104 + 32 * 32);
static_assert(sizeof(tat_pointer_event) == 72);
static_assert(sizeof(tat_process_event) == 96);
static_assert(sizeof(tat_stack_event) == 56 + 8 + 128 * 8 + 8 + 128 * 16);
static_assert(sizeof(tat_thrown_event) == 72 + 1024);

}  // namespace tt::alloc_trace
