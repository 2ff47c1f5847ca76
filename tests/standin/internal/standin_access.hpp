// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// NOT part of the imitated runtime. The one friend of its classes: checks the layout and lets tests do what no user
// can.
#pragma once

#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {

class AllocatorImpl;
class Buffer;

struct StandinAccess {
    // One type's range in each bank of an allocator; `shrunk` bytes at its bottom are lent to sub-devices.
    struct Region {
        std::uint32_t banks = 0;
        DeviceAddr base = 0;
        DeviceAddr bytes = 0;
        DeviceAddr shrunk = 0;
    };

    static void check_layout();
    // Puts a freed buffer back to "allocated", so that its next deallocate() truly makes the event again.
    static void set_status(Buffer& buffer, AllocationStatus status);
    static bool is_hooked(const Buffer& buffer);
    static Region region(const AllocatorImpl& allocator, BufferType type);
    // Interleaved L1 buffers below this fail, as they do on chips with storage cores.
    static void set_interleaved_limit(AllocatorImpl& allocator, DeviceAddr limit);
};

}  // namespace tt::tt_metal
