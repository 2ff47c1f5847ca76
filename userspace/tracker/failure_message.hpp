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
// size is {} B (allocated: {} B, free: {} B, largest free block: {} B)"
struct OutOfMemoryNumbers {
    std::optional<std::uint64_t> requested;  // bytes, all banks
    std::optional<std::uint64_t> banks;
    std::optional<std::uint64_t> needed;     // bytes per bank, as all below
    std::optional<std::uint64_t> bank_size;
    std::optional<std::uint64_t> allocated;
    std::optional<std::uint64_t> free;
    std::optional<std::uint64_t> largest_free;

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

}  // namespace tt::alloc_trace
