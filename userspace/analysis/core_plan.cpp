// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/core_plan.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace tt::alloc_trace {
namespace {

L1Range range_of(const CircularBuffer& buffer) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    return {buffer.address, buffer.size > kMax - buffer.address ? kMax : buffer.address + buffer.size};
}

std::vector<L1Range> joined(std::vector<L1Range> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const L1Range& a, const L1Range& b) { return a.begin < b.begin; });
    std::vector<L1Range> all;
    for (const L1Range& range : ranges) {
        if (!all.empty() && range.begin <= all.back().end) {
            all.back().end = std::max(all.back().end, range.end);
        } else {
            all.push_back(range);
        }
    }
    return all;
}

std::uint64_t bytes_of(std::vector<L1Range> ranges) {
    std::uint64_t bytes = 0;
    for (const L1Range& range : joined(std::move(ranges))) {
        bytes += range.end - range.begin;
    }
    return bytes;
}

bool sound(const CoreRange& range) { return range.start_x <= range.end_x && range.start_y <= range.end_y; }

// Where ranges begin, or end before: between two of them, a column or row is the same all along.
std::vector<std::uint64_t> cuts(const std::vector<CoreRange>& ranges, std::uint32_t CoreRange::*start, std::uint32_t CoreRange::*end) {
    std::vector<std::uint64_t> all;
    for (const CoreRange& range : ranges) {
        all.push_back(range.*start);
        all.push_back(std::uint64_t{range.*end} + 1);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

bool holds(const CircularBuffer& buffer, std::uint64_t x, std::uint64_t y) {
    return std::any_of(buffer.cores.begin(), buffer.cores.end(), [&](const CoreRange& range) {
        return range.start_x <= x && x <= range.end_x && range.start_y <= y && y <= range.end_y;
    });
}

std::uint64_t bytes_at(const std::vector<CircularBuffer>& buffers, std::uint64_t x, std::uint64_t y) {
    std::vector<L1Range> ranges;
    for (const CircularBuffer& buffer : buffers) {
        if (holds(buffer, x, y)) {
            ranges.push_back(range_of(buffer));
        }
    }
    return bytes_of(std::move(ranges));
}

// Extends `part` if it goes on in it, along rows (same height) or columns (same width).
bool extends(CorePart& part, const CorePart& next) {
    const bool same_rows = part.cores.start_y == next.cores.start_y && part.cores.end_y == next.cores.end_y;
    const bool same_columns = part.cores.start_x == next.cores.start_x && part.cores.end_x == next.cores.end_x;
    const bool right = same_rows && std::uint64_t{part.cores.end_x} + 1 == next.cores.start_x;
    const bool below = same_columns && std::uint64_t{part.cores.end_y} + 1 == next.cores.start_y;
    if (part.bytes != next.bytes || (!right && !below)) {
        return false;
    }
    part.cores.end_x = next.cores.end_x;
    part.cores.end_y = next.cores.end_y;
    return true;
}

void add_joined(std::vector<CorePart>& parts, const CorePart& next) {
    if (std::none_of(parts.begin(), parts.end(), [&](CorePart& part) { return extends(part, next); })) {
        parts.push_back(next);
    }
}

std::vector<CorePart> parts_of(const std::vector<CircularBuffer>& buffers, const std::vector<CoreRange>& ranges) {
    const std::vector<std::uint64_t> columns = cuts(ranges, &CoreRange::start_x, &CoreRange::end_x);
    const std::vector<std::uint64_t> rows = cuts(ranges, &CoreRange::start_y, &CoreRange::end_y);
    std::vector<CorePart> parts;
    for (std::size_t row = 0; row + 1 < rows.size(); ++row) {
        std::vector<CorePart> of_row;
        for (std::size_t column = 0; column + 1 < columns.size(); ++column) {
            const std::uint64_t bytes = bytes_at(buffers, columns[column], rows[row]);
            if (bytes > 0) {
                const auto last = [](std::uint64_t next) { return static_cast<std::uint32_t>(next - 1); };
                const auto first = [](std::uint64_t at) { return static_cast<std::uint32_t>(at); };
                add_joined(of_row, {{first(columns[column]), first(rows[row]), last(columns[column + 1]), last(rows[row + 1])}, bytes});
            }
        }
        for (const CorePart& part : of_row) {
            add_joined(parts, part);
        }
    }
    return parts;
}

}  // namespace

CorePlan core_plan(const Program& program) {
    CorePlan plan;
    std::vector<CoreRange> ranges;
    std::copy_if(program.cores.begin(), program.cores.end(), std::back_inserter(ranges), sound);
    if (ranges.size() > CorePlan::kMaxCoreRanges) {
        ranges.resize(CorePlan::kMaxCoreRanges);
        plan.cores_complete = false;
    }
    std::vector<L1Range> addresses;
    for (const CircularBuffer& buffer : program.circular_buffers) {
        addresses.push_back(range_of(buffer));
        plan.cores_complete = plan.cores_complete && buffer.cores_complete;
    }
    plan.ranges = joined(std::move(addresses));
    plan.parts = parts_of(program.circular_buffers, ranges);
    for (const CorePart& part : plan.parts) {
        plan.columns = std::max(plan.columns, part.cores.end_x + 1);
        plan.rows = std::max(plan.rows, part.cores.end_y + 1);
    }
    std::sort(plan.parts.begin(), plan.parts.end(), [](const CorePart& a, const CorePart& b) {
        const auto order = [](const CorePart& part) { return std::tuple(~part.bytes, part.cores.start_y, part.cores.start_x); };
        return order(a) < order(b);
    });
    return plan;
}

std::shared_ptr<const CorePlan> CorePlans::of(const ProcessState& process, std::uint64_t program) {
    const Key key{process.number, program};
    if (const auto known = plans_.find(key); known != plans_.end()) {
        return known->second;
    }
    if (plans_.size() >= kMaxPlans) {
        plans_.clear();
    }
    const auto found = process.programs.programs().find(program);
    auto plan = std::make_shared<const CorePlan>(found == process.programs.programs().end() ? CorePlan{} : core_plan(found->second));
    plans_.insert({key, plan});
    return plan;
}

}  // namespace tt::alloc_trace
