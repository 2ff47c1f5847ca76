// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where the allocators of several owners hand out the same memory of a chip (a mesh, its submeshes and chips): which bytes more
// than one of them holds, so that what is reserved on the chip is told by address and not as a sum. Places of a single owner, as
// most are, cost nothing.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "event/event.hpp"
#include "tracker/coverage.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

struct ProcessState;
struct AllocationKey;
struct LiveBuffer;
struct Owner;

class SharedMemory {
public:
    // A buffer that is live as of now. Call before the sums take it.
    void start(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    // One that is live no more. Call after the sums dropped it.
    void end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    // Owners have other places, or allocators other regions: all is told from the live buffers again.
    void rebuild(ProcessState& process);
    // No place means what it did; nothing is held twice until an owner starts a buffer.
    void forget(ProcessState& process);

private:
    struct Sharer {  // an owner that is taken into account
        std::uint32_t owner = 0;  // index into ProcessState::owners
        std::uint32_t banks = 0;  // what an allocator of fewer holds has only some cores (sub-devices): it shares none that can be told
        Coverage coverage;
        std::vector<std::uint32_t> domains;  // indices; none: what it holds is nobody else's
        std::vector<BankRange> held;  // of the range that was looked at last
        std::uint64_t look = 0;       // number of that look
    };
    // Places that the same owners share.
    struct Domain {
        std::vector<std::uint32_t> members;  // indices into OfType::sharers, ascending
        std::vector<PlaceUsage*> usages;
    };
    struct OfType {
        std::vector<Sharer> sharers;  // ascending by owner
        std::vector<Domain> domains;
        std::set<const PlaceUsage*> usages;  // of all sharers

        Sharer* find(std::uint32_t owner);
        // An owner that shares nothing with those that are there; false: all has to be told again.
        bool add_apart(const Owner& owner, std::uint32_t index);
    };

    void rebuild(ProcessState& process, BufferType type);
    static void add_domain(OfType& of_type, std::vector<std::uint32_t> members, std::vector<PlaceUsage*> usages);
    // Of each place that the owner shares: `change` of the bytes of a range of its banks that others, or itself, hold.
    template <typename Change>
    void change_doubles(OfType& of_type, BufferType type, const Sharer& sharer, const BankRange& range, const Change& change);
    [[nodiscard]] static std::vector<Sharer> sharers(const ProcessState& process, BufferType type, const std::vector<Sharer>& before);

    std::array<OfType, kBufferTypeCount> types_;
    std::uint64_t looks_ = 0;
    std::vector<BankRange> held_;  // room for a moment
};

}  // namespace tt::alloc_trace
