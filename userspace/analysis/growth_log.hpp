// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the search for growth keeps of a stream, in bounded memory: of every group (process, owner, type, size; or launches of a
// program) a series of live buffers, of every kind (process, owner, type) and thread a series of live bytes, and of every process
// its latest marks. A mark is an allocation or a launch; each process has a clock that counts them.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "analysis/group_series.hpp"
#include "analysis/growth_peaks.hpp"
#include "analysis/iteration_finder.hpp"
#include "analysis/observer.hpp"
#include "analysis/owner_book.hpp"
#include "analysis/stack_tally.hpp"

namespace tt::alloc_trace {

struct GrowthGroup {
    struct Key {
        std::uint64_t size = 0;     // or the program's pointer; 0: all sizes beyond the limit, together
        std::uint32_t track = 0;
        std::uint32_t owner = 0;    // number in GrowthLog::owners()
        BufferType type = BufferType::Dram;
        bool launch = false;

        bool operator==(const Key&) const = default;
    };
    Key key;
    std::uint32_t number = 0;       // index into GrowthLog::groups()
    std::uint32_t kind = 0;         // index into GrowthLog::kinds()
    GroupSeries series;
    std::uint64_t marks = 0;
    std::int64_t older = 0;         // live buffers that were not allocated in the window
    std::uint64_t first_t_ns = 0;   // of marks
    std::uint64_t last_t_ns = 0;
    std::optional<std::uint64_t> bank_bytes{};  // what one buffer reserves in each bank
    StackTally stacks;              // by the clock of its track

    // At the last mark of the process.
    [[nodiscard]] std::uint64_t live() const;
    // Most of its buffers were freed again.
    [[nodiscard]] bool recycles() const;
};

// All sizes of one owner and type in a process.
struct GrowthKind {
    std::uint32_t track = 0;
    std::uint32_t owner = 0;
    BufferType type = BufferType::Dram;
    bool launch = false;
    std::uint32_t banks = 0;        // per chip; 0: not known
    std::uint64_t bank_bytes = 0;   // of one bank, all there is

    [[nodiscard]] bool same(const GrowthGroup::Key& key) const {
        return track == key.track && owner == key.owner && type == key.type && launch == key.launch;
    }
};

// Live bytes of what a thread allocated of a kind.
struct GrowthSum {
    std::uint32_t kind = 0;
    std::uint32_t tid = 0;
    GroupSeries bytes;
};

struct GrowthTrack {  // of one process
    std::uint32_t number = 0;   // index into GrowthLog::tracks()
    std::uint32_t process = 0;  // ProcessState::number
    std::uint32_t pid = 0;
    std::uint64_t clock = 0;
    unsigned level = 0;         // bin = (clock - 1) >> level
    std::uint64_t first_t_ns = 0;
    std::vector<std::uint64_t> bin_ends;  // t_ns of the last mark in each bin
    std::vector<std::uint32_t> groups;    // indices into GrowthLog::groups()
    std::vector<ShapeMark> tail;          // shape: index into groups(); in order once finish() was called
    std::size_t oldest = 0;               // in tail, when it is full: a ring until then
    std::vector<std::uint64_t> named_clocks;  // at each of GrowthLog::named()
    std::uint64_t named_end = 0;          // where the stretch of the last of them ends

    [[nodiscard]] std::uint64_t tail_clock() const { return clock - tail.size(); }  // before the first mark of the tail
    [[nodiscard]] std::uint32_t last_bin() const { return static_cast<std::uint32_t>(bin_ends.size()) - 1; }
    [[nodiscard]] std::uint32_t bin_of(std::uint64_t at_clock) const { return static_cast<std::uint32_t>((at_clock - 1) >> level); }
    // Of what was allocated then; GroupSeries::kNotSeen: before the first mark.
    [[nodiscard]] std::uint32_t bin_at(std::uint64_t t_ns) const;
};

class GrowthLog {
public:
    static constexpr std::size_t kMaxBins = 512;                      // per process; then neighbours are joined
    static constexpr std::size_t kMaxGroups = std::size_t{1} << 17U;  // further sizes are one group of each kind
    static constexpr std::size_t kMaxKinds = 4096;                    // further ones are left out
    static constexpr std::size_t kMaxSums = 1024;                     // further ones are left out
    static constexpr std::size_t kMaxTracks = 64;                     // likewise
    static constexpr std::size_t kMaxPoints = std::size_t{1} << 21U;  // of all series, 64 MiB; then bins are joined
    static constexpr std::size_t kTailMarks = std::size_t{1} << 18U;  // per process: 4 MiB

    void held(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);  // before the window
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void launched(const ProgramLaunched& launch);
    // As LifeListener has it: a program is resident with its circular buffers.
    void resident(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning);
    void refused(const CircularBufferClash& clash) { peaks_.refused(clash); }
    // A mark from outside. `begins`: it has the name that begins iterations; any other ends the last one.
    void marked(std::uint64_t t_ns, bool begins);
    void finish();

    [[nodiscard]] const std::deque<GrowthTrack>& tracks() const { return tracks_; }
    [[nodiscard]] const std::deque<GrowthGroup>& groups() const { return groups_; }
    [[nodiscard]] const std::deque<GrowthKind>& kinds() const { return kinds_; }
    [[nodiscard]] const std::deque<GrowthSum>& sums() const { return sums_; }
    [[nodiscard]] const OwnerBook& owners() const { return owners_; }
    [[nodiscard]] const GrowthPeaks& peaks() const { return peaks_; }
    [[nodiscard]] const std::vector<std::uint64_t>& named() const { return named_; }  // t_ns of the marks that begin iterations
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }  // allocations of what is beyond the limits

private:
    struct KeyHash {
        std::size_t operator()(const GrowthGroup::Key& key) const noexcept;
    };

    [[nodiscard]] std::optional<std::uint32_t> track_of(const ProcessState& process);  // index into tracks_
    GrowthGroup* group_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    GrowthGroup* group_of(const GrowthGroup::Key& key);
    std::optional<std::uint32_t> kind_of(const GrowthGroup::Key& key);  // index into kinds_
    GroupSeries* sum_of(std::uint32_t kind, std::uint32_t tid);
    void learn(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, GrowthGroup& group);
    void mark(GrowthTrack& track, GrowthGroup& group, const ShapeMark& mark);
    void join_bins();
    std::size_t count_points();  // of all series, each at the level of its process

    std::deque<GrowthTrack> tracks_;
    std::deque<GrowthGroup> groups_;
    std::deque<GrowthKind> kinds_;
    std::deque<GrowthSum> sums_;
    tsl::robin_map<std::uint32_t, std::uint32_t> track_numbers_;  // by ProcessState::number
    tsl::robin_map<GrowthGroup::Key, std::uint32_t, KeyHash> group_numbers_;
    tsl::robin_map<std::uint64_t, std::uint32_t> sum_numbers_;    // by kind and thread
    OwnerBook owners_;
    GrowthPeaks peaks_;
    std::uint32_t latest_process_ = ~std::uint32_t{0};  // most calls ask for the same one again
    std::uint32_t latest_track_ = 0;
    std::size_t points_ = 0;
    std::uint64_t left_out_ = 0;
    std::vector<std::uint64_t> named_;  // at most kMaxMarks
    bool in_named_ = false;             // the last of them is not over
};

}  // namespace tt::alloc_trace
