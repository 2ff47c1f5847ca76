// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The last minutes of each chip and kind of memory, as the refreshes saw them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "report/watch_model.hpp"

namespace tt::alloc_trace::watch {

class UsageHistory {
public:
    static constexpr std::uint64_t kSpanNs = 120'000'000'000;
    static constexpr std::uint64_t kStepNs = 1'000'000'000;  // refreshes that come faster are left out
    static constexpr std::uint64_t kRateNs = 10'000'000'000;

    void add(const WatchModel& model);

    // In each of `columns` equal parts of the span the most there was; parts before the first refresh are left out.
    [[nodiscard]] std::vector<std::uint64_t> columns(
        const ProcessKey& process, const Place& place, MemoryKind kind, std::size_t columns
    ) const;
    // Bytes per second over the last kRateNs; nullopt: seen once only.
    [[nodiscard]] std::optional<double> change_per_s(const ProcessKey& process, const Place& place, MemoryKind kind) const;

private:
    struct Point {
        std::uint64_t t_ns = 0;
        std::uint64_t bytes = 0;
    };
    using Key = std::tuple<ProcessKey, Place, MemoryKind>;

    std::map<Key, std::deque<Point>> series_;
    std::uint64_t last_t_ns_ = 0;
};

// What is reserved, or the logical size where that is not known.
[[nodiscard]] std::uint64_t shown_bytes(const KindUsage& usage);

}  // namespace tt::alloc_trace::watch
