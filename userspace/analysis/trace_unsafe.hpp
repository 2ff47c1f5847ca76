// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Allocations made while a captured trace was live on one of their chips: replaying that trace writes to the addresses it was
// captured with, whatever lies there now.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"

namespace tt::alloc_trace {

struct CapturedTrace {  // a buffer of type TRACE
    std::uint32_t number = 0;  // in order of appearance, from 1
    std::uint32_t pid = 0;
    OwnerIdentity owner;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint64_t captured_t_ns = 0;  // allocated, or found by a walk
    std::optional<std::uint64_t> released_t_ns{};
    std::uint64_t allocs = 0;  // made beside it
    std::uint64_t bytes = 0;   // of them
};

struct UnsafeGroup {  // same process, owner, type and size
    std::uint32_t pid = 0;
    OwnerIdentity owner;
    BufferType type = BufferType::Dram;
    std::uint64_t size = 0;
    std::uint64_t count = 0;  // allocations
    std::uint64_t live = 0;   // of them, at the end
    std::optional<std::uint64_t> bank_bytes = 0;  // footprint of all of them in one bank; nullopt: not known of each
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    std::vector<std::uint32_t> traces;  // CapturedTrace::number, ascending; the first kMaxTracesNamed
    bool more_traces = false;
};

class TraceUnsafeObserver final : public Observer {
public:
    static constexpr std::size_t kMaxTraces = 4096;   // kept; more are counted
    static constexpr std::size_t kMaxGroups = 65536;  // kept; allocations of more are counted
    // Of a process that are held against each allocation; a program has some dozens.
    static constexpr std::size_t kMaxLiveTraces = 128;
    static constexpr std::size_t kMaxTracesNamed = 16;

    explicit TraceUnsafeObserver(LifeFilter filter = {});

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;

    [[nodiscard]] const std::vector<CapturedTrace>& traces() const { return traces_; }
    [[nodiscard]] std::vector<UnsafeGroup> groups() const;  // most live bytes first, then most bytes
    [[nodiscard]] std::uint64_t captured() const { return captured_; }  // also those that are not kept
    [[nodiscard]] std::uint64_t allocs() const { return allocs_; }      // unsafe ones, likewise
    [[nodiscard]] std::uint64_t live() const { return live_; }          // likewise
    // Traces were not kept or not compared: the traces named are not all.
    [[nodiscard]] bool traces_incomplete() const { return traces_incomplete_; }

private:
    struct GroupKey {
        std::uint32_t process = 0;
        OwnerIdentity owner;
        BufferType type = BufferType::Dram;
        std::uint64_t size = 0;

        auto operator<=>(const GroupKey&) const = default;
    };

    void captured(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void released(const ProcessState& process, const AllocationKey& key);
    void beside(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);

    LifeFilter filter_;
    std::vector<CapturedTrace> traces_;
    std::map<std::uint32_t, std::vector<std::pair<AllocationKey, std::uint32_t>>> live_traces_;  // by process: key, index
    std::map<GroupKey, UnsafeGroup> groups_;
    std::uint64_t captured_ = 0;
    std::uint64_t allocs_ = 0;
    std::uint64_t live_ = 0;
    std::uint64_t begin_t_ns_ = 0;
    bool traces_incomplete_ = false;
};

}  // namespace tt::alloc_trace
