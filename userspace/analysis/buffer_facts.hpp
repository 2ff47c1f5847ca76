// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Plain facts of live buffers, to be kept after the moment at which they were taken: nothing here refers to the tracker.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/stack_sample.hpp"
#include "event/event.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// A sum of which one part is not known is not known.
void add_known(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& more);

struct OwnerFacts {
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;
    std::vector<std::int32_t> chips;  // in the mesh's order; empty if not known

    auto operator<=>(const OwnerFacts&) const = default;
};

struct BufferFacts {
    OwnerFacts owner;
    BufferType type = BufferType::Dram;
    std::uint64_t allocator = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;                  // logical bytes per chip
    std::optional<std::uint64_t> bank_bytes{};  // reserved in each bank; nullopt: not known
    std::uint64_t buffer = 0;
    std::uint64_t t_ns = 0;                  // allocated, or found by a walk
    std::uint32_t tid = 0;
    FoundAs origin = FoundAs::Allocated;
    std::uint32_t stack = 0;                 // StackSeen::number of its allocation; 0: not known

    bool operator==(const BufferFacts&) const = default;
};

// Live buffers of one owner, type and size.
struct BufferGroup {
    OwnerFacts owner;
    BufferType type = BufferType::Dram;
    std::uint64_t size = 0;   // of each
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;  // size x count: per chip
    std::optional<std::uint64_t> footprint_bytes = 0;  // of all of them, per chip; nullopt: not known of each
    std::optional<std::uint64_t> bank_bytes = 0;       // the same in one bank
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    StackSample stacks{};

    bool operator==(const BufferGroup&) const = default;
};

[[nodiscard]] OwnerFacts owner_facts(const Owner& owner);
[[nodiscard]] BufferFacts buffer_facts(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);

// A group of the allocator (index into ProcessState::allocators) that `group` lies in.
struct AllocatorGroup {
    std::uint32_t allocator = 0;
    BufferGroup group;
};
// All live buffers of a process, grouped: one way through them.
[[nodiscard]] std::vector<AllocatorGroup> group_live(const ProcessState& process);

// Largest first: footprint where it is known, else size.
void sort_by_bytes(std::vector<BufferGroup>& groups);

}  // namespace tt::alloc_trace
