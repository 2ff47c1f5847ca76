// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/fits.hpp"

#include <algorithm>

#include "analysis/owner_identity.hpp"
#include "analysis/region_range.hpp"

namespace tt::alloc_trace {
namespace {

std::uint64_t plus(std::uint64_t bytes, std::int64_t beyond) {
    const auto sum = static_cast<std::int64_t>(bytes) + beyond;
    return sum > 0 ? static_cast<std::uint64_t>(sum) : 0;
}

template <typename Names, typename Name>
void note(Names& names, const Name& name) {
    if (names.size() < Fits::kMaxNames) {
        names.insert(name);
    }
}

}  // namespace

bool FitRegion::same_but_place(const FitRegion& other) const {
    const auto rest = [](const FitRegion& one) {
        return std::tie(one.pid, one.type, one.with_circular_buffers, one.banks, one.capacity, one.known, one.recorded, one.needed, one.at, one.first);
    };
    return rest(*this) == rest(other);
}

void Fits::begin(const TrackerView& view) {
    number_.begin(view);
    tracked_ = &view.processes;
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            scaled(*process, key, buffer, true);
        }
        recount(*process);
    }
}

Fits::Space* Fits::space(const ProcessState& process, const Place& place, BufferType type) {
    const SpaceKey key{process.number, place, type};
    auto found = spaces_.find(key);
    if (found == spaces_.end()) {
        if (spaces_.size() >= kMaxRegions) {
            return nullptr;
        }
        found = spaces_.emplace(key, Space{}).first;
        FitRegion& region = found->second.region;
        region.pid = process.pid;
        region.place = place;
        region.type = type;
        found->second.at_launches = region;
        found->second.at_launches.with_circular_buffers = true;
    }
    Space& space = found->second;
    if (std::exchange(space.version, version_) == version_) {
        return &space;
    }
    if (const RegionRange range = region_range(process, place, type); range.banks != 0) {
        space.base = range.begin;
        for (FitRegion* region : {&space.region, &space.at_launches}) {
            region->banks = range.banks;
            region->capacity = range.bytes();
        }
    }
    return &space;
}

const Fits::Spaces& Fits::spaces(const ProcessState& process, const AllocationKey& key) {
    OfAllocator& of = cache_[{process.number, key.allocator}];
    if (of.generation != key.generation) {
        of = {key.generation, {}};
    }
    std::optional<Spaces>& spaces = of.types[static_cast<std::size_t>(key.type)];
    if (!spaces) {
        spaces.emplace();
        const Owner& owner = process.owner_of(key);
        for (std::size_t i = 0; i < owner.places.size(); ++i) {
            if (Space* found = space(process, owner.places[i], key.type)) {
                spaces->emplace_back(found, owner.usages[i]);
            }
        }
    }
    return *spaces;
}

void Fits::note_names(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const Owner& owner = process.owner_of(key);
    note(sizes_, std::pair(key.type, buffer.size));
    note(owners_, std::pair(owner.kind, owner.id));
    note(threads_, static_cast<std::uint32_t>(buffer.tid));
}

double Fits::factor(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool count) {
    const auto first = first_iterations_.find(process.pid);
    const std::optional<std::uint64_t> since = first == first_iterations_.end() ? std::nullopt : std::optional(first->second);
    double factor = 1;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].matches(process, key, buffer, since)) {
            factor *= rules_[i].factor;
            counts_[i].buffers += count ? 1 : 0;
            counts_[i].bytes += count ? buffer.size : 0;
        }
    }
    return factor;
}

Fits::Scaled Fits::scaled(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool count) {
    if (count && !rules_.empty()) {
        note_names(process, key, buffer);
    }
    const double times = factor(process, key, buffer, count);
    const std::uint64_t bytes = bank_footprint_of(process, key, buffer).value_or(0);
    const Region* region = process.allocators[key.allocator].region(key.type);
    const std::uint64_t larger = scaled_bytes(bytes, times, region == nullptr ? 1 : region->granularity);
    return {larger, static_cast<std::int64_t>(larger) - static_cast<std::int64_t>(bytes)};
}

void Fits::take(FitRegion& region, std::uint64_t recorded, std::uint64_t needed, const StreamPlace& now) {
    region.recorded = std::max(region.recorded, recorded);
    if (needed > region.needed) {
        region.needed = needed;
        region.at = now;
    }
}

void Fits::add(const ProcessState& process, const AllocationKey& key, std::int64_t beyond) {
    for (const auto& [space, usage] : spaces(process, key)) {
        space->beyond += beyond;
    }
}

void Fits::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const Scaled scale = scaled(process, key, buffer, true);
    add(process, key, scale.beyond);
    for (const auto& [space, usage] : spaces(process, key)) {
        FitRegion& region = space->region;
        const Usage::Footprint footprint = usage->of(key.type).footprint();
        region.known = region.known && footprint && region.banks != 0;
        if (!footprint || region.banks == 0) {
            continue;
        }
        const std::uint64_t recorded = *footprint / region.banks;
        const std::uint64_t needed = plus(recorded, space->beyond);
        take(region, recorded, needed, now(process));
        if (!region.first && needed > region.capacity) {
            const std::uint64_t others = needed - std::min(needed, scale.bytes);
            region.first = {now(process), 0, scale.bytes, region.capacity - std::min(region.capacity, others), buffer.size, owner_facts(process.owner_of(key))};
        }
    }
}

void Fits::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    add(process, key, -scaled(process, key, buffer, false).beyond);
}

void Fits::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    add(process, key, scaled(process, key, now, false).beyond - scaled(process, key, before, false).beyond);
}

double Fits::circular_buffer_factor() const {
    double factor = 1;
    for (const ScaleRule& rule : rules_) {
        factor *= rule.circular_buffers ? rule.factor : 1;
    }
    return factor;
}

void Fits::launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    if (planning) {
        plans_.changed(process, program);
    }
    const std::shared_ptr<const CorePlan> plan = plans_.of(process, program);
    if (plan->ranges.empty()) {
        return;
    }
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].circular_buffers && scaled_programs_.size() < kMaxRegions && scaled_programs_.emplace(process.number, program).second) {
            ++counts_[i].buffers;
            counts_[i].bytes += plan->most();
        }
    }
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        Space* on = space(process, owner.places[i], BufferType::L1);
        if (on == nullptr) {
            continue;
        }
        FitRegion& region = on->at_launches;
        const Usage::Footprint footprint = owner.usages[i]->of(BufferType::L1).footprint();
        region.known = region.known && footprint && region.banks != 0;
        if (!footprint || region.banks == 0) {
            continue;
        }
        const std::uint64_t plans = plan->end() - std::min(plan->end(), on->base);
        const std::uint64_t larger = scaled_bytes(plans, circular_buffer_factor(), 1);
        const std::uint64_t buffers = *footprint / region.banks;
        const std::uint64_t buffers_larger = plus(buffers, on->beyond);
        take(region, buffers + plans, buffers_larger + larger, now(process));
        if (!region.first && buffers_larger + larger > region.capacity) {
            region.first = {now(process), program, larger, region.capacity - std::min(region.capacity, buffers_larger), 0, owner_facts(owner)};
        }
    }
}

// Owners and allocators better known: what is live counts elsewhere, or for more.
void Fits::recount(const ProcessState& process) {
    cache_.clear();
    ++version_;
    for (auto at = spaces_.lower_bound({process.number, Place{}, BufferType::Dram}); at != spaces_.end() && std::get<0>(at->first) == process.number; ++at) {
        at->second.beyond = 0;
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        add(process, key, scaled(process, key, buffer, false).beyond);
    }
    for (auto at = spaces_.lower_bound({process.number, Place{}, BufferType::Dram}); at != spaces_.end() && std::get<0>(at->first) == process.number; ++at) {
        const auto usage = process.places.find(at->second.region.place);
        FitRegion& region = at->second.region;
        const Usage::Footprint footprint = usage == process.places.end() ? std::nullopt : usage->second.of(region.type).footprint();
        if (footprint && region.banks != 0) {
            take(region, *footprint / region.banks, plus(*footprint / region.banks, at->second.beyond), now(process));
        }
    }
}

// What was refused as it was recorded, and still would be.
void Fits::on_failure(const ProcessState& process, const AllocationFailed& event) {
    const std::optional<AllocationFailure>& failure = process.failures.latest;
    if (!failure || !failure->allocator || !failure->needed) {
        return;
    }
    const AllocationKey key{0, *failure->allocator, event.buffer.type, 0, process.allocators[*failure->allocator].generation};
    const double times = factor(process, key, live_buffer(event.header, event.buffer), false);
    const std::uint64_t asked = scaled_bytes(*failure->needed, times, 1);
    for (const auto& [space, usage] : spaces(process, key)) {
        FitRegion& region = space->region;
        const Usage::Footprint footprint = usage->of(key.type).footprint();
        if (!footprint || region.banks == 0) {
            continue;
        }
        const std::uint64_t recorded = *footprint / region.banks;
        const std::uint64_t others = plus(recorded, space->beyond);
        take(region, recorded + *failure->needed, others + asked, now(process));
        if (!region.first && others + asked > region.capacity) {
            region.first = {now(process), 0, asked, region.capacity - std::min(region.capacity, others), event.buffer.size, owner_facts(process.owner_of(key))};
        }
    }
}

void Fits::observe(const Event& event, const Applied& /*applied*/) {
    const bool better_known = std::holds_alternative<OwnerSeen>(event) || std::holds_alternative<AllocatorSeen>(event);
    const auto* failed = std::get_if<AllocationFailed>(&event);
    if (better_known || failed != nullptr) {
        const auto process = std::find_if(tracked_->rbegin(), tracked_->rend(), [&event](const auto& one) { return one->pid == header_of(event).pid; });
        if (process != tracked_->rend()) {
            better_known ? recount(**process) : on_failure(**process, *failed);
        }
    }
    number_.observed();
}

std::vector<FitRegion> Fits::regions() const {
    std::vector<FitRegion> all;
    for (const auto& [key, space] : spaces_) {
        all.push_back(space.region);
        if (space.at_launches.needed > 0 || space.at_launches.first) {
            all.push_back(space.at_launches);
        }
    }
    std::erase_if(all, [](const FitRegion& region) { return region.needed == 0 && region.known; });
    return all;
}

}  // namespace tt::alloc_trace
