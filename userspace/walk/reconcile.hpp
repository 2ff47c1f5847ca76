// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Two walks of a running process and the events from before the first to behind the second: what do the events not know?
//
// An event of a buffer in that time settles it: the last one says whether it is live. A buffer without one was in its allocator
// all the time or never, so it is live if both walks saw it, and not if neither did. What a single walk sees may be a thread in
// the middle: behind the event of a free and before the free itself, or the other way round with an allocation. Such a buffer
// becomes settled by its event, or by another walk. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "walk/known_buffers.hpp"
#include "walk/process_walk.hpp"

namespace tt::alloc_trace {

struct Reconciliation {
    std::vector<WalkedBuffer> found;          // live, and no event told
    std::vector<BufferFields> gone;           // not live, and no event told: allocator, type, address, owner and object only
    std::vector<std::uint64_t> gone_allocators;  // so are these with all they held
    std::uint64_t strangers = 0;              // blocks in use that are of no Buffer of any allocator, in both walks, and no event told of
    std::uint64_t open = 0;                   // buffers that only the second walk saw, and no event explains yet
};

// `known` has seen all events up to behind the end of `second`, with a window opened before `first` began.
[[nodiscard]] Reconciliation reconcile(const Walk& first, const Walk& second, const KnownBuffers& known);

}  // namespace tt::alloc_trace
