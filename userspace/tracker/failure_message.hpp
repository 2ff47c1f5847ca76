// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The numbers in the runtime's own error messages. Which of them are there depends on its period.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace tt::alloc_trace {

// "Out of Memory: Not enough space to allocate {} B {} buffer across {} banks, where each bank needs to store {} B, but bank
// size is {} B (allocated: {} B, free: {} B, largest free block: {} B)", "... Not enough space after considering dependencies to
// allocate {} B {} across {} banks ({} B per bank), bank size ... After subtracting {} dependency range(s) and {} additional occupied
// range(s), {} B remained placeable across {} window(s), largest {} B".
struct OutOfMemoryNumbers {
    std::optional<std::uint64_t> requested;  // bytes, all banks
    std::optional<std::uint64_t> banks;
    std::optional<std::uint64_t> needed;     // bytes per bank, as all below
    std::optional<std::uint64_t> bank_size;
    std::optional<std::uint64_t> allocated;
    std::optional<std::uint64_t> free;
    std::optional<std::uint64_t> largest_free;
    // Of what is free: what other allocators over the same memory leave of it, without pieces that are too small for the request. So
    // 0 tells that there is no place, not that nothing is free.
    std::optional<std::uint64_t> placeable{};
    std::optional<std::uint64_t> largest_placeable{};
    bool dependencies = false;  // what is free is so by this allocator alone: others over the same memory hold some of it

    bool operator==(const OutOfMemoryNumbers&) const = default;
};

[[nodiscard]] OutOfMemoryNumbers parse_out_of_memory(std::string_view message);

// Why circular buffers, or dataflow buffers, found no place.
enum class ClashCause : std::uint8_t {
    Unknown,
    L1Buffers,     // L1 buffers are in the way
    L1Size,        // they alone are larger than L1
    ComputeGrid,   // on cores that are none of the compute grid
    ServiceCores,  // on cores whose L1 the runtime itself uses
};

// "... clash with L1 buffers on core range {}. L1 buffer allocated at {} and static circular buffer region ends at {}",
// "... on core range {} grow to {} B which is beyond max L1 size of {} B", "Circular buffer core range {} in program {} exceeds
// device compute grid ...", "Circular buffers on service-core range {} ... (lowest service allocation at {}, CB region ends at {})".
struct ClashNumbers {
    std::optional<std::uint64_t> l1_buffer_address;  // the lowest one there
    std::optional<std::uint64_t> region_end;         // of the circular buffers
    std::optional<std::uint64_t> l1_size;
    std::optional<CoreRange> cores;
    ClashCause cause = ClashCause::Unknown;
    bool dataflow = false;  // dataflow buffers

    bool operator==(const ClashNumbers&) const = default;
};

[[nodiscard]] std::string_view to_string(ClashCause cause);  // "unknown", "l1_buffers", "l1_size", ...

[[nodiscard]] ClashNumbers parse_clash(std::string_view message);

// What else a check of the runtime is about, where a figure can be told.
enum class RefusalKind : std::uint8_t {
    Other,                 // the text is all there is
    TraceRegion,           // traces, or command lists, are larger than the region for them
    KernelConfig,          // a program is larger than the buffer its kernels and arguments are sent through
    GlobalCircularBuffer,  // a circular buffer is larger than the L1 buffer it is to lie in
};
inline constexpr std::size_t kRefusalKindCount = 4;

// "Creating trace buffers of size {}B on MeshDevice {}, but only {}B is allocated for trace region.", "Program size ({}) too large
// for kernel config buffer ({}) on {}", "Cannot set to globally allocated buffer. Circular buffer size {} B exceeds allocated L1
// buffer size of {} B".
struct RefusalNumbers {
    RefusalKind kind = RefusalKind::Other;
    std::optional<std::uint64_t> asked;  // bytes; TraceRegion: of all traces together, over all banks of a chip
    std::optional<std::uint64_t> limit;  // likewise
    std::optional<std::int32_t> mesh;    // its id, where the text tells it

    bool operator==(const RefusalNumbers&) const = default;
};

[[nodiscard]] std::string_view to_string(RefusalKind kind);  // "other", "trace_region", "kernel_config", ...

[[nodiscard]] RefusalNumbers parse_refusal(std::string_view message);

[[nodiscard]] bool tells_out_of_memory(std::string_view message);

// "TT_FATAL @ file:line: condition info: text" without what precedes the text; all of it where it has no such parts.
[[nodiscard]] std::string_view reason_of(std::string_view message);

}  // namespace tt::alloc_trace
