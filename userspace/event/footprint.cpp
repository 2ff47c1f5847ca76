// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "event/footprint.hpp"

namespace tt::alloc_trace {
namespace {

using Bytes = std::optional<std::uint64_t>;

// Sizes and alignments come from another process's memory: a product that does not fit is no footprint.
Bytes product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : Bytes(result);
}

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) { return value / by + (value % by == 0 ? 0 : 1); }

Bytes aligned_up(std::uint64_t value, std::uint64_t alignment) {
    return alignment <= 1 ? Bytes(value) : product(divided_up(value, alignment), alignment);
}

}  // namespace

Bytes bank_footprint(const FootprintShape& shape, const Region* region) {
    if (shape.block_bytes != 0) {
        return shape.block_bytes;
    }
    const bool spread_known = shape.page_size != 0 && (!shape.sharded || shape.pages_per_shard != 0);
    if (region == nullptr || region->banks == 0 || !spread_known) {
        return std::nullopt;
    }
    const std::uint64_t pages =
        shape.sharded ? shape.pages_per_shard : divided_up(divided_up(shape.size, shape.page_size), region->banks);
    const Bytes page = aligned_up(shape.page_size, region->page_alignment);
    const Bytes bytes = page ? product(pages, *page) : std::nullopt;
    return bytes ? aligned_up(*bytes, region->granularity) : std::nullopt;
}

Bytes chip_footprint(const FootprintShape& shape, const Region* region) {
    const Bytes bank = region == nullptr ? std::nullopt : bank_footprint(shape, region);
    const std::uint32_t banks = !bank ? 0 : shape.per_core ? shape.cores : region->banks;
    return banks != 0 ? product(*bank, banks) : std::nullopt;
}

}  // namespace tt::alloc_trace
