// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers and limits of the recording format: docs/recording-format.md in code. Private to recording/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tt::alloc_trace::format {

inline constexpr std::array<std::uint8_t, 8> kMagic{0x89, 'T', 'T', 'A', 'R', '\r', '\n', 0x1a};
inline constexpr std::uint16_t kMajor = 1;
inline constexpr std::uint16_t kMinor = 7;
inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::size_t kChunkHeaderBytes = 32;

[[nodiscard]] constexpr std::uint32_t four_letters(const char (&text)[5]) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) {
        value = value << 8 | static_cast<std::uint8_t>(text[i]);
    }
    return value;
}

inline constexpr std::uint32_t kSessionChunk = four_letters("SESS");
inline constexpr std::uint32_t kEventsChunk = four_letters("EVTS");
inline constexpr std::uint32_t kCheckpointChunk = four_letters("CKPT");
inline constexpr std::uint32_t kEndChunk = four_letters("END ");
inline constexpr std::uint32_t kIndexChunk = four_letters("INDX");
inline constexpr std::uint32_t kTailChunk = four_letters("TAIL");

inline constexpr std::uint32_t kFlagZstd = 1U << 0;
inline constexpr std::uint32_t kFlagOptional = 1U << 16;
inline constexpr std::uint32_t kMustUnderstandFlags = 0xffff;

// Most a chunk may hold: what a hostile file can make a reader allocate. The longest command line Linux allows (6 MiB)
// fits.
inline constexpr std::uint32_t kMaxRawBytes = 16U << 20;
inline constexpr std::uint32_t kMaxPlainBytes = 4096;
inline constexpr std::uint32_t kMaxChunkEvents = 1U << 20;

// Where the writer ends a chunk: large enough to compress well, small enough to lose little and to seek to.
inline constexpr std::uint32_t kFullChunkEvents = 1U << 16;
inline constexpr std::uint32_t kFullChunkBytes = 1U << 20;
// Most that one event may take; a larger one is not written, and said so.
inline constexpr std::uint32_t kMaxEventBytes = kMaxRawBytes / 2;

inline constexpr int kZstdLevel = 3;

// Plain parts.
inline constexpr std::size_t kEventsPlainBytes = 28;
inline constexpr std::size_t kCheckpointPlainBytes = 24;
inline constexpr std::size_t kTailPlainBytes = 16;
inline constexpr std::size_t kTailBytes = kChunkHeaderBytes + kTailPlainBytes;  // the last ones of a file that has an index

// Between two checkpoints: at least so many events, and so many for each thing the last one held.
inline constexpr std::uint64_t kCheckpointEvents = 1U << 20;
inline constexpr std::uint64_t kEventsPerThing = 8;
inline constexpr std::size_t kMaxChips = 4096;       // of a mesh
inline constexpr std::size_t kMaxCoreRanges = 4096;  // of a circular buffer
// A checkpoint may be so many times larger than it is stored, and a little: a few bytes must not make gigabytes.
inline constexpr std::uint64_t kMaxCheckpointRatio = 100;
inline constexpr std::uint64_t kFreeCheckpointBytes = std::uint64_t{4} << 20;
// Most a checkpoint may hold, over all of its chunks.
inline constexpr std::uint64_t kMaxCheckpointBytes = std::uint64_t{512} << 20;

// Fields of an index chunk.
enum class IndexField : std::uint64_t { Events = 1, Checkpoints = 2, Sessions = 3, Detached = 4 };

// Fields of an events chunk.
enum class Column : std::uint32_t {
    Threads = 1,
    Pointers = 2,
    Shapes = 3,
    Placements = 4,
    Objects = 5,
    ShardedShapes = 6,  // since 0.2
    Kinds = 8,
    Times = 9,
    EventThreads = 10,
    EventObjects = 11,
    EventPlacements = 12,
    EventStacks = 13,        // since 1.7
    PerCorePlacements = 14,  // since 1.4
    FirstRows = 64,  // + EventKind
};

enum class EventKind : std::uint8_t {
    Allocated = 1,
    Freed = 2,
    OwnerSeen = 3,
    CircularBufferAllocated = 4,
    CircularBuffersReleased = 5,
    ProgramLaunched = 6,
    ProgramDestroyed = 7,
    OwnerClosing = 8,
    AllocatorReleased = 9,
    ProcessSeen = 10,
    ProcessForked = 11,
    ProcessExec = 12,
    ProcessExited = 13,
    Lost = 14,
    // Since 0.2:
    AllocatorSeen = 15,
    AllocatorChanged = 16,
    BufferFound = 17,
    BufferGone = 18,
    ProcessWalked = 19,
    ProcessPaused = 20,
    AllocationFailed = 21,
    CircularBufferClash = 22,
    // Since 1.1:
    ProgramNotTold = 23,
    DataflowBuffersPlaced = 24,  // CircularBufferAllocated of the other PlanKind, which a reader of 1.0 would take for this one
    // Since 1.2:
    ProcessNotSeen = 25,
    ProcessStatus = 26,
    // Since 1.3:
    TraceCalled = 27,
    RequestRefused = 28,
    // Since 1.5:
    Marked = 29,
    // Since 1.6:
    DataflowNotTold = 30,  // ProgramNotTold of the other PlanKind
    // Since 1.7:
    FrameSeen = 31,
    StackSeen = 32,
};
inline constexpr std::size_t kEventKindEnd = 33;  // one past the last
// Rows of later kinds are optional columns: a reader of 0.1 skips and counts such events.
inline constexpr std::size_t kFirstKindOf02 = 15;

inline constexpr std::uint64_t kCoresComplete = 1;
inline constexpr std::uint64_t kGloballyAllocated = 2;

}  // namespace tt::alloc_trace::format
