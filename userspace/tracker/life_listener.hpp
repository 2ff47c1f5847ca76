// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Hears of every buffer's life as the tracker judges it: what an analysis of a whole stream is made of. References are valid during
// the call only; what lasts is ProcessState::number, AllocationKey (unique among the live and recent buffers of its process) and
// values. The moment of a call is ProcessState::last_t_ns.
#pragma once

#include <cstdint>
#include <optional>

#include "tracker/allocation_table.hpp"
#include "tracker/judgement.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

struct KeptTrace;
struct Owner;
struct ProcessState;

class LifeListener {
public:
    LifeListener() = default;
    LifeListener(const LifeListener&) = delete;
    LifeListener& operator=(const LifeListener&) = delete;
    virtual ~LifeListener() = default;

    // Allocated, or found by a walk (buffer.origin()). All sums of the tracker hold it already.
    virtual void started(const ProcessState& /*process*/, const AllocationKey& /*key*/, const LiveBuffer& /*buffer*/) {}
    // The sums do not hold it any more.
    virtual void ended(
        const ProcessState& /*process*/, const AllocationKey& /*key*/, const LiveBuffer& /*buffer*/, FreeKind /*kind*/
    ) {}
    // A walk had found the buffer before its own event came: same life, better known.
    virtual void known_better(
        const ProcessState& /*process*/, const AllocationKey& /*key*/, const LiveBuffer& /*before*/, const LiveBuffer& /*now*/
    ) {}
    // A captured trace is kept from here on, was replayed, is not kept any more (ProcessState::traces). `closed`: not by a call, but
    // with its owner or process; what is live on the owner is still there.
    virtual void trace_kept(const ProcessState& /*process*/, const KeptTrace& /*trace*/) {}
    virtual void trace_replayed(const ProcessState& /*process*/, const KeptTrace& /*trace*/) {}
    virtual void trace_released(const ProcessState& /*process*/, const KeptTrace& /*trace*/, bool /*closed*/) {}
    // All traces of the owner (ProcessState::owners) go, each by trace_released().
    virtual void traces_closing(const ProcessState& /*process*/, std::uint32_t /*owner*/) {}
    // A replay of a trace that is kept may overwrite the buffer: in front of started(), or when a trace is met that is older.
    virtual void came_at_risk(const ProcessState& /*process*/, const AllocationKey& /*key*/, const LiveBuffer& /*buffer*/) {}
    // The replay may have overwritten the buffer; once for each trace. buffer.replayed_over: another one was replayed before.
    virtual void replayed_over(
        const ProcessState& /*process*/, const AllocationKey& /*key*/, const LiveBuffer& /*buffer*/, const KeptTrace& /*trace*/
    ) {}
    // A program is launched on `place`, which may change the circular buffers resident.
    virtual void launching(const ProcessState& /*process*/, const Place& /*place*/) {}
    // `program` is resident on the places of `owner` as it now is: it was launched there, or (`planning`) laid out one more of its
    // circular buffers. All of what ProgramTable and PlaceUsage say there is up to date.
    virtual void launched(const ProcessState& /*process*/, const Owner& /*owner*/, std::uint64_t /*program*/, bool /*planning*/) {}
    // The runtime refused the last launch on `place`; residency_changed() follows.
    virtual void launch_refused(const ProcessState& /*process*/, const Place& /*place*/) {}
    // The circular buffers resident on `place` are others now (CircularBufferUsage, ProgramTable).
    virtual void residency_changed(const ProcessState& /*process*/, const Place& /*place*/) {}
};

// Bytes reserved on each chip it lies on; nullopt: not known.
[[nodiscard]] std::optional<std::uint64_t> footprint_of(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer
);
// The same in each bank; nullopt also of a buffer that was allocated core by core: it has no range that all banks share.
[[nodiscard]] std::optional<std::uint64_t> bank_footprint_of(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer
);

}  // namespace tt::alloc_trace
