// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which buffers a user thinks of as larger (or smaller), and by how much.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

struct ScaleRule {
    std::string text;   // as it was given
    double factor = 1;  // more than 0
    bool circular_buffers = false;  // those of all programs; no buffers
    // Buffers that are all of this; nullopt: any.
    std::optional<BufferType> type{};
    struct Size {
        std::uint64_t bytes = 0;
        std::uint64_t tolerance = 0;  // sizes are printed rounded

        [[nodiscard]] std::uint64_t distance(std::uint64_t other) const { return other > bytes ? other - bytes : bytes - other; }
    };
    std::optional<Size> size{};
    std::optional<bool> sharded{};
    std::optional<std::pair<OwnerKind, std::int32_t>> owner{};  // and id
    std::optional<std::uint32_t> thread{};
    std::optional<bool> loaded{};  // true: before the first iteration; false: since

    // `first_iteration_t_ns`: of the process; nullopt: no iterations are known.
    [[nodiscard]] bool matches(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::optional<std::uint64_t> first_iteration_t_ns
    ) const;
};

// `bytes` of a bank, scaled and rounded up to what the free list deals in.
[[nodiscard]] std::uint64_t scaled_bytes(std::uint64_t bytes, double factor, std::uint64_t granularity);

}  // namespace tt::alloc_trace
