// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What there is to probe, as data: roles, the functions that play them, and what their argument registers hold. The
// table is in catalog.cpp; nothing here looks at a file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tt::alloc_trace {

// What a hit means. One role may have several probes (closing: chips and meshes).
enum class ProbeRole : std::uint8_t {
    Allocated,  // a Buffer got its memory; address and status are set
    Freed,      // a Buffer's memory is given back; fires exactly once per free
    CircularBufferAllocated,
    CircularBuffersReleased,  // all circular buffers of an owner
    ProgramLaunched,          // a program becomes resident on an owner
    ProgramDestroyed,
    OwnerClosing,                // close() of a chip or a mesh entered
    AllocatorDeallocateBuffers,  // everything an allocator handed out is free, by deallocate_buffers()
    AllocatorClear,              // ... by clear()
    AllocatorDestroyed,          // ... because it dies
};
inline constexpr std::size_t kProbeRoleCount = 10;

// "allocated", "freed", "circular_buffer_allocated", ... as printed by doctor and stored in recordings.
[[nodiscard]] std::string_view to_string(ProbeRole role);

// What an integer argument register holds at the probe.
enum class Argument : std::uint8_t {
    None,          // nothing of interest, or not an argument
    Buffer,        // Buffer*
    Owner,         // Device* or MeshDevice*
    Allocator,     // Allocator* or AllocatorImpl*, the value Buffer::allocator_ has
    Program,       // detail::ProgramImpl*
    CoreRangeSet,  // CoreRangeSet const*
    Address,       // device address, bytes
    Size,          // bytes
    Flag,          // bool, in the lowest 8 bits
};
// Index 0 is the first integer argument (rdi), then rsi, rdx, rcx, r8, r9; `this` counts as the first.
inline constexpr std::size_t kArgumentRegisters = 6;
using Arguments = std::array<Argument, kArgumentRegisters>;

// One spelling of a probe point. All its symbols are probed (constructor and destructor variants; equal addresses
// once).
struct ProbeSpelling {
    std::array<std::string_view, 2> symbols;  // mangled; the second may be empty
    Arguments arguments;
    std::string_view period;  // when tt-metal had it, for doctor
};

// A function to probe. The first spelling that a module defines is taken, the others are ignored.
struct ProbeSpec {
    ProbeRole role;
    bool required;                     // without it tracing this module makes no sense
    std::string_view what;             // for messages, e.g. "Device::close"
    std::string_view cost_of_absence;  // what the user loses without it
    // Mangled; the function that calls it in every build in which the symbol is worth anything: link-time optimization
    // inlines hooks and still exports them. Empty: nothing to check.
    std::string_view caller;
    std::span<const ProbeSpelling> spellings;
};

// For layout L5 (June 2025 .. February 2026).
[[nodiscard]] std::span<const ProbeSpec> probe_catalog();

// Spellings of the allocation hook of other periods: recognised to say so.
struct ForeignEra {
    std::string_view symbol;
    std::string_view period;  // e.g. "October 2024 to March 2025 (namespace v0)"
};
[[nodiscard]] std::span<const ForeignEra> foreign_eras();

}  // namespace tt::alloc_trace
