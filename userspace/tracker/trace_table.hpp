// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The captured traces that a process keeps, and what their replay may overwrite. A replay writes to the addresses of its capture,
// whatever lies there by then: a buffer is at risk of a trace while the trace is kept, if the same owner's allocators handed it
// out after the capture; the trace's own buffers and the storage of traces are not.
//
// A trace is known by the calls about it. Its storage is what the thread that ends the capture allocates next, a TRACE buffer or a
// DRAM buffer; a TRACE buffer of which no call was seen stands for a trace as well.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tracker/allocation_table.hpp"

namespace tt::alloc_trace {

struct ProcessState;

struct TraceRange {  // of addresses in each bank
    std::uint32_t allocator = 0;  // index into ProcessState::allocators
    BufferType type = BufferType::Dram;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    auto operator<=>(const TraceRange&) const = default;
};

// Where a capture allocated: its replay writes there. Sorted, joined.
struct TraceRanges {
    std::vector<TraceRange> ranges;
    bool complete = true;  // all of them are known
};

struct KeptTrace {
    std::uint32_t number = 0;          // in order of appearance in its process, from 1
    std::optional<std::uint32_t> id;   // the runtime's; not known of one that is known by its storage alone
    std::uint32_t owner = 0;           // index into ProcessState::owners
    bool before_attach = false;        // captured before the stream began
    std::uint64_t begun_t_ns = 0;      // capture; 0: not seen
    std::uint64_t since_t_ns = 0;      // what was allocated earlier is the capture's own, or older
    std::uint64_t fresh_t_ns = 0;      // what was allocated earlier has been seen at a replay
    std::optional<AllocationKey> storage;
    std::uint64_t storage_bytes = 0;   // logical size
    TraceRanges worked_on;

    std::uint64_t allocs = 0;          // at risk when they were made
    std::uint64_t live = 0;            // of them, now
    std::uint64_t live_bytes = 0;      // logical size
    std::uint64_t replays = 0;
    std::uint64_t last_replay_t_ns = 0;
    std::uint64_t replayed_over = 0;   // buffers at risk that lived at a replay
    std::vector<std::pair<AllocationKey, std::uint64_t>> not_replayed;  // at risk since the last replay: key, LiveBuffer::t_ns
};

struct AtRisk {  // buffers
    std::uint64_t buffers = 0;
    std::uint64_t bytes = 0;  // logical size
};

struct TraceTotals {  // of a process, each buffer and each trace once
    std::uint64_t traces = 0;
    std::uint64_t replays = 0;
    std::uint64_t allocs = 0;               // at risk of any trace when they were made
    std::uint64_t replayed_over = 0;        // of them, lived at a replay
    std::uint64_t replayed_over_bytes = 0;  // logical size
    std::uint64_t not_kept = 0;             // traces beyond TraceTable::kMaxKept
    std::uint64_t newest_t_ns = 0;          // latest allocation of a buffer at risk
    AtRisk freed_last;                      // freed while at risk, with no allocation and no replay since
    // When their owner closed, or the process ended; with those that were freed just before: a job gives its tensors back at its end.
    AtRisk at_close;
};

class TraceTable {
public:
    static constexpr std::size_t kMaxKept = 1024;        // at a time; further ones are counted only
    static constexpr std::size_t kMaxRanges = 1U << 16;  // of one capture

    struct Capture {  // not ended yet
        std::uint32_t id = 0;
        std::uint64_t begun_t_ns = 0;
        TraceRanges worked_on;
    };
    struct Ending {  // its storage comes next
        std::uint32_t owner = 0;
        Capture capture;
    };

    // The calls.
    void begin(std::uint32_t id, std::uint64_t t_ns);
    void end(std::uint32_t tid, std::uint32_t owner, std::uint32_t id);
    void registered(std::uint32_t tid) { ending_.erase(tid); }  // no storage comes any more
    void replay(ProcessState& process, std::uint32_t owner, std::uint32_t id, std::uint64_t t_ns);
    void release(ProcessState& process, std::uint32_t owner, std::uint32_t id);
    // The owner or the process ends.
    void release_owner(ProcessState& process, std::uint32_t owner);
    void release_all(ProcessState& process);

    // What LiveBuffer::trace_unsafe of a buffer is that thread `tid` has just allocated.
    [[nodiscard]] bool is_unsafe(const ProcessState& process, const AllocationKey& key, std::uint32_t tid) const;
    // A life began or ended that the sums of the process count.
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void ended(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    // Behind started(), of a buffer that thread `tid` allocated, or a walk found (0): it may be a trace's storage, or a capture's.
    void look_at(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint32_t tid);

    [[nodiscard]] const std::vector<KeptTrace>& kept() const { return kept_; }  // in order of appearance
    [[nodiscard]] const TraceTotals& totals() const { return totals_; }
    [[nodiscard]] AtRisk at_risk() const;
    [[nodiscard]] AtRisk at_risk_of(std::uint32_t owner) const;
    [[nodiscard]] bool at_risk(std::uint32_t owner, const LiveBuffer& buffer) const;
    [[nodiscard]] static bool concerns(const KeptTrace& trace, std::uint32_t owner, const LiveBuffer& buffer) {
        return buffer.trace_unsafe != 0 && trace.owner == owner && buffer.t_ns >= trace.since_t_ns;
    }

    // For checkpoints.
    [[nodiscard]] const std::vector<Capture>& captures() const { return captures_; }
    [[nodiscard]] const std::map<std::uint32_t, Ending>& ending() const { return ending_; }
    void restore(KeptTrace trace) { kept_.push_back(std::move(trace)); }
    void restore(Capture capture) { captures_.push_back(std::move(capture)); }
    void restore(std::uint32_t tid, Ending ending) { ending_[tid] = std::move(ending); }
    void restore(const TraceTotals& totals) { totals_ = totals; }
    // All of the process is there again: counts what is live.
    void settle(ProcessState& process);

private:
    KeptTrace* find(std::uint32_t owner, std::uint32_t id);
    KeptTrace* keep(ProcessState& process, KeptTrace trace);
    KeptTrace* meet(ProcessState& process, std::uint32_t owner, std::uint32_t id, std::uint64_t t_ns);
    void keep_storage(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint32_t tid);
    void came_at_risk(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void adopt_allocated(ProcessState& process, KeptTrace& trace);
    void erase(ProcessState& process, std::size_t index, bool closed = false);
    [[nodiscard]] bool is_storage(const ProcessState& process, const AllocationKey& key, std::uint32_t tid) const;

    std::vector<KeptTrace> kept_;
    std::vector<Capture> captures_;
    std::map<std::uint32_t, Ending> ending_;  // by thread
    TraceTotals totals_;
};

// Whether the trace's capture allocated where this buffer lies; nullopt: not known.
[[nodiscard]] std::optional<bool> writes_over(
    const ProcessState& process, const KeptTrace& trace, const AllocationKey& key, const LiveBuffer& buffer
);

}  // namespace tt::alloc_trace
