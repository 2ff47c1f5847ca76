// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// NOT part of the imitated runtime. The one friend of its classes: checks the layout and lets tests do what no user
// can.
#pragma once

#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {

class Buffer;

struct StandinAccess {
    static void check_layout();
    // Puts a freed buffer back to "allocated", so that its next deallocate() truly makes the event again.
    static void set_status(Buffer& buffer, AllocationStatus status);
    static bool is_hooked(const Buffer& buffer);
};

}  // namespace tt::tt_metal
