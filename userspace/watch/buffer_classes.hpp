// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Live buffers counted by everything that groups tell apart: what the groups of a page are made of, and what a baseline keeps.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "origin/call_site.hpp"
#include "report/memory_kind.hpp"
#include "report/usage_sample.hpp"
#include "watch/list.hpp"

namespace tt::alloc_trace::watch {

struct BufferClass {
    OwnerKind owner_kind = OwnerKind::Unknown;
    std::int32_t owner_id = -1;
    BufferType type = BufferType::Dram;
    FoundAs found_as = FoundAs::Allocated;
    std::uint64_t size = 0;   // bytes per chip
    std::uint32_t stack = 0;  // StackSeen::number

    auto operator<=>(const BufferClass&) const = default;
};

struct ClassSum {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;      // size x count: per chip
    std::uint64_t newest_t_ns = 0;
};

using ClassSums = std::map<BufferClass, ClassSum>;

// Every buffer of `process` that lies on `place` and is of `kind`, with its class. One way through all live buffers.
void each_buffer(
    const ProcessState& process,
    const Place& place,
    MemoryKind kind,
    const std::function<void(const AllocationKey&, const LiveBuffer&, const BufferClass&)>& take
);

// What was live when a baseline was taken.
class ClassBaseline {
public:
    explicit ClassBaseline(const TrackerView& view);
    // On `place`, of `kind`; empty if there was no such process.
    [[nodiscard]] ClassSums of(const ProcessKey& process, const Place& place, MemoryKind kind) const;

private:
    using OwnerKey = std::pair<OwnerKind, std::int32_t>;
    struct Process {
        ClassSums sums;
        std::map<OwnerKey, std::vector<Place>> places;
    };
    std::map<ProcessKey, Process> processes_;
};

enum class Grouping : std::uint8_t { All, CallSite, Owner, Size };
inline constexpr std::size_t kGroupings = 4;

struct Group {
    RowId id;
    BufferClass example;    // of its largest class
    ClassSum sum;
    std::string call_site;  // empty: not grouped by it
    std::int64_t change_bytes = 0;  // against the baseline, if there is one
    std::int64_t change_count = 0;
};

// The group that a class belongs to.
[[nodiscard]] RowId group_id(const BufferClass& one, Grouping grouping, CallSites& sites);

// By bytes, largest first. `before`: of the baseline; nullptr: none.
[[nodiscard]] std::vector<Group> group(const ClassSums& now, const ClassSums* before, Grouping grouping, CallSites& sites);

// "model.py:41 forward", "before attach", "lost", "not taken".
[[nodiscard]] std::string call_site_text(const BufferClass& one, CallSites& sites);

}  // namespace tt::alloc_trace::watch
