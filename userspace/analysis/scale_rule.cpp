// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/scale_rule.hpp"

#include <algorithm>
#include <cmath>

namespace tt::alloc_trace {

bool ScaleRule::matches(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::optional<std::uint64_t> first_iteration_t_ns
) const {
    const Owner& of = process.owner_of(key);
    const bool was_loaded = !first_iteration_t_ns || buffer.t_ns < *first_iteration_t_ns;
    return !circular_buffers && (!type || *type == key.type) && (!size || size->distance(buffer.size) <= size->tolerance) &&
           (!sharded || *sharded == (buffer.sharded != 0)) && (!owner || *owner == std::pair(of.kind, of.id)) &&
           (!thread || *thread == buffer.tid) && (!loaded || (first_iteration_t_ns && *loaded == was_loaded));
}

std::uint64_t scaled_bytes(std::uint64_t bytes, double factor, std::uint64_t granularity) {
    if (factor == 1) {
        return bytes;
    }
    constexpr double kMost = 1e18;  // beyond any memory, and fits 64 bits
    const auto scaled = static_cast<std::uint64_t>(std::ceil(std::min(static_cast<double>(bytes) * factor, kMost)));
    const std::uint64_t unit = std::max<std::uint64_t>(granularity, 1);
    return (scaled + unit - 1) / unit * unit;
}

}  // namespace tt::alloc_trace
