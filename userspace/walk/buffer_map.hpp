// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// detail::BUFFER_MAP, where builds before 25 October 2024 keep all live Buffers of a process:
// {mutex; std::map<tuple<device id, address>, Buffer*>}.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

struct BufferMapEntry {
    std::uint64_t buffer = 0;   // may dangle: these builds move Buffers without telling the map
    std::uint64_t address = 0;  // device address

    bool operator==(const BufferMapEntry&) const = default;
};

// In no order. `libcxx`: built with libc++. nullopt: torn, cyclic, or more than `max_entries`.
[[nodiscard]] std::optional<std::vector<BufferMapEntry>> read_buffer_map(
    const TargetReader& reader, std::uint64_t map, bool libcxx, std::size_t max_entries
);

}  // namespace tt::alloc_trace
