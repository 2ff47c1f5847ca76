// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What processes held at the end of a stream, grouped so that two streams can be compared: what is live, and of a process that
// ended what it had not freed when its devices were closed for the last time, or when it was gone.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/stack_sample.hpp"
#include "origin/origin_key.hpp"

namespace tt::alloc_trace {

struct HeldKey {
    OwnerIdentity owner;  // chips ascending
    BufferType type = BufferType::Dram;
    std::uint64_t size = 0;
    std::string origin{};  // what groups are told apart by as well (OriginKey); empty: by nothing else, or it has none

    auto operator<=>(const HeldKey&) const = default;
};

struct HeldSum {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;  // size x count: per chip
    std::uint64_t footprint_bytes = 0;     // per chip, of those of which it is known
    std::uint64_t bank_bytes = 0;          // in one bank, likewise
    std::uint64_t footprint_unknown = 0;   // buffers of which it is not
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    StackSample stacks{};

    void add(const HeldSum& other);
    bool operator==(const HeldSum&) const = default;
};

using HeldGroups = std::map<HeldKey, HeldSum>;

[[nodiscard]] HeldGroups held_live(const TrackerView& view, const std::optional<OriginKey>& by = {});

// Adds buffers to groups.
class HeldGrouping {
public:
    // The table must outlive this.
    HeldGrouping(const std::optional<OriginKey>& by, const StackTable& stacks) : by_(by), stacks_(stacks), sites_(stacks) {}
    void add(HeldGroups& groups, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);

private:
    std::optional<OriginKey> by_;
    const StackTable& stacks_;
    CallSites sites_;
};

class HeldAtEnd final : public Observer {
public:
    // Most groups kept of processes that ended; buffers of further ones are counted in not_kept().
    static constexpr std::size_t kMaxEndedGroups = std::size_t{1} << 18U;

    explicit HeldAtEnd(const std::optional<OriginKey>& by = {}) : by_(by) {}

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void end(const TrackerView& view) override;

    [[nodiscard]] const HeldGroups& groups() const { return groups_; }
    [[nodiscard]] std::uint64_t ended_processes() const { return ended_processes_; }  // that held something then
    [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }

private:
    void fold(std::uint32_t process);

    std::optional<OriginKey> by_;
    std::optional<HeldGrouping> grouping_;  // from begin() on
    // By ProcessState::number, of living processes: what closing and exit released since the latest allocation.
    std::map<std::uint32_t, HeldGroups> released_;
    std::map<std::uint32_t, std::uint32_t> number_by_pid_;  // of those in released_
    HeldGroups ended_;
    HeldGroups groups_;
    std::uint64_t not_kept_ = 0;
    std::uint64_t ended_processes_ = 0;
};

}  // namespace tt::alloc_trace
