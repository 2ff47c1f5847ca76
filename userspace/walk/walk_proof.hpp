// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The last check of an object layout: what was read by it must agree with what the allocator says of itself. Every Buffer lies
// in a block of its allocator's free list, and the block is as large as its size and pages make it. Pure.
#pragma once

#include <string>

#include "walk/process_walk.hpp"

namespace tt::alloc_trace {

// Of one reading of an allocator: names the members that cannot be where the layout says; empty if nothing contradicts it.
// A process that allocates while it is read may look so once: it means something if it goes on.
[[nodiscard]] std::string contradiction_in(const WalkedAllocator& walked);

// The chips of a mesh have different ids.
[[nodiscard]] bool has_equal_chips(const WalkedOwner& mesh);

}  // namespace tt::alloc_trace
