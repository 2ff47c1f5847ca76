// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The moments a picture over time must show: failures, clashes, gaps, closes, ... Bounded: of each kind, one mark per slice of time,
// which counts what happened in it and tells the greatest.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/time_buckets.hpp"
#include "event/event.hpp"
#include "tracker/judgement.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

enum class MarkKind : std::uint8_t { FailedAllocation, Clash, Gap, TraceCapture, Close, ProcessStart, ProcessExit, Walk, Refused, Named };
inline constexpr std::size_t kMarkKindCount = 10;

[[nodiscard]] std::string_view to_string(MarkKind kind);  // "failed_allocation", "clash", ...

struct Mark {
    std::uint64_t count = 1;           // in its slice; what follows is of the greatest
    std::uint64_t t_ns = 0;
    std::uint32_t pid = 0;             // 0: of no process
    std::uint64_t amount = 0;          // bytes asked for, captured or released; events lost; buffers found and gone
    std::optional<BufferType> type{};  // FailedAllocation only
    std::string owner{};               // "mesh 0 (chips 0-7)"; empty if there is none or it is not known
    std::string_view what{};           // verdict, kind of release, reason of a walk; may be empty
    std::string name{};                // Named only

    void absorb(Mark later);
};

class EventMarks {
public:
    static constexpr std::uint32_t kSlices = 512;

    void start(std::uint64_t t_ns);
    // `process`: of the event, may be nullptr. Processes that use no device memory start and end without a mark.
    void observe(const Event& event, const Applied& applied, const ProcessState* process);
    void end(std::uint64_t t_ns);

    // An event of a kind that observe() needs its process for.
    [[nodiscard]] static bool wants_process(const Event& event);

    // In order; empty before start().
    [[nodiscard]] const std::vector<TimeBuckets<Mark>::Bucket>& of(MarkKind kind) const;
    [[nodiscard]] std::uint64_t count(MarkKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

private:
    static constexpr std::size_t kMaxStarting = 4096;

    void add(MarkKind kind, Mark mark);

    std::vector<TimeBuckets<Mark>> marks_;  // by MarkKind
    std::array<std::uint64_t, kMarkKindCount> counts_{};
    std::map<std::uint32_t, Mark> starting_;  // by pid: started, and used no device memory yet
};

}  // namespace tt::alloc_trace
