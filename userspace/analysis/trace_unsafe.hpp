// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Captured traces, and the buffers that a replay of them may overwrite, as the tracker judges it (tracker/trace_table.hpp): what
// was at risk, what lived when its trace was replayed, what is at risk at the end.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/stack_sample.hpp"

namespace tt::alloc_trace {

struct CapturedTrace {
    std::uint32_t number = 0;  // in order of appearance, from 1
    std::uint32_t pid = 0;
    OwnerIdentity owner;
    std::optional<std::uint32_t> id{};  // the runtime's
    bool before_attach = false;         // captured before the stream began
    struct Storage {
        BufferType type = BufferType::Trace;
        std::uint64_t address = 0;
        std::uint64_t size = 0;  // logical bytes
    };
    std::optional<Storage> storage{};
    std::uint64_t captured_t_ns = 0;  // the end of the capture; 0: before the stream began
    std::optional<std::uint64_t> released_t_ns{};
    std::uint64_t allocs = 0;         // at risk of it when they were made
    std::uint64_t replays = 0;
    std::uint64_t last_replay_t_ns = 0;
    std::uint64_t replayed_over = 0;  // buffers at risk that lived at a replay of it
};

struct UnsafeGroup {  // same process, owner, type and size
    std::uint32_t pid = 0;
    OwnerIdentity owner;
    BufferType type = BufferType::Dram;
    std::uint64_t size = 0;
    std::uint64_t count = 0;          // allocations at risk
    std::uint64_t replayed_over = 0;  // of them, lived at a replay
    std::uint64_t written_over = 0;   // of those, lie where the capture allocated
    std::uint64_t live = 0;           // at risk at the end, or when their owner closed (TraceTotals::at_close)
    std::optional<std::uint64_t> bank_bytes = 0;  // footprint of all of them in one bank; nullopt: not known of each
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    std::vector<std::uint32_t> traces;  // CapturedTrace::number, ascending; the first kMaxTracesNamed
    bool more_traces = false;
    StackSample stacks{};
    std::uint64_t looked_at = 0;        // of the first ones: how they lie
    std::uint64_t from_top = 0;         // of those, allocated from the top of their region down

    // Kernel binaries of cached programs are, tensors are not.
    [[nodiscard]] bool like_binaries() const { return type == BufferType::Dram && looked_at > 0 && from_top == looked_at; }
};

struct UnsafeTotals {  // of what passes the filter; each buffer once
    std::uint64_t allocs = 0;
    std::uint64_t replayed_over = 0;
    std::uint64_t replayed_over_bytes = 0;
    std::uint64_t written_over = 0;
    std::uint64_t live = 0;  // at risk at the end, or when their owner closed
    std::uint64_t live_bytes = 0;
    std::uint64_t live_not_replayed = 0;  // of those, lived at no replay

    // At risk for a time: freed, or the trace released, before it was replayed.
    [[nodiscard]] std::uint64_t no_longer() const {
        const std::uint64_t remained = replayed_over + live_not_replayed;
        return allocs > remained ? allocs - remained : 0;
    }
};

class TraceUnsafeObserver final : public Observer {
public:
    static constexpr std::size_t kMaxTraces = 4096;   // listed; more are counted
    static constexpr std::size_t kMaxGroups = 65536;  // kept; allocations of more are counted
    static constexpr std::size_t kMaxTracesNamed = 16;
    static constexpr std::uint64_t kMaxLookedAt = 4;  // of a group

    explicit TraceUnsafeObserver(LifeFilter filter = {});

    void begin(const TrackerView& view) override;
    void end(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void trace_kept(const ProcessState& process, const KeptTrace& trace) override;
    void trace_replayed(const ProcessState& process, const KeptTrace& trace) override;
    void trace_released(const ProcessState& process, const KeptTrace& trace, bool closed) override;
    void traces_closing(const ProcessState& process, std::uint32_t owner) override;
    void came_at_risk(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void replayed_over(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const KeptTrace& trace
    ) override;

    [[nodiscard]] const std::vector<CapturedTrace>& traces() const { return traces_; }
    [[nodiscard]] std::vector<UnsafeGroup> groups() const;  // most replayed over first, then most live bytes, then most bytes
    [[nodiscard]] std::uint64_t captured() const { return captured_; }  // also those that are not listed
    [[nodiscard]] std::uint64_t replays() const { return replays_; }
    [[nodiscard]] const UnsafeTotals& totals() const { return totals_; }

private:
    struct GroupKey {
        std::uint32_t process = 0;
        OwnerIdentity owner;
        BufferType type = BufferType::Dram;
        std::uint64_t size = 0;

        auto operator<=>(const GroupKey&) const = default;
    };
    struct Row {
        std::size_t index = 0;             // in traces_
        std::uint64_t allocs_before = 0;   // before the window
    };

    [[nodiscard]] bool passes(const ProcessState& process, const AllocationKey& key) const;
    UnsafeGroup* group_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void list(const ProcessState& process, const KeptTrace& trace, std::uint64_t allocs_before);
    CapturedTrace* row_of(const ProcessState& process, const KeptTrace& trace);
    struct Freed {
        std::uint64_t buffers = 0;
        std::uint64_t not_replayed = 0;
    };

    void count_freed(const ProcessState& process);
    void name_trace(UnsafeGroup& group, std::uint32_t number);
    void count_live(const ProcessState& process, std::optional<std::uint32_t> owner);

    LifeFilter filter_;
    std::vector<CapturedTrace> traces_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Row> rows_;  // by process and KeptTrace::number; those that are kept
    std::map<GroupKey, UnsafeGroup> groups_;
    std::map<GroupKey, Freed> freed_last_;  // while at risk, with no allocation and no replay since (TraceTotals)
    std::uint64_t captured_ = 0;
    std::uint64_t replays_ = 0;
    UnsafeTotals totals_;
};

}  // namespace tt::alloc_trace
