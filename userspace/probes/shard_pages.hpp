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

}  // namespace tt::alloc_trace
