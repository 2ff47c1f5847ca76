// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How the free memory of each allocator is cut up at one moment, who keeps its holes apart, and how small its largest hole ever
// was until then.
//
// Memory: the holes of all allocators over the whole replay, and at the moment one entry per live buffer.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/space_map.hpp"
#include "analysis/buffer_facts.hpp"
#include "analysis/free_space.hpp"
#include "analysis/observer.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

// Live buffers between two holes, or between a hole and the end of the region.
struct Pin {
    std::uint64_t buffers = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    BufferFacts neighbour;          // that touches the hole
    std::uint64_t oldest_t_ns = 0;  // since when they have kept the place taken
};

struct PinnedHole {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::optional<Pin> below;  // nullopt: the end of the region
    std::optional<Pin> above;

    [[nodiscard]] std::uint64_t bytes() const { return end - begin; }
};

enum class NeedVerdict : std::uint8_t { Fits, Fragmented, Exhausted, Never };  // Never: the region is smaller

struct Need {
    NeedVerdict verdict = NeedVerdict::Fits;
    // What would have to go, and the hole there would be then; not for Fits and Never.
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t bytes = 0;    // to be freed
    std::uint64_t buffers = 0;
    std::vector<BufferFacts> examples;  // the first of them, by address
};

struct SmallestLargestHole {
    std::uint64_t bytes = 0;
    StreamPlace place;
};

struct FragmentedSpace {
    std::uint32_t pid = 0;
    OwnerFacts owner;
    std::vector<Place> places;
    std::uint64_t allocator = 0;
    BufferType type = BufferType::Dram;
    std::uint32_t banks = 0;
    std::uint64_t begin = 0;  // all addresses and bytes here: of one bank
    std::uint64_t end = 0;
    std::uint64_t free = 0;
    std::uint64_t largest = 0;
    std::uint64_t buffers = 0;
    std::uint64_t not_placed = 0;       // live buffers whose footprint is not known: free may be less
    std::uint32_t shared_with = 0;      // other allocators that hold buffers of this type on these chips
    std::uint64_t hole_count = 0;
    std::vector<PinnedHole> holes;      // the largest, largest first
    std::optional<SmallestLargestHole> minimum;  // nullopt: not known, or nothing was ever taken
    std::optional<Need> need;
};

inline constexpr std::size_t kMaxHolesKept = 1000;     // per allocator and type
inline constexpr std::size_t kMaxEvictionsKept = 1000;  // buffers that would have to go

// How `need` bytes per bank would fare in `map`.
[[nodiscard]] Need judge_need(const ProcessState& process, const SpaceMap& map, std::uint64_t need);

class Fragmentation : public Observer {
public:
    // A hole that is smaller than `need` by `tolerance` at most is one that it fits into: sizes are printed rounded.
    explicit Fragmentation(std::optional<std::uint64_t> need = std::nullopt, std::uint64_t tolerance = 0)
        : need_(need), need_tolerance_(tolerance) {}

    // The moment, of the next replay: behind this event. The end if not called.
    void look_at(std::uint64_t event) { moment_ = event; }

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;
    void observe(const Event& event, const Applied& applied) override;
    void end(const TrackerView& view) override;

    // At the moment; of allocators of living processes that hold something of the type, or ever did. By process, allocator, type.
    [[nodiscard]] const std::vector<FragmentedSpace>& spaces() const { return spaces_; }
    [[nodiscard]] std::uint64_t idle_allocators() const { return idle_; }  // that never held anything
    [[nodiscard]] std::uint64_t not_placeable() const { return not_placeable_; }  // live buffers under unknown regions
    [[nodiscard]] bool holds_memory() const { return holds_memory_; }  // anything was live
    [[nodiscard]] const StreamPlace& place() const { return place_; }
    // The last allocation or failure: what was live there may all have been released since.
    [[nodiscard]] const StreamPlace& last_use() const { return last_use_; }

private:
    struct Space {
        Region region;
        FreeSpace free;
        std::uint64_t unknown = 0;  // live buffers whose footprint is not known
        bool used = false;
        std::optional<SmallestLargestHole> minimum;
    };
    struct AllocatorSpaces {
        std::uint16_t generation = 0;  // of the allocator; it counts from 1
        std::array<Space, kBufferTypeCount> types;
    };
    using ProcessSpaces = std::vector<AllocatorSpaces>;  // by index of the allocator

    Space& space(const ProcessState& process, const AllocationKey& key);
    static void reset(Space& space, const Region& region);
    void take(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void give(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void on_allocator(const AllocatorSeen& event);
    void look(const StreamPlace& place);
    void add_process(const ProcessState& process);

    std::optional<std::uint64_t> need_;
    std::uint64_t need_tolerance_;
    EventNumber number_;
    StreamPlace last_use_;
    StreamPlace place_;
    std::optional<std::uint64_t> moment_;
    std::map<std::uint32_t, ProcessSpaces> processes_;  // by ProcessState::number; living ones
    ProcessSpaces* latest_ = nullptr;                   // of latest_number_: most streams have one process
    std::uint32_t latest_number_ = 0;
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;  // during a replay
    std::vector<FragmentedSpace> spaces_;
    std::uint64_t idle_ = 0;
    std::uint64_t not_placeable_ = 0;
    bool holds_memory_ = false;
};

}  // namespace tt::alloc_trace
