// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What each call site, operation or other part of a stack (OriginKey) allocated and held.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_history.hpp"
#include "analysis/owner_identity.hpp"
#include "origin/origin_filter.hpp"
#include "origin/origin_key.hpp"

namespace tt::alloc_trace {

// One type of one owner, asked for at one place.
struct OriginRecord {
    std::string origin;  // by the key; empty: its stack was not taken, or has none
    OwnerIdentity owner;
    BufferType type = BufferType::Dram;
    OwnerTypeUsage usage;
    std::uint64_t before_attach = 0;      // of `usage.found`: older than the process's first event
    std::set<std::uint32_t> stacks;       // numbers, at most kMaxStacks
    bool more_stacks = false;
    std::set<std::string> operations;     // of these stacks; by operation it is empty

    static constexpr std::size_t kMaxStacks = 64;
};

class OriginUsage final : public Observer {
public:
    // Most stacks, each in one allocator, that are looked at; allocations of further ones are missing.
    static constexpr std::size_t kMaxRecords = std::size_t{1} << 18U;

    OriginUsage(OriginKey by, LifeFilter passes, OriginFilter origins = {}) : by_(by), passes_(std::move(passes)), origins_(std::move(origins)) {}

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;

    [[nodiscard]] const std::vector<OriginRecord>& records() const { return records_; }  // in order of appearance
    // The same, with what is live as of another moment of the same stream.
    [[nodiscard]] std::vector<OriginRecord> records_with_live_of(const TrackerView& moment) const;
    [[nodiscard]] bool all_kept() const { return all_kept_; }
    // No stack was taken in what was replayed, nor before.
    [[nodiscard]] bool no_stacks() const { return stacks_ == nullptr || stacks_->empty(); }

private:
    static constexpr std::size_t kNone = ~std::size_t{0};

    // Of this buffer, made if need be; nullptr: it does not pass, or there are too many.
    OriginRecord* record(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    [[nodiscard]] std::size_t find_or_make(const Owner& owner, BufferType type, std::uint32_t stack);

    OriginKey by_;
    LifeFilter passes_;
    OriginMatcher origins_;
    const StackTable* stacks_ = nullptr;
    std::optional<CallSites> sites_;
    using Key = std::tuple<std::string, OwnerIdentity, BufferType>;
    std::map<Key, std::size_t> index_;
    // Of buffers of one stack, in one allocator: ProcessState::number, its index and generation there.
    using Source = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint16_t, BufferType>;
    std::map<Source, std::size_t> latest_;
    std::vector<OriginRecord> records_;
    bool all_kept_ = true;
};

}  // namespace tt::alloc_trace
