// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What there is to probe, as data: roles, the functions that play them in each period of tt-metal, and where these have what
// the event tells. The table is in catalog.cpp; nothing here looks at a file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "probes/value_location.hpp"

namespace tt::alloc_trace {

// What a hit means. One role may have several probes (closing: chips and meshes).
enum class ProbeRole : std::uint8_t {
    Allocated,  // a Buffer got its memory
    Freed,      // a Buffer's memory is given back
    CircularBufferAllocated,
    CircularBuffersReleased,  // all circular buffers of an owner
    ProgramLaunched,          // a program becomes resident on an owner; places its buffers if it has to
    ProgramPlaced,            // ... has placed its circular buffers
    ProgramDestroyed,
    OwnerClosing,                // close() of a chip or a mesh entered
    AllocatorDeallocateBuffers,  // everything an allocator handed out is free, by deallocate_buffers()
    AllocatorClear,              // ... by clear()
    AllocatorDestroyed,          // ... because it dies
    AllocationEntered,           // a Buffer is about to get its memory; only with ProbeStrategy::Return, makes no event
    AllocatorOverridden,         // an allocator takes over the blocks of another
    AllocatorShrunk,             // it hands out less than before
    AllocatorReset,              // ... and all of it again
    DataflowBuffersPlaced,       // a program that is launched has placed its dataflow buffers
    TraceBegun,                  // the capture of a trace begins
    TraceEnded,                  // ... ends: its storage is allocated next
    TraceRegistered,             // an allocator is told that a trace is kept
    TraceReplayed,
    TraceReleased,
};
inline constexpr std::size_t kProbeRoleCount = 21;

// "allocated", "freed", "circular_buffer_allocated", ... as printed by doctor and stored in recordings.
[[nodiscard]] std::string_view to_string(ProbeRole role);

// Where a probe finds what its event tells. What a role has no use for, or a build does not offer, does not exist.
struct ProbeValues {
    ValueLocation object{};   // the Buffer, program, owner or allocator the event is about; of a circular buffer its CoreRangeSet
    ValueLocation members{};  // the object that holds the Buffer's members, where it is at hand; else the Buffer leads to it
    ValueLocation owner{};    // Device* or MeshDevice*
    ValueLocation address{};  // device address; of an allocation: where the Buffer does not hold it yet
    ValueLocation size{};     // bytes
    ValueLocation flag{};     // bool
    ValueLocation tracker{};  // GraphTracker*
    ValueLocation trace{};    // number of a captured trace, u32

    bool operator==(const ProbeValues&) const = default;
};

// Integer argument `index` of a function at its entry (System V x86-64); `this` is 0.
[[nodiscard]] constexpr ValueLocation argument(std::size_t index) {
    constexpr std::array kRegisters{
        Register::Rdi, Register::Rsi, Register::Rdx, Register::Rcx, Register::R8, Register::R9
    };
    return {kRegisters.at(index), false, 0};
}

enum class ProbeStrategy : std::uint8_t {
    Entry,                // the function is entered; once per event
    EntryByStatus,        // it is entered, also where nothing happens: the Buffer's status tells what does
    BeforeCall,           // it is about to call a hook
    AfterCall,            // a callee has returned to it, and what it returned is the address
    AfterCallWithAddress, // likewise, but the object holds the address by then
    Return,               // it returns: the last resort, since its entry must be probed, too, to know with what
};

// One way to play a role. All its symbols are probed (constructor and destructor variants; equal addresses once).
struct ProbeAlternative {
    std::array<std::string_view, 2> symbols;  // mangled; the second may be empty
    ProbeStrategy strategy = ProbeStrategy::Entry;
    // Entry*: where they are. BeforeCall: `object` and `members` as they were at the entry. AfterCall: only `object`, likewise.
    // Return: `object` likewise, `address` at the return if the object does not hold it by then.
    ProbeValues values;
    std::string_view period;       // when tt-metal had it, for doctor
    // BeforeCall: the hook, and the getter of what it is called with, which may stand between. AfterCall: the callee, the first
    // of these that is defined. Entry: functions that call it in every build in which the symbol is worth anything, since
    // link-time optimization inlines hooks and still exports them; none: nothing to check.
    // EntryByStatus: the ways to it. The first two must be defined, and each one that is must lead to it, if need be by way of
    // another: one way that the compiler has inlined would be missing events.
    std::array<std::string_view, 5> others;
};

// A role of the runtime. The first alternative that a module offers and that stands the checks is taken.
struct ProbeSpec {
    ProbeRole role;
    bool required;                     // without it tracing this module makes no sense
    std::string_view what;             // for messages, e.g. "Device::close"
    std::string_view cost_of_absence;  // what the user loses without it
    std::span<const ProbeAlternative> alternatives;
    ProbeRole instead_of;              // only wanted where this role has no probe; its own: always
    std::string_view only_beside = {};  // only wanted in a build that has this function
    std::string_view not_beside = {};  // not wanted in a build that has this function: there the symbols mean something else
};

[[nodiscard]] std::span<const ProbeSpec> probe_catalog();

}  // namespace tt::alloc_trace
