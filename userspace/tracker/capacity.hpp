// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What there is to hand out, and what of it is taken, per bank: from the regions of the allocators and the live set. For views and
// rare events: every call goes through all live buffers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "event/event.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

struct ProcessState;

struct BankUse {  // bytes of one bank
    std::uint64_t used = 0;
    std::uint64_t free = 0;
    std::uint64_t largest_free = 0;  // largest block in one piece

    bool operator==(const BankUse&) const = default;
};

struct Capacity {
    std::uint32_t banks = 0;       // per chip; 0: what there is, is not known
    std::uint64_t bank_bytes = 0;  // of one bank
    std::uint32_t allocators = 0;  // that hold live buffers here: over the same memory, what they hold may overlap
    std::optional<BankUse> use;    // nullopt: the footprint of a live buffer is not known

    [[nodiscard]] bool known() const { return banks != 0; }
    // Of all banks of a chip.
    [[nodiscard]] std::uint64_t of_chip(std::uint64_t bank_bytes_each) const { return bank_bytes_each * banks; }
};

using CapacityMap = std::map<std::pair<Place, BufferType>, Capacity>;

// Of every place of a living process and every type that one of its allocators there can hand out, or holds live buffers of.
[[nodiscard]] CapacityMap capacities(const ProcessState& process);

// By one allocator (index into ProcessState::allocators) alone: what it may hand out next.
[[nodiscard]] Capacity allocator_capacity(const ProcessState& process, std::uint32_t allocator, BufferType type);

}  // namespace tt::alloc_trace
