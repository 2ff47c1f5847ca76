// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How close the circular buffers of launches came to the L1 buffers above them, and launches that ran over a live buffer without
// being refused: the runtime looks at one allocator, while others hand out the same L1. Only what was live at the launch counts; what
// is allocated after it may take the place of a program that has finished. Costs a few steps per launch, and next to nothing per buffer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/core_plan.hpp"
#include "analysis/lowest_address.hpp"
#include "analysis/observer.hpp"
#include "analysis/open_launches.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

// A launch and the L1 buffers live then.
struct LaunchApproach {
    std::uint32_t pid = 0;
    StreamPlace place;
    OwnerFacts owner;                      // of the launch
    std::vector<Place> places;             // chips on which it was so close
    std::uint64_t program = 0;
    std::uint64_t circular_buffer_end = 0;
    std::optional<std::uint64_t> lowest;   // address of the lowest L1 buffer; nullopt: none was live, the end of L1 counts if it is known
    std::optional<std::int64_t> gap;       // bytes per core between them; negative: they overlap by so many; nullopt: not known

    [[nodiscard]] bool closer_than(const LaunchApproach& other) const;
};

// Launches of a program over live L1 buffers.
struct LaunchOverlap {
    std::uint32_t pid = 0;
    OwnerFacts owner;           // of the launch
    std::uint64_t program = 0;
    std::uint64_t launches = 0;
    StreamPlace first;
    StreamPlace last;
    // Of the one that took most:
    StreamPlace place;
    std::uint64_t bytes = 0;    // of each core, claimed by both; 0: what the buffers reserve is not known
    std::uint64_t buffers = 0;  // that were live there
    std::vector<Place> places;  // chips
    BufferFacts buffer;         // the one with most of the bytes
    L1Range planned;       // what reaches into it
    PlanKind kind = PlanKind::CircularBuffer;
    std::uint64_t cores = 0;    // that have it
};

class LaunchRoom : public Observer {
public:
    static constexpr std::size_t kMaxOverlaps = 256;    // programs kept, the first ones
    static constexpr std::size_t kMaxApproaches = 1024;  // owners, likewise
    static constexpr std::size_t kMaxBuffers = 64;      // looked at of one launch

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;
    void observe(const Event& event, const Applied& applied) override;
    void end(const TrackerView& view) override;

    // The closest launch of each owner, closest first.
    [[nodiscard]] std::vector<LaunchApproach> closest() const;
    [[nodiscard]] std::vector<LaunchOverlap> overlaps() const;  // by first time
    [[nodiscard]] std::uint64_t overlapping_launches() const { return overlapping_launches_; }  // all
    // When an L1 buffer lay lowest, of all; event 0: there was none.
    [[nodiscard]] const StreamPlace& lowest_buffer() const { return lowest_place_; }

private:
    using HolderKey = std::pair<std::uint32_t, std::uint32_t>;  // ProcessState::number, index of the allocator
    struct Holder {
        std::uint16_t generation = 0;
        std::uint32_t pid = 0;
        LowestAddress addresses;
    };
    using OwnerKey = std::pair<std::uint32_t, std::uint64_t>;  // ProcessState::number, pointer
    // Allocators that hold L1 buffers where an owner launches.
    struct Above {
        std::vector<std::uint32_t> allocators;
        std::optional<std::uint64_t> l1_end;
    };
    struct Lowest {
        std::uint64_t address = 0;
        std::uint32_t allocator = 0;
    };
    struct SeenLaunch {
        OwnerKey owner{};
        std::optional<LaunchApproach> closer;  // than any before
        std::optional<LaunchOverlap> overlap;
    };

    const Above& above(const ProcessState& process, const Owner& owner);
    [[nodiscard]] std::optional<Lowest> lowest(const ProcessState& process, const Above& above);
    void see(SeenLaunch& launch, const ProcessState& process, const Owner& owner, std::uint64_t program, const CorePlan& plan);
    [[nodiscard]] std::optional<LaunchOverlap> find_overlap(
        const ProcessState& process, const Owner& owner, std::uint64_t program, const CorePlan& plan
    );
    void let_through(const SeenLaunch& launch);

    EventNumber number_;
    std::map<HolderKey, Holder> holders_;
    std::map<OwnerKey, Above> above_;  // forgotten when owners or allocators change
    CorePlans plans_;
    OpenLaunches<SeenLaunch> open_;
    std::map<OwnerKey, LaunchApproach> closest_;
    std::map<std::pair<OwnerKey, std::uint64_t>, LaunchOverlap> overlaps_;  // and the program
    std::uint64_t overlapping_launches_ = 0;
    std::optional<std::uint64_t> lowest_address_;
    StreamPlace lowest_place_;
};

}  // namespace tt::alloc_trace
