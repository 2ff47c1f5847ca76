// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which owners and allocators a process has, what a pointer means at present, and what their live buffers add up to. Pointers come
// again for other objects; a process may open and close devices for days: entries of what ended are used again.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "event/event.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// The owner that `pointer` means; an unidentified one if nobody announced it.
[[nodiscard]] std::uint32_t owner_index(ProcessState& process, std::uint64_t pointer);

// True if an owner that holds buffers became another one: its end was not seen.
bool announce_owner(ProcessState& process, const OwnerSeen& seen);

// The next entry of `owners`, as a checkpoint has it: `closing` and `current` are kept, what can be told from the rest is not.
void restore_owner(ProcessState& process, const Owner& owner);

// The allocator that `pointer` means, made if need be. With another owner than before the pointer means another allocator, and
// the end of the first one was missed.
[[nodiscard]] std::uint32_t allocator_index(
    ProcessState& process, std::uint64_t pointer, std::uint64_t owner_pointer, std::uint64_t t_ns
);

[[nodiscard]] AllocationKey key_of(ProcessState& process, const BufferFields& buffer, std::uint64_t t_ns);

// What the allocator hands out, and so the footprints of its live buffers.
void set_regions(ProcessState& process, std::uint32_t allocator, const std::vector<Region>& regions);

// The pointer means nothing any more. Nothing of it may be live.
void end_allocator(ProcessState& process, std::uint32_t allocator);
void end_all_objects(ProcessState& process);

// A buffer's life in the sums of its places.
void count_start(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
void count_end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind);

// The same life, better known.
void replace_live(ProcessState& process, const AllocationKey& key, const LiveBuffer& now);

// Ends the life of every live buffer that `matches`.
Applied release(
    ProcessState& process,
    FreeKind kind,
    AllocationTable::Past past,
    const std::function<bool(const AllocationKey&)>& matches
);

// What is resident on the places of `owner` may have changed.
void update_circular_buffers(ProcessState& process, const Owner& owner);

}  // namespace tt::alloc_trace
