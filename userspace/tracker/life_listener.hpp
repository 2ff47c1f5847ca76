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
// The same in one bank.
[[nodiscard]] std::optional<std::uint64_t> bank_footprint_of(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer
);

}  // namespace tt::alloc_trace
