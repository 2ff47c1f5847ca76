// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/launch_room.hpp"

#include <algorithm>
#include <iterator>

#include "base/range.hpp"

namespace tt::alloc_trace {
namespace {

std::uint64_t common_bytes(const L1Range& a, const L1Range& b) {
    const std::uint64_t begin = std::max(a.begin, b.begin);
    const std::uint64_t end = std::min(a.end, b.end);
    return end > begin ? end - begin : 0;
}

std::vector<Place> common_places(const std::vector<Place>& a, const std::vector<Place>& b) {
    std::vector<Place> common;
    std::copy_if(a.begin(), a.end(), std::back_inserter(common), [&b](const Place& place) {
        return std::find(b.begin(), b.end(), place) != b.end();
    });
    return common;
}

AllocationKey l1_key(const ProcessState& process, std::uint32_t allocator, std::uint64_t address) {
    return {address, allocator, BufferType::L1, 0, process.allocators[allocator].generation};
}

auto is_live(const ProcessState& process, std::uint32_t allocator) {
    return [&process, allocator](std::uint64_t address) { return process.live.find(l1_key(process, allocator, address)) != nullptr; };
}

// The circular buffer that reaches furthest into `range`.
void take_planned(LaunchOverlap& overlap, const ProcessState& process, const L1Range& range) {
    const auto program = process.programs.programs().find(overlap.program);
    if (program == process.programs.programs().end()) {
        return;
    }
    std::uint64_t most = 0;
    for (const CircularBuffer& cb : program->second.circular_buffers) {
        const L1Range planned{cb.address, end_of(cb.address, cb.size)};
        if (const std::uint64_t bytes = common_bytes(planned, range); bytes > most) {
            most = bytes;
            overlap.planned = planned;
            overlap.kind = cb.kind;
            overlap.cores = cb.core_count();
        }
    }
}

// Where one that was allocated core by core lies on the other cores is not recorded.
bool lies_on_all_cores(const AllocationKey& key, const LiveBuffer& buffer) {
    return key.type == BufferType::L1 && buffer.per_core == 0;
}

}  // namespace

bool LaunchApproach::closer_than(const LaunchApproach& other) const {
    if (gap.has_value() != other.gap.has_value()) {
        return gap.has_value();
    }
    return gap ? *gap < *other.gap : circular_buffer_end > other.circular_buffer_end;
}

void LaunchRoom::begin(const TrackerView& view) {
    number_.begin(view);
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            started(*process, key, buffer);
        }
    }
    lowest_place_.event = lowest_address_ ? number_.last() : 0;
}

void LaunchRoom::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (!lies_on_all_cores(key, buffer)) {
        return;
    }
    const auto [holder, fresh] = holders_.try_emplace({process.number, key.allocator});
    if (fresh || holder->second.generation != key.generation) {
        holder->second = {key.generation, process.pid, {}};
        above_.clear();
    }
    holder->second.addresses.add(key.address, is_live(process, key.allocator));
    if (!lowest_address_ || key.address < *lowest_address_) {
        lowest_address_ = key.address;
        lowest_place_ = {number_.current(), process.last_t_ns};
    }
}

void LaunchRoom::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    if (const auto holder = lies_on_all_cores(key, buffer) ? holders_.find({process.number, key.allocator}) : holders_.end();
        holder != holders_.end()) {
        holder->second.addresses.remove();
    }
}

// An allocator of fewer banks than another has a part of the cores only, as sub-devices do: which, is not known.
const LaunchRoom::Above& LaunchRoom::above(const ProcessState& process, const Owner& owner) {
    const auto [found, fresh] = above_.try_emplace({process.number, owner.pointer});
    if (!fresh) {
        return found->second;
    }
    Above& above = found->second;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sharing;  // allocator and banks, 0: not known
    std::uint32_t most_banks = 0;
    for (std::uint32_t i = 0; i < process.allocators.size(); ++i) {
        const Allocator& allocator = process.allocators[i];
        const Region* region = allocator.region(BufferType::L1);
        if (!allocator.alive || common_places(owner.places, process.owners[allocator.owner].places).empty()) {
            continue;
        }
        sharing.emplace_back(i, region == nullptr ? 0 : region->banks);
        most_banks = std::max(most_banks, sharing.back().second);
        if (region != nullptr) {
            above.l1_end = std::max(above.l1_end.value_or(0), end_of(region->base, region->bytes));
        }
    }
    for (const auto& [allocator, banks] : sharing) {
        if ((banks == 0 || banks == most_banks) && holders_.contains({process.number, allocator})) {
            above.allocators.push_back(allocator);
        }
    }
    return above;
}

std::optional<LaunchRoom::Lowest> LaunchRoom::lowest(const ProcessState& process, const Above& above) {
    std::optional<Lowest> lowest;
    for (const std::uint32_t allocator : above.allocators) {
        const auto address = holders_.at({process.number, allocator}).addresses.lowest(is_live(process, allocator));
        if (address && (!lowest || *address < lowest->address)) {
            lowest = Lowest{*address, allocator};
        }
    }
    return lowest;
}

std::optional<LaunchOverlap> LaunchRoom::find_overlap(
    const ProcessState& process, const Owner& owner, std::uint64_t program, const CorePlan& plan
) {
    LaunchOverlap overlap;
    std::uint64_t most = 0;
    for (const std::uint32_t allocator : above(process, owner).allocators) {
        const Holder& holder = holders_.at({process.number, allocator});
        for (const std::uint64_t address : holder.addresses.below(plan.end(), kMaxBuffers, is_live(process, allocator))) {
            const AllocationKey key = l1_key(process, allocator, address);
            const LiveBuffer& buffer = *process.live.find(key);
            const auto reserved = bank_footprint_of(process, key, buffer);
            const L1Range range{address, end_of(address, reserved.value_or(1))};
            std::uint64_t bytes = 0;
            for (const L1Range& planned : plan.ranges) {
                bytes += common_bytes(planned, range);
            }
            if (bytes == 0) {
                continue;
            }
            ++overlap.buffers;
            overlap.bytes += reserved ? bytes : 0;
            if (bytes > most) {
                most = bytes;
                overlap.program = program;
                overlap.places = common_places(owner.places, process.owner_of(key).places);
                overlap.buffer = buffer_facts(process, key, buffer);
                take_planned(overlap, process, range);
            }
        }
    }
    if (overlap.buffers == 0) {
        return std::nullopt;
    }
    overlap.pid = process.pid;
    overlap.owner = owner_facts(owner);
    overlap.launches = 1;
    overlap.place = overlap.first = overlap.last = {number_.current(), process.last_t_ns};
    return overlap;
}

void LaunchRoom::see(
    SeenLaunch& launch, const ProcessState& process, const Owner& owner, std::uint64_t program, const CorePlan& plan
) {
    const Above& above = this->above(process, owner);
    const std::optional<Lowest> lowest = this->lowest(process, above);
    const std::optional<std::uint64_t> limit = lowest ? std::optional(lowest->address) : above.l1_end;
    launch.owner = {process.number, owner.pointer};
    LaunchApproach approach;
    approach.circular_buffer_end = plan.end();
    if (limit) {
        approach.gap = static_cast<std::int64_t>(*limit - plan.end());
    }
    const auto closest = closest_.find(launch.owner);
    if (closest == closest_.end() || approach.closer_than(closest->second)) {
        approach.pid = process.pid;
        approach.place = {number_.current(), process.last_t_ns};
        approach.owner = owner_facts(owner);
        approach.places = owner.places;
        approach.program = program;
        if (lowest) {
            approach.lowest = lowest->address;
            approach.places = common_places(owner.places, process.owners[process.allocators[lowest->allocator].owner].places);
        }
        launch.closer = std::move(approach);
    }
    if (lowest && plan.end() > lowest->address) {
        launch.overlap = find_overlap(process, owner, program, plan);
    }
}

void LaunchRoom::launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    if (planning) {
        plans_.changed(process, program);
    }
    SeenLaunch& launch = open_.open(process, owner, program, planning, [this](const SeenLaunch& seen) { let_through(seen); });
    const std::shared_ptr<const CorePlan> plan = plans_.of(process, program);
    if (!plan->ranges.empty()) {
        see(launch, process, owner, program, *plan);
    }
}

void LaunchRoom::let_through(const SeenLaunch& launch) {
    if (launch.closer && (closest_.size() < kMaxApproaches || closest_.contains(launch.owner))) {
        closest_[launch.owner] = *launch.closer;
    }
    if (!launch.overlap) {
        return;
    }
    ++overlapping_launches_;
    const LaunchOverlap& now = *launch.overlap;
    const auto known = overlaps_.find({launch.owner, now.program});
    if (known == overlaps_.end()) {
        if (overlaps_.size() < kMaxOverlaps) {
            overlaps_[{launch.owner, now.program}] = now;
        }
        return;
    }
    LaunchOverlap& before = known->second;
    const LaunchOverlap& worst = now.bytes > before.bytes ? now : before;
    const StreamPlace first = before.first;
    const std::uint64_t launches = before.launches + 1;
    before = LaunchOverlap(worst);
    before.first = first;
    before.last = now.last;
    before.launches = launches;
}

void LaunchRoom::observe(const Event& event, const Applied& /*applied*/) {
    if (std::holds_alternative<OwnerSeen>(event) || std::holds_alternative<AllocatorSeen>(event)) {
        above_.clear();
    } else if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
        open_.refused(*clash);
    } else if (const auto* exited = std::get_if<ProcessExited>(&event)) {
        open_.end(*exited, [this](const SeenLaunch& seen) { let_through(seen); });
        std::erase_if(holders_, [exited](const auto& holder) { return holder.second.pid == exited->header.pid; });
        above_.clear();
    }
    number_.observed();
}

void LaunchRoom::end(const TrackerView& /*view*/) {
    open_.end([this](const SeenLaunch& seen) { let_through(seen); });
    holders_.clear();
    above_.clear();
}

std::vector<LaunchApproach> LaunchRoom::closest() const {
    std::vector<LaunchApproach> all;
    for (const auto& [owner, approach] : closest_) {
        all.push_back(approach);
    }
    std::stable_sort(all.begin(), all.end(), [](const LaunchApproach& a, const LaunchApproach& b) { return a.closer_than(b); });
    return all;
}

std::vector<LaunchOverlap> LaunchRoom::overlaps() const {
    std::vector<LaunchOverlap> all;
    for (const auto& [where, overlap] : overlaps_) {
        all.push_back(overlap);
    }
    std::stable_sort(all.begin(), all.end(), [](const LaunchOverlap& a, const LaunchOverlap& b) {
        return a.first.event < b.first.event;
    });
    return all;
}

}  // namespace tt::alloc_trace
