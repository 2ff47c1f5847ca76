// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The highest use of each type on each chip, when it was reached, and what was live then. Two replays: the first finds the
// moments, the second looks at what is live at each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/core_plan.hpp"
#include "analysis/observer.hpp"
#include "analysis/open_launches.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

// What is summed: a type's buffers, circular buffers, or both in L1. The first five are BufferType. Circular buffers count while
// their program runs: with the buffers live when it was launched, not beside those that came later, and not if it was refused.
enum class PeakOf : std::uint8_t { Dram, L1, SystemMemory, L1Small, Trace, CircularBuffers, L1AndCircularBuffers };
inline constexpr std::size_t kPeakOfCount = 7;

struct PeakMoment {
    std::uint64_t bytes = 0;  // per chip; circular buffers: size x cores
    StreamPlace place;        // the first time it was so high; event 0: before the window
};

struct Peak {
    PeakMoment by_size;
    PeakMoment by_footprint;     // of moments at which every footprint was known
    bool footprint_known = true;  // at the moment of by_size, too

    [[nodiscard]] const PeakMoment& moment(bool footprints) const { return footprints ? by_footprint : by_size; }
};

struct PeakKey {
    std::uint32_t process = 0;  // ProcessState::number
    Place place;
    PeakOf of = PeakOf::Dram;

    auto operator<=>(const PeakKey&) const = default;
};

struct FoundPeak {
    PeakKey key;
    std::uint32_t pid = 0;
    Peak peak;
};

// Of the core of a chip that was fullest: buffers, which are reserved on each core, and circular buffers of a program that ran.
struct CorePeak {
    std::uint64_t bytes = 0;
    std::uint64_t buffer_bytes = 0;  // of them
    StreamPlace place;
    std::uint64_t program = 0;       // launched then; 0: none, all cores are alike
    std::vector<CorePart> parts{};   // of the circular buffers then, fullest first
    bool cores_complete = true;      // false: there are more cores than are known
    std::uint32_t cores = 0;         // of the chip; 0: not known
    std::uint64_t core_bytes = 0;    // that each has for both; 0: not known
    std::uint32_t columns = 0;       // of cores that any launch there has used, as far as it was looked at
    std::uint32_t rows = 0;

    bool operator==(const CorePeak&) const = default;
};

struct FoundCorePeak {
    std::uint32_t process = 0;  // ProcessState::number
    std::uint32_t pid = 0;
    Place place;
    CorePeak peak;
};

// The first replay.
class PeakFinder : public Observer {
public:
    // Processes that ended long ago are forgotten first, beyond so many places of all processes together.
    static constexpr std::size_t kMaxPlaces = std::size_t{1} << 14;

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;
    void observe(const Event& event, const Applied& applied) override;
    void end(const TrackerView& view) override;

    // Of everything that was ever in use, by key.
    [[nodiscard]] std::vector<FoundPeak> peaks() const;
    // Of each chip on which L1 was in use, as far as footprints were known.
    [[nodiscard]] std::vector<FoundCorePeak> core_peaks() const;
    [[nodiscard]] std::uint64_t forgotten_places() const { return forgotten_; }

private:
    struct PlacePeaks {
        std::uint32_t pid = 0;
        std::array<Peak, kPeakOfCount> of;
        CorePeak core;
        std::uint32_t cores = 0;       // as CorePeak has them, now
        std::uint64_t core_bytes = 0;
        std::uint32_t columns = 0;
        std::uint32_t rows = 0;
    };
    using PeaksOfOwner = std::vector<PlacePeaks*>;  // in the order of its places
    struct AllocatorPlaces {  // found once per allocator, not per event
        std::uint16_t generation = 0;
        PeaksOfOwner peaks;
    };
    // Places where the launch was higher than all before it.
    struct SeenLaunch {
        struct At {
            Place place;
            std::uint64_t circular_buffers = 0;
            std::uint64_t l1 = 0;
            Usage::Footprint l1_footprint;
            Usage::Footprint l1_even_footprint;  // the same on each core
            std::vector<std::shared_ptr<const CorePlan>> plans;  // of the programs resident
        };
        std::uint32_t process = 0;
        std::uint64_t program = 0;
        StreamPlace moment;
        std::vector<At> places;
    };

    PlacePeaks& peaks_of(const ProcessState& process, const Place& place);
    PeaksOfOwner find_peaks(const ProcessState& process, const Owner& owner);
    const PeaksOfOwner& peaks_of(const ProcessState& process, const Owner& owner);
    void cache_for(const ProcessState& process);
    void raise(const ProcessState& process, const AllocationKey& key);
    void raise_all(const ProcessState& process);
    static void raise_type(PlacePeaks& peaks, const PlaceUsage& usage, BufferType type, const StreamPlace& now);
    static void raise_core(PlacePeaks& peaks, const SeenLaunch& launch, const SeenLaunch::At& at);
    [[nodiscard]] static bool rises(const PlacePeaks& peaks, const SeenLaunch::At& at);
    void let_through(const SeenLaunch& launch);
    [[nodiscard]] StreamPlace now(const ProcessState& process) const { return {number_.current(), process.last_t_ns}; }

    EventNumber number_;
    std::map<std::pair<std::uint32_t, Place>, PlacePeaks> peaks_;
    std::uint32_t cached_process_ = 0;
    std::vector<AllocatorPlaces> cache_;  // of cached_process_, by index of the allocator
    std::map<std::uint64_t, PeaksOfOwner> owner_cache_;  // likewise, by pointer
    CorePlans plans_;
    OpenLaunches<SeenLaunch> open_;
    std::uint64_t forgotten_ = 0;
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;  // during a replay
};

struct ResidentCircularBuffer {
    std::uint64_t program = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;   // bytes per core
    std::uint64_t cores = 0;
    bool cores_complete = true;
    PlanKind kind = PlanKind::CircularBuffer;

    bool operator==(const ResidentCircularBuffer&) const = default;
};

// What was live at a peak.
struct PeakContent {
    std::uint64_t buffers = 0;
    std::uint64_t bytes = 0;          // sizes
    std::uint64_t double_bytes = 0;   // of the footprints of the groups: held by several allocators, and once in the peak
    std::vector<BufferGroup> groups;  // largest first, at most kMaxGroups
    std::uint64_t group_count = 0;
    std::vector<ResidentCircularBuffer> circular_buffers;  // in order of launch, at most kMaxCircularBuffers
    std::uint64_t circular_buffer_count = 0;

    static constexpr std::size_t kMaxGroups = 1000;
    static constexpr std::size_t kMaxCircularBuffers = 1000;

    bool operator==(const PeakContent&) const = default;
};

// The second replay.
class PeakWitness : public Observer {
public:
    static constexpr std::size_t kMaxMoments = 256;  // the first ones given

    // Which peaks to look at, and when.
    void expect(const PeakKey& key, std::uint64_t event);
    [[nodiscard]] bool expects_any() const { return !moments_.empty(); }

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;

    [[nodiscard]] const PeakContent* content(const PeakKey& key) const;  // nullptr: not looked at

private:
    void look();

    EventNumber number_;
    std::map<std::uint64_t, std::vector<PeakKey>> moments_;  // by number of the event
    std::map<std::uint64_t, std::vector<PeakKey>>::const_iterator next_;  // of moments_, during a replay
    std::map<PeakKey, PeakContent> contents_;
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;
};

}  // namespace tt::alloc_trace
