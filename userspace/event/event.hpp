// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The decoded events: the one vocabulary between a source (kernel ring or recording) and everything behind it. They are
// facts about the traced process; judgements (double free, before attach, ...) are the tracker's.
//
// Pointers are values of the traced process's address space, used as identities only, never dereferenced. Order in a stream
// is causal order within a process: the ring keeps it, the recording keeps it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tt::alloc_trace {

// The runtime's own numbers (tt_metal's BufferType).
enum class BufferType : std::uint8_t { Dram = 0, L1 = 1, SystemMemory = 2, L1Small = 3, Trace = 4 };
inline constexpr std::size_t kBufferTypeCount = 5;

// DRAM, L1, SYSTEM_MEMORY, L1_SMALL, TRACE.
[[nodiscard]] std::string_view to_string(BufferType type);

struct EventHeader {
    std::uint64_t t_ns = 0;  // CLOCK_MONOTONIC
    std::uint32_t pid = 0;   // thread group id as the tracer's host sees it
    std::uint32_t tid = 0;   // 0 if no thread caused it
    std::uint32_t stack = 0;  // StackSeen::number of the calls that led to it; 0: not taken
};

// What a Buffer object said of itself at the moment of the event.
struct BufferFields {
    std::uint64_t buffer = 0;     // address of the Buffer object
    std::uint64_t owner = 0;      // Buffer::device_: a chip (Device) or a mesh (MeshDevice)
    std::uint64_t allocator = 0;  // Buffer::allocator_
    std::uint64_t address = 0;    // device address, bytes; equal in every bank, unless allocated core by core
    std::uint64_t size = 0;       // logical bytes per chip
    std::uint64_t page_size = 0;  // bytes
    BufferType type = BufferType::Dram;
    bool hooked = false;          // graph capture took the allocation: no device memory behind it
    bool sharded = false;         // over chosen cores or banks, not interleaved over all
    std::uint64_t pages_per_shard = 0;  // sharded: pages each bank in use holds; 0 if not known
    // Allocated core by core (HYBRID allocators): it lies on some cores, and may have another address on each.
    bool per_core = false;
    std::uint8_t cores = 0;  // so many; 0 if not known
    std::uint8_t core = 0;   // core_number() of the one where it is at `address`; 0 if not known

    bool operator==(const BufferFields&) const = default;
};

// Cores of a chip from 1 on, by logical coordinates; 0 for what is beyond the largest grid that is numbered, 16 x 15.
[[nodiscard]] constexpr std::uint8_t core_number(std::uint64_t x, std::uint64_t y) {
    return x < 16 && y < 15 ? static_cast<std::uint8_t>(1 + x + 16 * y) : std::uint8_t{0};
}
struct CoreCoordinates {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
};
// Of a number that is not 0.
[[nodiscard]] constexpr CoreCoordinates core_coordinates(std::uint8_t core) { return {(core - 1U) % 16, (core - 1U) / 16}; }

struct Allocated {
    EventHeader header;
    BufferFields buffer;
};

struct Freed {
    EventHeader header;
    BufferFields buffer;
};

enum class OwnerKind : std::uint8_t { Unknown = 0, Chip = 1, Mesh = 2 };

// Identity of an owner; precedes the first event that names the pointer, and comes again when the pointer may mean another
// object (something was closed since).
struct OwnerSeen {
    EventHeader header;
    std::uint64_t owner = 0;
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;              // chip id or mesh id (two number spaces); -1 if it could not be read
    std::vector<std::int32_t> chips;   // chip: its own id; mesh: ids in the mesh's order, empty if not known
};

struct CoreRange {  // inclusive, logical cores
    std::uint32_t start_x = 0, start_y = 0, end_x = 0, end_y = 0;

    bool operator==(const CoreRange&) const = default;
};

// What a program lays out in L1 for itself before it runs.
enum class PlanKind : std::uint8_t {
    CircularBuffer = 0,
    DataflowBuffers = 1,  // a region of dataflow buffers and scratchpads that follow each other or share their place
};
inline constexpr std::size_t kPlanKindCount = 2;

[[nodiscard]] std::string_view to_string(PlanKind kind);  // "circular_buffer", "dataflow_buffers"

// One circular buffer of a program got its place, or a region of its dataflow buffers; `size` bytes at `address` on each core of
// `cores`.
struct CircularBufferAllocated {
    EventHeader header;
    std::uint64_t program = 0;  // 0 if not known
    std::uint64_t owner = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;     // bytes per core
    std::vector<CoreRange> cores;
    bool cores_complete = true;        // false if there were more ranges than a record holds
    bool globally_allocated = false;   // lives in an L1 buffer that is counted as such
    PlanKind kind = PlanKind::CircularBuffer;
};

struct CircularBuffersReleased {  // every circular buffer of this owner is gone
    EventHeader header;
    std::uint64_t owner = 0;
};

struct ProgramLaunched {  // the program becomes resident on the owner's cores
    EventHeader header;
    std::uint64_t program = 0;
    std::uint64_t owner = 0;
};

// Follows the launch: what the program laid out before the attach is not known, or only a part of it.
struct ProgramNotTold {
    EventHeader header;
    std::uint64_t program = 0;
    std::uint64_t owner = 0;
    PlanKind kind = PlanKind::CircularBuffer;
};

struct ProgramDestroyed {
    EventHeader header;
    std::uint64_t program = 0;
};

struct OwnerClosing {  // close() entered; the memory goes with AllocatorReleased
    EventHeader header;
    std::uint64_t owner = 0;
};

// What an allocator has to hand out of one type: the range [base, base + bytes) of each bank. Addresses are offsets in a
// bank and equal in all of them (lock-step).
struct Region {
    BufferType type = BufferType::Dram;
    std::uint32_t banks = 0;           // per chip
    std::uint32_t page_alignment = 0;  // pages are padded to it, bytes
    std::uint64_t base = 0;            // first address
    std::uint64_t bytes = 0;           // of one bank
    std::uint64_t granularity = 0;     // blocks of the free list are multiples of it, bytes per bank

    bool operator==(const Region&) const = default;
};

// What an allocator owns, read from the process's memory; again whenever it may have changed. Types whose capacity could not
// be read are missing.
struct AllocatorSeen {
    EventHeader header;
    std::uint64_t allocator = 0;
    std::uint64_t owner = 0;
    std::vector<Region> regions;
};

// A walk of the process's memory found this buffer in its allocator, and no event of the stream told of its allocation:
// older than the attach, or its event was lost.
struct BufferFound {
    EventHeader header;
    BufferFields buffer;
    std::uint64_t block_bytes = 0;  // its block in the allocator's own free list, bytes per bank; 0 if not read
};

// A walk did not find this buffer in its allocator any more, and no event told of its free.
struct BufferGone {
    EventHeader header;
    BufferFields buffer;  // allocator, type, address and object identify it; the rest may be 0
};

enum class WalkReason : std::uint8_t { Attach = 0, Gap = 1, Audit = 2, End = 3 };
inline constexpr std::size_t kWalkReasonCount = 4;

[[nodiscard]] std::string_view to_string(WalkReason reason);  // "attach", "gap", "audit", "end"

// A walk of one process's allocators is through; the BufferFound and BufferGone before it are what it brought.
struct ProcessWalked {
    EventHeader header;
    WalkReason reason = WalkReason::Attach;
    bool complete = false;         // every allocator there is was read, and two readings agreed
    std::string incomplete_reason;  // in words; empty if complete
    std::uint32_t allocators = 0;
    std::uint32_t rounds = 0;      // readings until two agreed
    std::uint64_t buffers = 0;     // in the allocators
    std::uint64_t found = 0;
    std::uint64_t gone = 0;
    std::uint64_t duration_ns = 0;
    std::uint64_t stopped_ns = 0;  // how long the process was stopped for it; 0 without --freeze
};

// The tracer stopped the process for a while so that nothing is lost (--lossless).
struct ProcessPaused {
    EventHeader header;
    std::uint64_t duration_ns = 0;
};

// An allocation that threw. `buffer.address` is 0.
struct AllocationFailed {
    EventHeader header;
    BufferFields buffer;  // what was asked for; owner and allocator 0 and size as the message tells where nothing else does
    std::string message;  // of the exception, cut at 1024 bytes; empty if it could not be read
};

// A launch that threw: circular buffers and L1 buffers want the same memory, or there is too little of it.
struct CircularBufferClash {
    EventHeader header;
    std::uint64_t program = 0;  // 0 if not known
    std::uint64_t owner = 0;    // likewise
    std::string message;
};

// Whatever else the runtime's own checks refused: a trace, a program, a setting. Where an allocation was refused it is AllocationFailed.
struct RequestRefused {
    EventHeader header;
    std::uint64_t program = 0;  // that the thread launched last, 0 if none: it need not be the one refused
    std::uint64_t owner = 0;    // where it launched it
    std::string message;
};

enum class AllocatorRelease : std::uint8_t { DeallocateBuffers = 0, Clear = 1, Destroyed = 2 };

struct AllocatorReleased {  // everything this allocator had handed out is free
    EventHeader header;
    std::uint64_t allocator = 0;
    AllocatorRelease how = AllocatorRelease::Destroyed;
};

enum class AllocatorChange : std::uint8_t { StateOverridden = 0, Shrunk = 1, Reset = 2 };
inline constexpr std::size_t kAllocatorChangeCount = 3;

[[nodiscard]] std::string_view to_string(AllocatorChange how);  // "state_overridden", "shrunk", "reset"

// The allocator's ranges changed without an event of a buffer; its capacity follows as AllocatorSeen where it can be read.
// StateOverridden: it took over another allocator's blocks, which belong to no buffer of its own.
struct AllocatorChanged {
    EventHeader header;
    std::uint64_t allocator = 0;
    AllocatorChange how = AllocatorChange::Reset;
};

enum class TraceCall : std::uint8_t { Begin = 0, End = 1, Register = 2, Replay = 3, Release = 4 };
inline constexpr std::size_t kTraceCallCount = 5;

[[nodiscard]] std::string_view to_string(TraceCall call);  // "begin", "end", "register", "replay", "release"

// The runtime is about to begin or end the capture of a trace, to replay or release it, or has marked an allocator: what it hands
// out from here on may be overwritten by a replay.
struct TraceCalled {
    EventHeader header;
    TraceCall call = TraceCall::Begin;
    std::uint32_t trace = 0;   // the runtime's number of the trace; Register: 0
    std::uint64_t object = 0;  // Register: the allocator; else the mesh, 0 where a Begin does not tell it
};

// First event of a process in a stream.
struct ProcessSeen {
    EventHeader header;
    std::uint32_t parent_pid = 0;
    std::uint64_t start_time_ns = 0;    // since boot; pid + start time is the process's identity
    bool from_first_event = false;      // nothing of it can have been missed: it was watched before it could allocate
    std::string command;                // command line, arguments separated by spaces
};

// A runtime of this process is not traced: what it does with device memory is not in the stream.
struct ProcessNotSeen {
    EventHeader header;
    bool partly = false;     // another runtime of it is traced
    std::string why;         // in words
    std::string what_to_do;  // likewise; empty if nothing helps
};

struct ProcessForked {  // header.pid is the parent
    EventHeader header;
    std::uint32_t child_pid = 0;
};

struct ProcessExec {  // the address space is new; all device memory went with the old one
    EventHeader header;
};

struct ProcessExited {
    EventHeader header;
};

// How a process ended; ProcessExited follows.
struct ProcessStatus {
    EventHeader header;
    std::uint32_t exit_status = 0;  // 0 to 255
    std::uint32_t signal = 0;       // that ended it; 0: none did
};

// A person or a script gave this moment a name, from outside the traced processes (`tt-alloc-trace mark NAME`).
struct Marked {
    EventHeader header;  // pid, tid 0
    std::string name;    // printable, at most kMaxMarkNameBytes, unless the recording is hostile
};
inline constexpr std::size_t kMaxMarkNameBytes = 64;

enum class FrameKind : std::uint8_t { Native = 0, Python = 1 };
inline constexpr std::size_t kFrameKindCount = 2;

// One place in a program that stacks pass. Numbers are the stream's own, from 1; a frame comes before the first stack that has it.
struct FrameSeen {
    EventHeader header;  // pid, tid 0: processes that run the same code share frames
    std::uint32_t number = 0;
    FrameKind kind = FrameKind::Native;
    std::uint32_t line = 0;  // in `file`; 0: not known
    // Native: the instruction behind the call, of the innermost frame the one it stopped at; as the file numbers its addresses.
    // Python: bytes from the start of the code.
    std::uint64_t address = 0;
    std::string function;  // native: as the symbol table spells it (mangled); Python: qualified. Empty: not known
    std::string file;      // native: the module's path as its process saw it; Python: of the source
    std::string build_id;  // native: of the module, lower-case hex; empty: it has none
};

enum class StackEnd : std::uint8_t {
    Complete = 0,     // up to where the thread began
    TooDeep = 1,      // more frames than are taken
    Unreadable = 2,   // the stack's memory could not be read, or makes no sense
    NoTable = 3,      // a module has no unwind table, or it could not be used
    NoRule = 4,       // the table has no rule there, or one that is not followed
    NotMapped = 5,    // an address in no file: code made at run time, or mapped a moment ago
    NotMatched = 6,   // native and Python frames do not go together: only the innermost native ones are there
};
inline constexpr std::size_t kStackEndCount = 7;

[[nodiscard]] std::string_view to_string(StackEnd end);  // "complete", "too_deep", "unreadable", "no_table", "no_rule", "not_mapped", "not_matched"

// Calls that led to events: EventHeader::stack of these has its number.
struct StackSeen {
    EventHeader header;  // pid, tid 0
    std::uint32_t number = 0;            // from 1
    std::vector<std::uint32_t> frames;   // FrameSeen::number, innermost first
    StackEnd end = StackEnd::Complete;   // why it goes on no further
};
inline constexpr std::size_t kMaxStackFrames = 256;

// Events that never reached the stream, somewhere between the event before this one and the event after it.
struct Lost {
    EventHeader header;  // pid, tid 0: losses are counted for all processes together
    std::uint64_t allocated = 0;
    std::uint64_t freed = 0;
    std::uint64_t circular_buffers = 0;  // circular buffers and launches
    std::uint64_t lifecycle = 0;         // close, release, owner and process events

    [[nodiscard]] std::uint64_t total() const { return allocated + freed + circular_buffers + lifecycle; }
};

using Event = std::variant<
    Allocated,
    Freed,
    OwnerSeen,
    CircularBufferAllocated,
    CircularBuffersReleased,
    ProgramLaunched,
    ProgramDestroyed,
    OwnerClosing,
    AllocatorReleased,
    ProcessSeen,
    ProcessForked,
    ProcessExec,
    ProcessExited,
    Lost,
    AllocatorSeen,
    AllocatorChanged,
    BufferFound,
    BufferGone,
    ProcessWalked,
    ProcessPaused,
    AllocationFailed,
    CircularBufferClash,
    ProgramNotTold,
    ProcessNotSeen,
    ProcessStatus,
    TraceCalled,
    RequestRefused,
    Marked,
    FrameSeen,
    StackSeen>;

// Not of any process: its header has no pid.
[[nodiscard]] inline bool of_no_process(const Event& event) {
    return std::holds_alternative<Lost>(event) || std::holds_alternative<Marked>(event) || std::holds_alternative<FrameSeen>(event) ||
           std::holds_alternative<StackSeen>(event);
}

[[nodiscard]] inline const EventHeader& header_of(const Event& event) {
    return std::visit([](const auto& e) -> const EventHeader& { return e.header; }, event);
}

}  // namespace tt::alloc_trace
