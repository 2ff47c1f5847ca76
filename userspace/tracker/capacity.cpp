// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/capacity.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "base/range.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

struct Interval {  // of addresses in a bank
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    bool operator<(const Interval& other) const { return begin < other.begin; }
};

// What one allocator holds of one type.
struct Holding {
    std::vector<Interval> intervals;
    bool live = false;
    bool exact = true;  // every footprint is known
};

void hold(Holding& holding, const AllocationKey& key, const LiveBuffer& buffer, const Region* region) {
    holding.live = true;
    const auto bytes = buffer.per_core != 0 ? std::nullopt : bank_footprint(buffer.shape(), region);
    if (!bytes) {
        holding.exact = false;
        return;
    }
    holding.intervals.push_back({key.address, end_of(key.address, *bytes)});
}

// `taken`: sorted; may overlap each other and reach out of the range.
BankUse measure(const Interval& range, const std::vector<Interval>& taken) {
    BankUse use;
    std::uint64_t free_from = range.begin;
    const auto add_gap = [&use, &free_from](std::uint64_t until) {
        if (until > free_from) {
            use.free += until - free_from;
            use.largest_free = std::max(use.largest_free, until - free_from);
        }
    };
    for (const Interval& interval : taken) {
        add_gap(std::min(interval.begin, range.end));
        free_from = std::clamp(interval.end, free_from, range.end);
    }
    add_gap(range.end);
    use.used = range.end - range.begin - use.free;
    return use;
}

class Measurer {
public:
    explicit Measurer(const ProcessState& process) : process_(process), held_(process.allocators.size() * kBufferTypeCount) {
        for (const auto& [key, buffer] : process.live.buffers()) {
            hold(holding(key.allocator, key.type), key, buffer, process.allocators[key.allocator].region(key.type));
        }
        for (Holding& held : held_) {
            std::sort(held.intervals.begin(), held.intervals.end());
        }
    }

    // nullopt: none of these allocators hands out the type, or holds any of it.
    [[nodiscard]] std::optional<Capacity> measured(const std::vector<std::uint32_t>& allocators, BufferType type) {
        Capacity capacity;
        Interval range{kMax, 0};
        std::vector<std::uint32_t> holders;
        bool any = false;
        for (const std::uint32_t index : allocators) {
            const Region* region = process_.allocators[index].region(type);
            const bool holds = holding(index, type).live;
            any = any || holds || region != nullptr;
            if (region != nullptr) {
                capacity.banks = std::max(capacity.banks, region->banks);
            }
            // A sub-device's allocator hands out nothing of some types: where such a range would begin means nothing.
            if (region != nullptr && region->bytes != 0) {
                range.begin = std::min(range.begin, region->base);
                range.end = std::max(range.end, end_of(region->base, region->bytes));
            }
            if (holds) {
                holders.push_back(index);
            }
        }
        if (!any) {
            return std::nullopt;
        }
        capacity.allocators = static_cast<std::uint32_t>(holders.size());
        if (range.begin > range.end) {
            range = {};
        }
        if (capacity.known()) {
            capacity.bank_bytes = range.end - range.begin;
            capacity.use = use(range, holders, type);
        }
        return capacity;
    }

private:
    [[nodiscard]] Holding& holding(std::uint32_t allocator, BufferType type) {
        return held_[allocator * kBufferTypeCount + static_cast<std::size_t>(type)];
    }

    // The chips of a mesh mostly have the same holders: measured once.
    std::optional<BankUse> use(const Interval& range, const std::vector<std::uint32_t>& holders, BufferType type) {
        const auto [known, fresh] = uses_.try_emplace({range.begin, range.end, type, holders});
        if (!fresh) {
            return known->second;
        }
        std::vector<Interval> joined;
        for (const std::uint32_t holder : holders) {
            const Holding& held = holding(holder, type);
            if (!held.exact) {
                return std::nullopt;
            }
            const auto middle = static_cast<std::ptrdiff_t>(joined.size());
            joined.insert(joined.end(), held.intervals.begin(), held.intervals.end());
            std::inplace_merge(joined.begin(), joined.begin() + middle, joined.end());
        }
        return known->second = measure(range, joined);
    }

    const ProcessState& process_;
    std::vector<Holding> held_;  // by allocator, then type
    std::map<std::tuple<std::uint64_t, std::uint64_t, BufferType, std::vector<std::uint32_t>>, std::optional<BankUse>> uses_;
};

}  // namespace

CapacityMap capacities(const ProcessState& process) {
    std::map<Place, std::vector<std::uint32_t>> by_place;
    for (std::uint32_t index = 0; index < process.allocators.size(); ++index) {
        if (process.allocators[index].alive) {
            for (const Place& place : process.owners[process.allocators[index].owner].places) {
                by_place[place].push_back(index);
            }
        }
    }
    Measurer measurer(process);
    CapacityMap all;
    for (const auto& [place, allocators] : by_place) {
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            const auto type = static_cast<BufferType>(i);
            if (const auto capacity = measurer.measured(allocators, type)) {
                all[{place, type}] = *capacity;
            }
        }
    }
    return all;
}

Capacity allocator_capacity(const ProcessState& process, std::uint32_t allocator, BufferType type) {
    const Region* region = process.allocators[allocator].region(type);
    Capacity capacity;
    if (region == nullptr) {
        return capacity;
    }
    Holding held;
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.allocator == allocator && key.type == type) {
            hold(held, key, buffer, region);
        }
    }
    std::sort(held.intervals.begin(), held.intervals.end());
    capacity.banks = region->banks;
    capacity.bank_bytes = region->bytes;
    capacity.allocators = held.live ? 1 : 0;
    if (held.exact) {
        capacity.use = measure({region->base, end_of(region->base, region->bytes)}, held.intervals);
    }
    return capacity;
}

}  // namespace tt::alloc_trace
