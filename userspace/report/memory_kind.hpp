// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The rows a chip can have in an output: the buffer types in the order people look for them, and circular buffers; and
// the filters --device and --type over them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tracker/usage.hpp"

namespace tt::alloc_trace {

enum class MemoryKind : std::uint8_t { Dram, L1, L1Small, Trace, SystemMemory, CircularBuffer };
inline constexpr std::size_t kMemoryKindCount = 6;
inline constexpr std::array<MemoryKind, kMemoryKindCount> kMemoryKinds{
    MemoryKind::Dram,
    MemoryKind::L1,
    MemoryKind::L1Small,
    MemoryKind::Trace,
    MemoryKind::SystemMemory,
    MemoryKind::CircularBuffer,
};

// DRAM, L1, L1_SMALL, TRACE, SYSTEM_MEMORY, CB: the same in text, JSON and --type.
[[nodiscard]] std::string_view to_string(MemoryKind kind);
[[nodiscard]] std::optional<MemoryKind> parse_memory_kind(std::string_view name);  // upper and lower case alike

// A type the runtime does not have counts as SystemMemory here only; the tracker refuses such events.
[[nodiscard]] MemoryKind memory_kind(BufferType type);

struct ViewFilter {
    std::vector<std::int32_t>
        devices;                    // chip ids; empty: all. A place that is no known chip passes: it may be one of them
    std::vector<MemoryKind> kinds;  // empty: all

    [[nodiscard]] bool passes(const Place& place) const;
    [[nodiscard]] bool passes(MemoryKind kind) const;
    [[nodiscard]] bool passes_any(const std::vector<Place>& places) const;
};

}  // namespace tt::alloc_trace
