// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/shard_pages.hpp"

#include <cstring>

namespace tt::alloc_trace {
namespace {

std::uint64_t number_in(std::span<const std::byte> shard, std::uint32_t offset, std::uint32_t width) {
    std::uint64_t value = 0;
    if (offset != kUnknownOffset && std::uint64_t{offset} + width <= shard.size()) {
        std::memcpy(&value, shard.data() + offset, width);
    }
    return value;
}

}  // namespace

std::uint64_t pages_per_shard(std::span<const std::byte> shard, const BufferLayout& layout) {
    constexpr std::uint32_t kDimensions = 2;
    constexpr std::uint32_t kWidth = sizeof(std::uint32_t);
    if (number_in(shard, layout.shard_engaged, 1) != 1) {
        return 0;
    }
    std::uint64_t pages = 1;
    for (std::uint32_t i = 0; i < kDimensions; ++i) {
        const std::uint64_t elements = number_in(shard, layout.shard_shape + i * kWidth, kWidth);
        const std::uint64_t page = number_in(shard, layout.shard_page_shape + i * kWidth, kWidth);
        pages *= page == 0 ? 0 : (elements + page - 1) / page;
    }
    return pages;
}

// A specification that is not there is what another object left behind.
std::uint64_t pages_of_fullest_core(const Spread& spread, std::uint64_t pages) {
    constexpr std::uint64_t kMaxCores = 4096;
    constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 31U;
    const auto [cores, of_shard, shards] = spread;
    if (cores == 0 || cores > kMaxCores || of_shard == 0 || of_shard > kMaxCount || shards == 0 || shards > kMaxCount || of_shard * shards < pages) {
        return 0;
    }
    return (shards + cores - 1) / cores * of_shard;
}

}  // namespace tt::alloc_trace
