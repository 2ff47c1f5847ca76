// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What grows per iteration, found in one pass (growth_log.hpp). Iterations are found in the latest marks of each process
// (iteration_finder.hpp), as repeated runs of the whole (run_finder.hpp), or counted as the user says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/growth_judge.hpp"
#include "analysis/growth_log.hpp"
#include "analysis/iteration_hint.hpp"
#include "analysis/observer.hpp"

namespace tt::alloc_trace {

enum class FoundBy : std::uint8_t { Recurrence, Runs, Period, Mark };
enum class Certainty : std::uint8_t { Low, Medium, High };

[[nodiscard]] std::string_view to_string(FoundBy found_by);     // "recurring allocations", "repeated runs", "--period", "--mark"
[[nodiscard]] std::string_view to_string(Certainty certainty);  // "low", "medium", "high"

struct IterationBegin {
    std::uint64_t t_ns = 0;
    std::uint32_t tid = 0;
};

struct Iterations {  // of one process
    std::uint32_t pid = 0;
    FoundBy found_by = FoundBy::Recurrence;
    Certainty certainty = Certainty::Low;
    double count = 0;               // in the window, of all its threads
    std::uint64_t period_ns = 0;    // median or mean
    double marks_per_period = 0;    // of its thread, or of all together; median
    std::vector<std::uint32_t> tids{};  // that iterate, side by side; empty: all threads together
    std::uint64_t shapes = 0;       // that agree; 0: as the user said
    double explained = 1;           // share of the allocations that are like those of another iteration
    std::vector<LoopPart> parts{};  // equal parts of an iteration, parts of these, ...
    std::vector<IterationBegin> begins{};  // of those among the latest marks; empty: not found by recurrence
    bool over = false;              // before the latest loop began
    bool frees = true;              // some buffers are freed while it runs; false: it may be loading
    std::uint64_t first_t_ns = 0;   // of the stretch in which they were seen
    std::uint64_t last_t_ns = 0;
    std::optional<GrowthGroup::Key> anchor{};  // what they were recognised by
    double anchors_per_period = 1;
};

struct GrowingGroup {
    GrowthGroup::Key key;          // size 0: of sizes that change
    std::size_t iterations = 0;    // index into GrowthResult::iterations
    std::uint64_t count = 0;       // allocated since the iterations began, live at the last allocation of the process
    std::uint64_t older = 0;       // live then, but older
    std::optional<std::uint64_t> bank_bytes{};  // what one buffer reserves in each bank
    std::uint32_t banks = 0;       // per chip; 0: not known
    GrowthSlope slope;             // buffers; bytes of sizes that change
    Certainty certainty = Certainty::Low;
    std::uint64_t first_t_ns = 0;  // of the buffers counted
    std::uint64_t last_t_ns = 0;   // of the group's allocations
    std::vector<std::uint64_t> sizes{};  // that change: the latest ones, as they followed each other
    std::uint32_t tid = 0;         // that allocates them
    bool in_turn = false;          // the sizes come again and again, none of them in each iteration
    StackSample stacks{};          // of the buffers that are live then, most first

    [[nodiscard]] bool wanders() const { return key.size == 0; }
    [[nodiscard]] double bytes_per_period() const { return slope.per_period * (wanders() ? 1 : static_cast<double>(key.size)); }
    // Reserved on each chip; nullopt: not known.
    [[nodiscard]] std::optional<double> reserved_per_period() const;
};

enum class RiseKind : std::uint8_t { Earlier, Stopped, Uneven };
[[nodiscard]] std::string_view to_string(RiseKind kind);  // "in an earlier loop", "stopped", "uneven"

// More buffers than behind the first iteration, but they do not grow to the end.
struct RisenGroup {
    GrowthGroup::Key key;
    std::size_t iterations = 0;
    RiseKind kind = RiseKind::Uneven;
    std::int64_t from = 0;      // live in the second iteration, at least
    std::int64_t to = 0;        // in the last one
    double per_period = 0;      // of an earlier loop
    std::uint64_t until_t_ns = 0;  // about; of the last rise
};

// When the memory of a chip is full if all goes on: an iteration fails where its peak does not fit any more.
struct GrowthOutlook {
    std::size_t iterations = 0;
    std::uint32_t owner = 0;
    BufferType type = BufferType::Dram;
    std::uint32_t banks = 0;
    double bank_bytes_per_period = 0;
    double peak_bank_bytes_per_period = 0;  // by which the peak rises: more, where a larger buffer replaces one while both are there
    bool others = false;            // or where other owners take of the same chip, as they do here
    std::uint64_t free_bank_bytes = 0;  // at the peak of the last iteration, as those before tell it; fragmentation is not looked at
    double periods_left = 0;
};

struct GrowthProcess {
    std::uint32_t pid = 0;
    std::uint64_t marks = 0;   // allocations and launches
    std::uint64_t groups = 0;  // compared
    struct Size {
        BufferType type = BufferType::Dram;
        std::uint64_t size = 0;
    };
    std::vector<Size> nearest{};  // to the mark asked for, if none is like it
};

struct GrowthResult {
    std::vector<GrowthProcess> processes;  // that allocated anything
    std::vector<Iterations> iterations;
    std::vector<GrowingGroup> groups;      // by bytes per second, highest first
    std::vector<RisenGroup> risen;         // by bytes, most first
    std::vector<GrowthOutlook> outlook;    // soonest first
};

class GrowthObserver : public Observer {
public:
    explicit GrowthObserver(const IterationHint& hint = {}) : hint_(hint) {}

    [[nodiscard]] const GrowthResult& result() const { return result_; }  // after end()
    [[nodiscard]] const GrowthLog& log() const { return log_; }           // names owners
    [[nodiscard]] const std::vector<PhaseMark>& marks() const { return marks_; }  // all there are; after end()

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;
    void end(const TrackerView& view) override;

private:
    IterationHint hint_;
    GrowthLog log_;
    GrowthResult result_;
    std::vector<PhaseMark> marks_;
};

// Of a finished log.
[[nodiscard]] GrowthResult find_growth(const GrowthLog& log, const IterationHint& hint);

}  // namespace tt::alloc_trace
