// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/held_at_end.hpp"

#include <algorithm>

namespace tt::alloc_trace {
void HeldGrouping::add(HeldGroups& groups, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const auto stack = static_cast<std::uint32_t>(buffer.stack);
    HeldKey group{identity_of(process.owner_of(key)), key.type, buffer.size, by_ ? origin_of(*by_, stacks_, stack, sites_) : std::string()};
    std::sort(group.owner.chips.begin(), group.owner.chips.end());
    const auto chip_bytes = footprint_of(process, key, buffer);
    const auto bank_bytes = bank_footprint_of(process, key, buffer);
    const bool known = chip_bytes && bank_bytes;
    HeldSum one{1, buffer.size, known ? *chip_bytes : 0, known ? *bank_bytes : 0, known ? std::uint64_t{0} : 1, buffer.t_ns, buffer.t_ns};
    one.stacks.add(stack);
    groups[group].add(one);
}

void HeldSum::add(const HeldSum& other) {
    first_t_ns = count == 0 ? other.first_t_ns : std::min(first_t_ns, other.first_t_ns);
    last_t_ns = std::max(last_t_ns, other.last_t_ns);
    count += other.count;
    bytes += other.bytes;
    footprint_bytes += other.footprint_bytes;
    bank_bytes += other.bank_bytes;
    footprint_unknown += other.footprint_unknown;
    for (const std::uint32_t stack : other.stacks.stacks()) {
        stacks.add(stack);
    }
}

HeldGroups held_live(const TrackerView& view, const std::optional<OriginKey>& by) {
    HeldGroups groups;
    HeldGrouping grouping(by, view.stacks);
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            grouping.add(groups, *process, key, buffer);
        }
    }
    return groups;
}

void HeldAtEnd::begin(const TrackerView& view) { grouping_.emplace(by_, view.stacks); }

// A close is the last one if nothing is allocated after it.
void HeldAtEnd::started(const ProcessState& process, const AllocationKey& /*key*/, const LiveBuffer& /*buffer*/) {
    if (!released_.empty()) {
        released_.erase(process.number);
    }
}

void HeldAtEnd::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) {
    if (kind == FreeKind::ReleasedByClose || kind == FreeKind::ReleasedByExit) {
        grouping_->add(released_[process.number], process, key, buffer);
        number_by_pid_[process.pid] = process.number;
    }
}

void HeldAtEnd::observe(const Event& event, const Applied& /*applied*/) {
    if (!std::holds_alternative<ProcessExited>(event)) {
        return;
    }
    const auto number = number_by_pid_.find(header_of(event).pid);
    if (number != number_by_pid_.end()) {
        fold(number->second);
        number_by_pid_.erase(number);
    }
}

void HeldAtEnd::fold(std::uint32_t process) {
    const auto released = released_.find(process);
    if (released == released_.end()) {
        return;
    }
    ++ended_processes_;
    for (const auto& [key, sum] : released->second) {
        if (ended_.size() < kMaxEndedGroups || ended_.contains(key)) {
            ended_[key].add(sum);
        } else {
            not_kept_ += sum.count;
        }
    }
    released_.erase(released);
}

void HeldAtEnd::end(const TrackerView& view) {
    groups_ = held_live(view, by_);
    for (const auto& [key, sum] : ended_) {
        groups_[key].add(sum);
    }
}

}  // namespace tt::alloc_trace
