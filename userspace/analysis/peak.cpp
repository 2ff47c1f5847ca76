// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/peak.hpp"

#include <algorithm>

#include "analysis/region_range.hpp"

namespace tt::alloc_trace {
namespace {

using Footprint = Usage::Footprint;

PeakOf peak_of(BufferType type) { return static_cast<PeakOf>(type); }

// A launch that was let through is told late: of equal peaks the first one counts.
bool is_above(std::uint64_t bytes, const StreamPlace& now, const PeakMoment& peak) {
    return bytes > peak.bytes || (bytes > 0 && bytes == peak.bytes && now.event < peak.place.event);
}

void raise_to(Peak& peak, std::uint64_t bytes, const Footprint& footprint, const StreamPlace& now) {
    if (is_above(bytes, now, peak.by_size)) {
        peak.by_size = {bytes, now};
        peak.footprint_known = footprint.has_value();
    }
    if (footprint && is_above(*footprint, now, peak.by_footprint)) {
        peak.by_footprint = {*footprint, now};
    }
}

// Of one core's L1, for buffers and circular buffers, and how many cores there are.
void find_cores(const ProcessState& process, const Place& place, std::uint32_t& cores, std::uint64_t& core_bytes) {
    const RegionRange range = region_range(process, place, BufferType::L1);
    cores = range.banks;
    core_bytes = range.bytes();
}

// Groups of what lies on `place` and counts for `of`.
void add_groups(PeakContent& content, const ProcessState& process, const std::vector<AllocatorGroup>& groups, const PeakKey& key) {
    for (const AllocatorGroup& entry : groups) {
        const std::vector<Place>& places = process.owners[process.allocators[entry.allocator].owner].places;
        const bool counts = key.of == peak_of(entry.group.type) ||
                            (key.of == PeakOf::L1AndCircularBuffers && entry.group.type == BufferType::L1);
        if (counts && std::find(places.begin(), places.end(), key.place) != places.end()) {
            content.groups.push_back(entry.group);
            content.buffers += entry.group.count;
            content.bytes += entry.group.bytes;
        }
    }
    if (const auto usage = process.places.find(key.place); usage != process.places.end()) {
        const bool l1 = key.of == PeakOf::L1AndCircularBuffers;
        content.double_bytes = usage->second.of(l1 ? BufferType::L1 : static_cast<BufferType>(key.of)).double_bytes;
    }
    sort_by_bytes(content.groups);
    content.group_count = content.groups.size();
    content.groups.resize(std::min(content.groups.size(), PeakContent::kMaxGroups));
}

void add_circular_buffers(PeakContent& content, const ProcessState& process, const Place& place) {
    for (const std::uint64_t id : process.programs.resident_programs(place)) {
        const auto program = process.programs.programs().find(id);
        if (program == process.programs.programs().end()) {
            continue;
        }
        for (const CircularBuffer& cb : program->second.circular_buffers) {
            if (++content.circular_buffer_count <= PeakContent::kMaxCircularBuffers) {
                content.circular_buffers.push_back({id, cb.address, cb.size, cb.core_count(), cb.cores_complete, cb.kind});
            }
        }
    }
}

}  // namespace

void PeakFinder::begin(const TrackerView& view) {
    number_.begin(view);
    tracked_ = &view.processes;
    for (const auto& process : view.processes) {
        for (const auto& [place, usage] : process->places) {
            PlacePeaks& peaks = peaks_of(*process, place);
            find_cores(*process, place, peaks.cores, peaks.core_bytes);
            const StreamPlace before{number_.last(), process->last_t_ns};
            for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
                raise_type(peaks, usage, static_cast<BufferType>(i), before);
            }
        }
    }
}

PeakFinder::PlacePeaks& PeakFinder::peaks_of(const ProcessState& process, const Place& place) {
    const auto known = peaks_.find({process.number, place});
    if (known != peaks_.end()) {
        return known->second;
    }
    if (peaks_.size() >= kMaxPlaces && peaks_.begin()->first.first != process.number) {
        peaks_.erase(peaks_.begin());
        ++forgotten_;
        cache_.clear();
        owner_cache_.clear();
    }
    PlacePeaks& fresh = peaks_[{process.number, place}];
    fresh.pid = process.pid;
    return fresh;
}

PeakFinder::PeaksOfOwner PeakFinder::find_peaks(const ProcessState& process, const Owner& owner) {
    PeaksOfOwner found;
    for (const Place& place : owner.places) {
        PlacePeaks& peaks = peaks_of(process, place);
        find_cores(process, place, peaks.cores, peaks.core_bytes);
        found.push_back(&peaks);
    }
    return found;
}

void PeakFinder::cache_for(const ProcessState& process) {
    if (cached_process_ != process.number) {
        cached_process_ = process.number;
        cache_.clear();
        owner_cache_.clear();
    }
}

const PeakFinder::PeaksOfOwner& PeakFinder::peaks_of(const ProcessState& process, const Owner& owner) {
    cache_for(process);
    const auto known = owner_cache_.find(owner.pointer);
    if (known != owner_cache_.end()) {
        return known->second;
    }
    PeaksOfOwner found = find_peaks(process, owner);  // may clear the cache
    return owner_cache_[owner.pointer] = std::move(found);
}

void PeakFinder::raise_type(PlacePeaks& peaks, const PlaceUsage& usage, BufferType type, const StreamPlace& now) {
    const Usage& of_type = usage.of(type);
    const Footprint footprint = of_type.footprint();
    raise_to(peaks.of[static_cast<std::size_t>(type)], of_type.bytes, footprint, now);
    if (type == BufferType::L1) {
        raise_to(peaks.of[static_cast<std::size_t>(PeakOf::L1AndCircularBuffers)], of_type.bytes, footprint, now);
        const Footprint even = of_type.even_footprint();
        const std::uint64_t of_core = even && peaks.cores > 0 ? *even / peaks.cores : 0;
        if (of_core > peaks.core.bytes) {
            peaks.core = {of_core, of_core, now, 0, {}, true, peaks.cores, peaks.core_bytes};
        }
    }
}

void PeakFinder::raise(const ProcessState& process, const AllocationKey& key) {
    cache_for(process);
    const Owner& owner = process.owner_of(key);
    if (key.allocator >= cache_.size() || cache_[key.allocator].generation != key.generation) {
        AllocatorPlaces found{key.generation, find_peaks(process, owner)};
        cache_.resize(std::max<std::size_t>(cache_.size(), key.allocator + std::size_t{1}));
        cache_[key.allocator] = std::move(found);
    }
    const PeaksOfOwner& peaks = cache_[key.allocator].peaks;
    for (std::size_t i = 0; i < peaks.size(); ++i) {
        raise_type(*peaks[i], *owner.usages[i], key.type, now(process));
    }
}

void PeakFinder::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*buffer*/) {
    raise(process, key);
}

void PeakFinder::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*before*/, const LiveBuffer& /*now*/
) {
    raise(process, key);
}

namespace {

std::uint64_t most_of(const std::vector<std::shared_ptr<const CorePlan>>& plans) {
    std::uint64_t most = 0;  // they lie on different cores
    for (const auto& plan : plans) {
        most = std::max(most, plan->most());
    }
    return most;
}

}  // namespace

bool PeakFinder::rises(const PlacePeaks& peaks, const SeenLaunch::At& at) {
    const Peak& both = peaks.of[static_cast<std::size_t>(PeakOf::L1AndCircularBuffers)];
    const std::uint64_t of_buffers = at.l1_even_footprint && peaks.cores > 0 ? *at.l1_even_footprint / peaks.cores : 0;
    return at.circular_buffers > peaks.of[static_cast<std::size_t>(PeakOf::CircularBuffers)].by_size.bytes ||
           at.l1 + at.circular_buffers > both.by_size.bytes ||
           at.l1_footprint.value_or(0) + at.circular_buffers > both.by_footprint.bytes ||
           of_buffers + most_of(at.plans) > peaks.core.bytes;
}

void PeakFinder::launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    if (planning) {
        plans_.changed(process, program);
    }
    SeenLaunch& launch = open_.open(process, owner, program, planning, [this](const SeenLaunch& seen) { let_through(seen); });
    launch.process = process.number;
    launch.program = program;
    launch.moment = now(process);
    const PeaksOfOwner& peaks = peaks_of(process, owner);
    SeenLaunch::At at;
    const std::vector<std::uint64_t>* planned = nullptr;  // whose plans are in `at`: mostly the same on all places
    for (std::size_t i = 0; i < peaks.size(); ++i) {
        const std::vector<std::uint64_t>& residents = process.programs.resident_programs(owner.places[i]);
        if (planned == nullptr || *planned != residents) {
            planned = &residents;
            at.plans.clear();
            for (const std::uint64_t resident : residents) {
                at.plans.push_back(plans_.of(process, resident));
            }
        }
        for (const auto& plan : at.plans) {
            peaks[i]->columns = std::max(peaks[i]->columns, plan->columns);
            peaks[i]->rows = std::max(peaks[i]->rows, plan->rows);
        }
        const Usage& l1 = owner.usages[i]->of(BufferType::L1);
        at.place = owner.places[i];
        at.circular_buffers = owner.usages[i]->circular_buffers.bytes;
        at.l1 = l1.bytes;
        at.l1_footprint = l1.footprint();
        at.l1_even_footprint = l1.even_footprint();
        if (rises(*peaks[i], at)) {
            launch.places.push_back(at);
        }
    }
}

void PeakFinder::raise_core(PlacePeaks& peaks, const SeenLaunch& launch, const SeenLaunch::At& at) {
    const bool known = at.l1_even_footprint && (*at.l1_even_footprint == 0 || peaks.cores > 0);
    const std::uint64_t of_buffers = known && peaks.cores > 0 ? *at.l1_even_footprint / peaks.cores : 0;
    const std::uint64_t bytes = of_buffers + most_of(at.plans);
    if (!known || bytes <= peaks.core.bytes) {
        return;
    }
    CorePeak core{bytes, of_buffers, launch.moment, launch.program, {}, true, peaks.cores, peaks.core_bytes};
    for (const auto& plan : at.plans) {
        core.parts.insert(core.parts.end(), plan->parts.begin(), plan->parts.end());
        core.cores_complete = core.cores_complete && plan->cores_complete;
    }
    std::stable_sort(core.parts.begin(), core.parts.end(), [](const CorePart& a, const CorePart& b) { return a.bytes > b.bytes; });
    peaks.core = std::move(core);
}

void PeakFinder::let_through(const SeenLaunch& launch) {
    for (const SeenLaunch::At& at : launch.places) {
        const auto found = peaks_.find({launch.process, at.place});
        if (found == peaks_.end()) {
            continue;
        }
        PlacePeaks& peaks = found->second;
        const Footprint both = at.l1_footprint ? Footprint(*at.l1_footprint + at.circular_buffers) : std::nullopt;
        raise_to(peaks.of[static_cast<std::size_t>(PeakOf::CircularBuffers)], at.circular_buffers, at.circular_buffers, launch.moment);
        raise_to(peaks.of[static_cast<std::size_t>(PeakOf::L1AndCircularBuffers)], at.l1 + at.circular_buffers, both, launch.moment);
        raise_core(peaks, launch, at);
    }
}

void PeakFinder::raise_all(const ProcessState& process) {
    for (const auto& [place, usage] : process.places) {
        PlacePeaks& peaks = peaks_of(process, place);
        find_cores(process, place, peaks.cores, peaks.core_bytes);
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            raise_type(peaks, usage, static_cast<BufferType>(i), now(process));
        }
    }
}

// Owners and allocators better known: what is live counts elsewhere, or more.
void PeakFinder::observe(const Event& event, const Applied& /*applied*/) {
    if (std::holds_alternative<OwnerSeen>(event) || std::holds_alternative<AllocatorSeen>(event)) {
        cache_.clear();
        owner_cache_.clear();
        for (const auto& process : *tracked_) {
            if (process->pid == header_of(event).pid && process->end == ProcessState::End::Alive) {
                raise_all(*process);
            }
        }
    } else if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
        open_.refused(*clash);
    } else if (const auto* exited = std::get_if<ProcessExited>(&event)) {
        open_.end(*exited, [this](const SeenLaunch& seen) { let_through(seen); });
    }
    number_.observed();
}

void PeakFinder::end(const TrackerView& /*view*/) {
    open_.end([this](const SeenLaunch& seen) { let_through(seen); });
}

std::vector<FoundCorePeak> PeakFinder::core_peaks() const {
    std::vector<FoundCorePeak> all;
    for (const auto& [where, peaks] : peaks_) {
        if (peaks.core.bytes > 0) {
            all.push_back({where.first, peaks.pid, where.second, peaks.core});
            all.back().peak.columns = peaks.columns;
            all.back().peak.rows = peaks.rows;
        }
    }
    return all;
}

std::vector<FoundPeak> PeakFinder::peaks() const {
    std::vector<FoundPeak> all;
    for (const auto& [where, peaks] : peaks_) {
        for (std::size_t i = 0; i < kPeakOfCount; ++i) {
            if (peaks.of[i].by_size.bytes > 0) {
                all.push_back({{where.first, where.second, static_cast<PeakOf>(i)}, peaks.pid, peaks.of[i]});
            }
        }
    }
    return all;
}

void PeakWitness::expect(const PeakKey& key, std::uint64_t event) {
    if (moments_.contains(event) || moments_.size() < kMaxMoments) {
        moments_[event].push_back(key);
    }
}

void PeakWitness::begin(const TrackerView& view) {
    number_.begin(view);
    tracked_ = &view.processes;
    next_ = moments_.begin();
    look();
}

void PeakWitness::observe(const Event& /*event*/, const Applied& /*applied*/) {
    number_.observed();
    look();
}

void PeakWitness::look() {
    if (next_ == moments_.end() || next_->first != number_.last()) {
        return;
    }
    const std::vector<PeakKey>& keys = (next_++)->second;
    for (const auto& process : *tracked_) {
        std::optional<std::vector<AllocatorGroup>> groups;
        for (const PeakKey& key : keys) {
            if (key.process != process->number) {
                continue;
            }
            PeakContent& content = contents_[key];
            content = {};
            if (key.of != PeakOf::CircularBuffers) {
                groups = groups ? std::move(groups) : group_live(*process);
                add_groups(content, *process, *groups, key);
            }
            if (key.of == PeakOf::CircularBuffers || key.of == PeakOf::L1AndCircularBuffers) {
                add_circular_buffers(content, *process, key.place);
            }
        }
    }
}

const PeakContent* PeakWitness::content(const PeakKey& key) const {
    const auto found = contents_.find(key);
    return found == contents_.end() ? nullptr : &found->second;
}

}  // namespace tt::alloc_trace
