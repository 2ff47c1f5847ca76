// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The same bytes of a chip, handed out by the allocators of two owners: a mesh and its submesh, a mesh and one of its chips. Each
// believes they are its own. Memory goes with live buffers and pairs of owners; a buffer costs a look at each allocator that shares
// its chips, and nothing else where there is none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

// Two owners that hold, or held, overlapping buffers.
struct HeldTwicePair {
    std::uint32_t pid = 0;
    BufferType type = BufferType::Dram;
    OwnerIdentity owner;            // of more chips, if one has
    OwnerIdentity other;
    std::uint64_t allocator = 0;
    std::uint64_t other_allocator = 0;
    std::vector<Place> places;      // chips they share
    std::uint64_t buffers = 0;      // that came to lie over one of the other
    std::uint64_t now_bytes = 0;    // of each bank of each of these chips, held by both
    std::uint64_t most_bytes = 0;   // likewise, at most
    StreamPlace most_place;         // when
    std::uint64_t address = 0;      // of what made it so
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;    // a buffer came to lie over another
};

class HeldTwice : public Observer {
public:
    static constexpr std::size_t kMaxPairs = 4096;  // the first ones

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void observe(const Event& event, const Applied& applied) override;

    [[nodiscard]] std::vector<HeldTwicePair> pairs() const;  // that ever overlapped, most bytes first

private:
    struct SpaceKey {  // what one allocator hands out
        std::uint32_t process = 0;
        BufferType type = BufferType::Dram;
        std::uint32_t allocator = 0;
        std::uint16_t generation = 0;

        auto operator<=>(const SpaceKey&) const = default;
    };
    struct Space;
    struct Peer {  // another space over the same memory
        Space* space = nullptr;
        HeldTwicePair* pair = nullptr;
    };
    struct Space {
        std::uint32_t pid = 0;
        std::map<std::uint64_t, std::uint64_t> ranges;  // of live buffers, begin to end
        std::vector<Peer> peers;
        std::uint64_t peers_of = 0;  // version_ they were found at
    };

    void hold(const ProcessState& process, const SpaceKey& key, std::uint64_t begin, std::uint64_t end);
    void place_all(const ProcessState& process);
    const std::vector<Peer>& peers(const ProcessState& process, const SpaceKey& key, Space& space);
    HeldTwicePair* pair_of(const ProcessState& process, const SpaceKey& a, const SpaceKey& b);

    EventNumber number_;
    ProcessFinder find_process_;
    std::map<SpaceKey, Space> spaces_;
    std::map<std::pair<SpaceKey, SpaceKey>, HeldTwicePair> pairs_;
    std::uint64_t version_ = 1;  // of spaces and owners
    std::map<std::uint32_t, std::uint64_t> not_placed_;  // by pid: buffers whose footprint was not known
};

}  // namespace tt::alloc_trace
