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
#include "analysis/observer.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

// What is summed: a type's buffers, circular buffers, or both in L1. The first five are BufferType.
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
    void launching(const ProcessState& process, const Place& place) override;
    void launch_refused(const ProcessState& process, const Place& place) override;
    void residency_changed(const ProcessState& process, const Place& place) override;
    void observe(const Event& event, const Applied& applied) override;

    // Of everything that was ever in use, by key.
    [[nodiscard]] std::vector<FoundPeak> peaks() const;
    [[nodiscard]] std::uint64_t forgotten_places() const { return forgotten_; }

private:
    struct PlacePeaks {
        std::uint32_t pid = 0;
        std::array<Peak, kPeakOfCount> of;
    };
    struct AllocatorPlaces {  // found once per allocator, not per event
        std::uint16_t generation = 0;
        std::vector<PlacePeaks*> peaks;  // in the order of its owner's places
    };

    PlacePeaks& peaks_of(const ProcessState& process, const Place& place);
    void raise(const ProcessState& process, const AllocationKey& key);
    void raise_all(const ProcessState& process);
    void raise_type(PlacePeaks& peaks, const PlaceUsage& usage, BufferType type, const StreamPlace& now);
    static void raise_circular_buffers(PlacePeaks& peaks, const PlaceUsage& usage, const StreamPlace& now);
    [[nodiscard]] StreamPlace now(const ProcessState& process) const { return {number_.current(), process.last_t_ns}; }

    EventNumber number_;
    std::map<std::pair<std::uint32_t, Place>, PlacePeaks> peaks_;
    std::uint32_t cached_process_ = 0;
    std::vector<AllocatorPlaces> cache_;  // of cached_process_, by index of the allocator
    // Before the last launch on a place, should it be refused.
    static constexpr std::array kOfLaunch{PeakOf::CircularBuffers, PeakOf::L1AndCircularBuffers};
    std::map<std::pair<std::uint32_t, Place>, std::array<Peak, kOfLaunch.size()>> before_launch_;
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
