// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What nobody freed: buffers that a close, a clear or the end of their process took away, and those still live at the end of
// the window. In groups of one process, owner, type, size and kind of end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_book.hpp"
#include "analysis/stack_sample.hpp"
#include "origin/origin_filter.hpp"

namespace tt::alloc_trace {

enum class RemainEnd : std::uint8_t { StillLive, ReleasedByExit, ReleasedByClose, Destroyed, Cleared };
inline constexpr std::size_t kRemainEndCount = 5;

// "still live", "released by exit", "released by close", "released by close" (Destroyed: the device object went without a
// close()), "cleared".
[[nodiscard]] std::string_view to_string(RemainEnd end);

struct RemainGroup {
    std::uint32_t process = 0;  // ProcessState::number
    std::uint32_t pid = 0;
    std::uint32_t owner = 0;    // number in Remains::owners
    BufferType type = BufferType::Dram;
    std::uint64_t size = 0;     // of each buffer
    RemainEnd end = RemainEnd::StillLive;
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;        // size x count: per chip
    std::optional<std::uint64_t> footprint_bytes = 0;  // of all of them, per chip; nullopt: not known of each
    std::optional<std::uint64_t> bank_bytes = 0;       // the same in one bank
    std::uint64_t first_t_ns = 0;   // allocated, or found: the oldest
    std::uint64_t last_t_ns = 0;    // the youngest
    std::uint64_t ended_t_ns = 0;   // the latest of the ends; still live: end of the window
    std::uint32_t tid = 0;          // that allocated all of them; 0: several, or not known
    std::uint64_t pre_existing = 0;  // of `count`: older than the process's first event
    StackSample stacks{};
    std::vector<std::uint64_t> born{};  // t_ns of all, in no order; fewer than `count` if there are too many

    // Of `count`: allocated from that moment on; nullopt: not known.
    [[nodiscard]] std::optional<std::uint64_t> newer_than(std::uint64_t t_ns) const;
};

// Blocks that failed allocations left in use: they belong to no buffer, and only the end of their allocator frees them.
struct OrphanGroup {
    std::uint32_t pid = 0;
    std::string owner;  // "mesh 0 (chips 0-7)"; empty if not known
    std::vector<Place> places;
    BufferType type = BufferType::Dram;
    std::uint64_t size = 0;   // asked for
    std::uint64_t count = 0;
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
};

struct Remains {
    std::vector<RemainGroup> groups;    // by end, then by bytes, largest first
    std::vector<OrphanGroup> orphans;   // in order of appearance
    OwnerBook owners;
    std::uint64_t end_t_ns = 0;         // of the window
    std::uint64_t left_out = 0;         // buffers of groups beyond kMaxGroups
};

class RemainsObserver : public Observer {
public:
    static constexpr std::size_t kMaxGroups = std::size_t{1} << 18U;
    static constexpr std::size_t kMaxOrphanGroups = 1024;
    static constexpr std::size_t kMaxBorn = std::size_t{1} << 22U;  // of all groups, 32 MiB

    explicit RemainsObserver(OriginFilter origins = {}) : origins_(std::move(origins)) {}

    [[nodiscard]] const Remains& result() const { return remains_; }  // after end()

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;
    void end(const TrackerView& view) override;

private:
    using Key = std::tuple<std::uint32_t, std::uint32_t, BufferType, std::uint64_t, RemainEnd>;

    void add(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, RemainEnd end, std::uint64_t t_ns);
    void add_orphan(const AllocationFailed& failed);

    OriginMatcher origins_;
    Remains remains_;
    std::map<Key, RemainGroup> groups_;
    std::size_t born_ = 0;
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
};

}  // namespace tt::alloc_trace
