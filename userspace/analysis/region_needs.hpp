// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How much of each region an owner needed at most: how large the device would have to be opened for what was seen, refused requests
// included. In one bank, as all banks are alike; holes that fragmentation leaves are not counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

struct RegionNeed {
    std::uint32_t pid = 0;
    OwnerFacts owner;
    BufferType type = BufferType::Dram;
    std::optional<Region> region;       // as it was last known
    std::uint64_t small_bytes = 0;      // L1: of the L1_SMALL region beside it, of one bank
    bool known = true;                  // the footprint of each buffer that was live then
    std::uint64_t bank_bytes = 0;       // needed; L1: with the circular buffers of the program that was launched
    StreamPlace place;
    bool refused = false;               // more was asked for than could be had
    // TRACE, by the message of a refusal: bytes over all banks.
    std::optional<std::uint64_t> asked_in_all;
    std::optional<std::uint64_t> limit_in_all;
};

class RegionNeeds final : public Observer {
public:
    static constexpr std::size_t kMaxRows = 4096;

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;

    // Of regions that anything was asked of; by process, owner, type.
    [[nodiscard]] std::vector<RegionNeed> needs() const;

private:
    using RowKey = std::tuple<std::uint32_t, OwnerFacts, BufferType>;  // ProcessState::number
    struct Held {
        std::uint64_t bytes = 0;    // of one bank
        std::uint64_t unknown = 0;  // live buffers
        std::uint64_t buffers = 0;  // ever
    };
    struct Space {
        std::uint16_t generation = 0;  // of the allocator; it counts from 1
        OwnerFacts owner;
        std::array<Held, kBufferTypeCount> types{};
    };

    Space& space(const ProcessState& process, std::uint32_t allocator);
    void recount(const ProcessState& process, std::uint32_t allocator);
    void need(const ProcessState& process, std::uint32_t allocator, BufferType type, std::uint64_t more, bool refused);
    RegionNeed* row(const ProcessState& process, const OwnerFacts& owner, BufferType type);
    void on_failure(const ProcessState& process);
    void on_refusal(const ProcessState& process, const RequestRefused& event);
    void on_program(const ProcessState& process, std::uint64_t owner, std::uint64_t program);

    EventNumber number_;
    ProcessFinder find_process_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Space> spaces_;  // by ProcessState::number, allocator
    std::map<RowKey, RegionNeed> rows_;
};

}  // namespace tt::alloc_trace
