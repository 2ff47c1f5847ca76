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

struct Iterations {  // of one process
    std::uint32_t pid = 0;
    FoundBy found_by = FoundBy::Recurrence;
    Certainty certainty = Certainty::Low;
    double count = 0;               // in the window
    std::uint64_t period_ns = 0;    // median or mean
    double marks_per_period = 0;    // of thread `tid`, if it is set
    std::uint32_t tid = 0;          // the thread that iterates; 0: all together
    std::uint64_t shapes = 0;       // that agree; 0: as the user said
    std::uint64_t first_t_ns = 0;   // of the stretch in which they were seen
    std::uint64_t last_t_ns = 0;
    std::optional<GrowthGroup::Key> anchor{};  // what counts them
    double anchors_per_period = 1;
};

struct GrowingGroup {
    GrowthGroup::Key key;
    std::size_t iterations = 0;    // index into GrowthResult::iterations
    std::uint64_t count = 0;       // live at the last allocation of the process
    std::optional<std::uint64_t> bank_bytes{};  // what one buffer reserves in each bank
    GrowthSlope slope;
    Certainty certainty = Certainty::Low;
    std::uint64_t first_t_ns = 0;  // of the group's allocations
    std::uint64_t last_t_ns = 0;
};

struct GrowthProcess {
    std::uint32_t pid = 0;
    std::uint64_t marks = 0;   // allocations and launches
    std::uint64_t groups = 0;  // compared
};

struct GrowthResult {
    std::vector<GrowthProcess> processes;  // that allocated anything
    std::vector<Iterations> iterations;
    std::vector<GrowingGroup> groups;      // by bytes per second, highest first
};

class GrowthObserver : public Observer {
public:
    explicit GrowthObserver(const IterationHint& hint = {}) : hint_(hint) {}

    [[nodiscard]] const GrowthResult& result() const { return result_; }  // after end()
    [[nodiscard]] const GrowthLog& log() const { return log_; }           // names owners

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;
    void end(const TrackerView& view) override;

private:
    IterationHint hint_;
    GrowthLog log_;
    GrowthResult result_;
};

// Of a finished log.
[[nodiscard]] GrowthResult find_growth(const GrowthLog& log, const IterationHint& hint);

}  // namespace tt::alloc_trace
