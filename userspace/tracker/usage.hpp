// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Sums the tracker keeps up to date with every event, per place and buffer type.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "event/event.hpp"

namespace tt::alloc_trace {

// Where memory is used: a chip, or a mesh whose chips are not known, or an owner nobody could identify. A buffer of a mesh
// with known chips counts on each of them.
struct Place {
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;

    auto operator<=>(const Place&) const = default;
};

// "chip 3", "mesh 0 (chips unknown)", "unknown owner".
[[nodiscard]] std::string to_string(const Place& place);

struct Usage {
    std::uint64_t buffers = 0;     // live now
    std::uint64_t bytes = 0;       // live now, logical size on this chip
    std::uint64_t peak_bytes = 0;  // since attach, or since the last reset_peaks()
    std::uint64_t allocs = 0;      // since attach
    std::uint64_t frees = 0;       // since attach; releases by close, exit and clear included

    void add(std::uint64_t size) {
        ++buffers;
        ++allocs;
        bytes += size;
        peak_bytes = std::max(peak_bytes, bytes);
    }
    void remove(std::uint64_t size) {
        --buffers;
        ++frees;
        bytes -= size;
    }
};

// Circular buffers resident on one chip: those of the programs launched last on their cores.
struct CircularBufferUsage {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;           // size x cores, summed
    std::uint64_t peak_bytes = 0;
    std::uint64_t launches = 0;        // programs launched on this chip
};

struct PlaceUsage {
    std::array<Usage, kBufferTypeCount> types;
    CircularBufferUsage circular_buffers;

    [[nodiscard]] const Usage& of(BufferType type) const { return types[static_cast<std::size_t>(type)]; }
    [[nodiscard]] Usage& of(BufferType type) { return types[static_cast<std::size_t>(type)]; }
};

}  // namespace tt::alloc_trace
