// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a Buffer's shard specification says of its size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "probes/layout_profile.hpp"

namespace tt::alloc_trace {

// `shard`: the specification's bytes, from its start. 0 where it is not there or makes no sense.
[[nodiscard]] std::uint64_t pages_per_shard(std::span<const std::byte> shard, const BufferLayout& layout);

// What a BufferDistributionSpec says.
struct Spread {
    std::uint64_t cores = 0;   // over which shards are dealt
    std::uint64_t pages = 0;   // of a shard
    std::uint64_t shards = 0;
};

// Of a buffer of `pages` pages: those that the fullest core holds; 0 if the specification does not fit it.
[[nodiscard]] std::uint64_t pages_of_fullest_core(const Spread& spread, std::uint64_t pages);

}  // namespace tt::alloc_trace
