// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The last check of an object layout: what was read by it must agree with what the allocator says of itself. Every Buffer lies
// in a block of its allocator's free list, and the block is as large as its size and pages make it. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "walk/process_walk.hpp"

namespace tt::alloc_trace {

// Of one reading of an allocator: names the members that cannot be where the layout says; empty if nothing contradicts it.
// A process that allocates while it is read may look so once: it means something if it goes on, and if proves_layout() holds
// of no other allocator. Of a single one it may also be that it was emptied, or took over the blocks of another.
[[nodiscard]] std::string contradiction_in(const WalkedAllocator& walked);

// Most buffers lie in a block of the size that their pages make.
[[nodiscard]] bool proves_layout(const WalkedAllocator& walked);

// The NotTraceable error for a walk with a contradiction.
[[nodiscard]] Error layout_error(std::uint32_t pid, const Walk& walk);

// The chips of a mesh have different ids.
[[nodiscard]] bool has_equal_chips(const WalkedOwner& mesh);

}  // namespace tt::alloc_trace
