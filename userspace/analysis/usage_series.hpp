// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Memory over time, per place and type, and what happened meanwhile. Of all processes together: a chip that several use shows
// their sum. Bounded: kSlices slices of time per row, each with its lowest and highest level, so that peaks survive.
#pragma once

#include <tsl/robin_map.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/event_marks.hpp"
#include "analysis/observer.hpp"
#include "analysis/time_buckets.hpp"

namespace tt::alloc_trace {

// L1+CB is what a program has while it runs, the buffers live at its launch among it; else the buffers alone: what is allocated later
// may take the place of one that has finished.
enum class SeriesKind : std::uint8_t { Dram, L1, L1AndCircularBuffers, CircularBuffers, L1Small, Trace, SystemMemory };

[[nodiscard]] std::string_view to_string(SeriesKind kind);  // DRAM, L1, "L1+CB", CB, L1_SMALL, TRACE, SYSTEM_MEMORY

// Bytes on one chip: the footprint, or where that is not known of a live buffer, the size.
struct Level {
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    std::uint64_t last = 0;
    bool by_size = false;  // some of it is sizes

    void absorb(const Level& later);
    bool operator==(const Level&) const = default;
};

// Of one phase: from a mark to the next.
struct PhaseLevel {
    std::uint32_t phase = 0;  // 0: what the window begins with
    std::uint64_t begin = 0;
    std::uint64_t peak = 0;
    std::uint64_t peak_t_ns = 0;  // of the first moment at that height; of the phase's begin if nothing was higher
    std::uint64_t end = 0;
    bool by_size = false;
};

struct UsageRow {
    explicit UsageRow(std::uint64_t start_t_ns, std::uint32_t buckets) : levels(start_t_ns, buckets) {}

    TimeBuckets<Level> levels;  // what was held on from the slice before is not in min and max: levels_of() adds it
    std::uint64_t now = 0;
    std::uint64_t now_by_size = 0;  // processes of which some is sizes
    std::uint64_t peak = 0;
    std::uint64_t peak_t_ns = 0;    // of the first moment at that height
    bool peak_by_size = false;
    std::vector<PhaseLevel> phases{};  // those in which something changed
};

// The levels of each slice in which something changed, with what was held on from the slice before.
[[nodiscard]] std::vector<std::pair<std::uint32_t, Level>> levels_of(const UsageRow& row);

class UsageSeries final : public Observer {
public:
    static constexpr std::uint32_t kSlices = 2048;
    static constexpr std::size_t kMaxRows = 1024;  // a machine has some hundred: chips times types. 100 KB each at most

    using Rows = std::map<std::pair<Place, SeriesKind>, UsageRow>;

    // `since_t_ns`: as ReplayWindow has it.
    explicit UsageSeries(std::uint64_t since_t_ns = 0) : start_t_ns_(since_t_ns) {}

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;
    void launching(const ProcessState& process, const Place& place) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;
    void launch_refused(const ProcessState& process, const Place& place) override;
    void residency_changed(const ProcessState& process, const Place& place) override;
    void observe(const Event& event, const Applied& applied) override;
    void end(const TrackerView& view) override;

    [[nodiscard]] const Rows& rows() const { return rows_; }
    [[nodiscard]] bool rows_left_out() const { return rows_left_out_; }
    [[nodiscard]] const EventMarks& marks() const { return marks_; }

    [[nodiscard]] std::uint64_t start_t_ns() const { return start_t_ns_; }
    [[nodiscard]] std::uint64_t end_t_ns() const { return end_t_ns_; }
    [[nodiscard]] std::uint64_t width_ns() const { return width_ns_; }  // of the slices of all rows

private:
    struct SlotKey {  // of one process on one place
        std::uint32_t process = 0;
        Place place;

        bool operator==(const SlotKey&) const = default;
    };
    struct SlotHash {
        std::size_t operator()(const SlotKey& key) const noexcept;
    };
    struct Part {  // what one process adds to a row
        UsageRow* row = nullptr;
        std::uint64_t bytes = 0;
        bool by_size = false;
    };
    static constexpr std::size_t kKinds = 7;
    using Slot = std::array<Part, kKinds>;

    struct Held {
        std::uint64_t bytes = 0;
        bool by_size = false;

        bool operator==(const Held&) const = default;
    };
    struct Residency {
        const ProcessState* process = nullptr;
        std::uint64_t t_ns = 0;  // since when it is another one
        Held circular_buffers;
        std::optional<Held> at_launch{};  // with the L1 buffers; nullopt: nothing was launched
    };

    void start_at(std::uint64_t t_ns);
    void settle_residencies(std::optional<std::uint32_t> pid = std::nullopt);  // of all processes
    void sample_owner(const ProcessState& process, const AllocationKey& key);
    void sample_all(const ProcessState& process, std::uint64_t t_ns);
    void sample(const ProcessState& process, const Place& place, SeriesKind kind, const Held& now, std::uint64_t t_ns);
    void note_phase(UsageRow& row, std::uint64_t before, std::uint64_t t_ns, bool by_size) const;
    void begin_phase(std::uint64_t t_ns);
    [[nodiscard]] static Held held(const Usage& usage);
    [[nodiscard]] static Held held(const PlaceUsage& usage, SeriesKind kind);
    [[nodiscard]] UsageRow* row_of(const Place& place, SeriesKind kind);
    [[nodiscard]] const ProcessState* process_of(const EventHeader& header) const;
    void drop_idle_slots();

    bool begun_ = false;
    std::uint64_t start_t_ns_;
    std::uint64_t end_t_ns_ = 0;
    std::uint64_t width_ns_ = 1;
    Rows rows_;
    bool rows_left_out_ = false;
    tsl::robin_map<SlotKey, Slot, SlotHash> slots_;  // those of ended processes are dropped now and then
    std::size_t slots_before_drop_ = 256;
    EventMarks marks_;
    std::uint32_t phase_ = 0;
    std::uint64_t phase_t_ns_ = 0;  // its begin
    // Not looked at before the launch is through: it may still be refused, and what it placed was never there then.
    std::map<std::pair<std::uint32_t, Place>, Residency> open_residencies_;
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
};

}  // namespace tt::alloc_trace
