// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Two libraries whose functions lie at the same place and are left in different ways.
#include <alloca.h>

#ifndef STACK_PLUGIN_BYTES
#define STACK_PLUGIN_BYTES 24
#endif

namespace {

volatile int sink = 0;

__attribute__((noinline)) void inner(void (*record)(), int depth) {
    volatile char local[STACK_PLUGIN_BYTES];
    local[0] = static_cast<char>(depth);
    depth > 0 ? inner(record, depth - 1) : record();
    sink = sink + local[0];
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void plugin_call(void (*record)(), int depth) {
    inner(record, depth);
    sink = sink + 1;
}
