// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the tracker makes of an event: how a buffer's life ended, and why a free was of a buffer it did not know.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "event/event.hpp"

namespace tt::alloc_trace {

// The ends of a tracked buffer.
enum class FreeKind : std::uint8_t {
    Freed,            // its own deallocation was seen
    ReleasedByClose,  // its owner was closed, or its allocator destroyed
    ReleasedByExit,   // its process ended or replaced its address space
    Cleared,          // its allocator was emptied while the owner stayed open
    Inferred,         // another buffer took its place, or a walk did not find it: its free is among the lost events
};
inline constexpr std::size_t kFreeKindCount = 5;

// It ended without a free of its own.
[[nodiscard]] constexpr bool is_release(FreeKind kind) {
    return kind == FreeKind::ReleasedByClose || kind == FreeKind::ReleasedByExit || kind == FreeKind::Cleared;
}

// Why a free named no live buffer. Only Unexplained would be a fault of this tool.
enum class UnknownFree : std::uint8_t {
    BeforeAttach,  // allocated before the first event of the process
    InGap,         // its allocation may be among the lost events
    Double,        // this address was freed already, and not allocated since
    AfterClear,    // its allocator was emptied before
    Unexplained,
};
inline constexpr std::size_t kUnknownFreeCount = 5;

[[nodiscard]] std::string_view to_string(FreeKind kind);      // "freed", "released by close", ...
[[nodiscard]] std::string_view to_string(UnknownFree reason);  // "before attach", "in a gap", "double", ...

struct UnknownFreeStat {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::optional<Freed> example;  // the first one
};
using UnknownFreeStats = std::array<UnknownFreeStat, kUnknownFreeCount>;

// How the tracker came to know a live buffer.
enum class FoundAs : std::uint8_t {
    Allocated,    // its allocation was seen
    PreExisting,  // a walk found it: it is older than the process's first event
    Inferred,     // a walk found it: its allocation is among the lost events
};

[[nodiscard]] std::string_view to_string(FoundAs origin);  // "allocated", "pre-existing", "inferred"

// Why an allocation failed.
enum class FailureVerdict : std::uint8_t {
    Unknown,
    Exhausted,   // less is free than was asked for
    Fragmented,  // enough is free, but not in one piece
    Refused,     // not for want of memory: the message tells
};
inline constexpr std::size_t kFailureVerdictCount = 4;

[[nodiscard]] std::string_view to_string(FailureVerdict verdict);  // "unknown", "exhausted", "fragmented", "refused"

// What applying one event did.
struct Applied {
    std::optional<UnknownFree> unknown_free;  // Freed only
    bool after_close = false;                 // Freed only: its allocator is gone, and with it the memory: nothing to do
    bool replaced_live = false;               // Allocated, BufferFound: what was live under its key had to be inferred free
    std::optional<FoundAs> found_as;           // BufferFound only: what it counts as; nullopt if it was known already
    std::optional<FailureVerdict> verdict;     // AllocationFailed only
    FreeKind released_kind = FreeKind::Freed;  // of `released` buffers (AllocatorReleased, BufferGone, ProcessExec, ...Exited)
    std::uint64_t released = 0;
    std::uint64_t released_bytes = 0;
    std::uint32_t stack = 0;                   // Freed, BufferGone: of the allocation of what ended; 0: not known
};

}  // namespace tt::alloc_trace
