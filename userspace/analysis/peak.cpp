// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/peak.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

using Footprint = Usage::Footprint;

PeakOf peak_of(BufferType type) { return static_cast<PeakOf>(type); }

void raise_to(Peak& peak, std::uint64_t bytes, const Footprint& footprint, const StreamPlace& now) {
    if (bytes > peak.by_size.bytes) {
        peak.by_size = {bytes, now};
        peak.footprint_known = footprint.has_value();
    }
    if (footprint && *footprint > peak.by_footprint.bytes) {
        peak.by_footprint = {*footprint, now};
    }
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
            const StreamPlace before{number_.last(), process->last_t_ns};
            for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
                raise_type(peaks, usage, static_cast<BufferType>(i), before);
            }
            raise_circular_buffers(peaks, usage, before);
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
    }
    PlacePeaks& fresh = peaks_[{process.number, place}];
    fresh.pid = process.pid;
    return fresh;
}

void PeakFinder::raise_type(PlacePeaks& peaks, const PlaceUsage& usage, BufferType type, const StreamPlace& now) {
    const Usage& of_type = usage.of(type);
    raise_to(peaks.of[static_cast<std::size_t>(type)], of_type.bytes, of_type.footprint(), now);
    if (type == BufferType::L1) {
        raise_circular_buffers(peaks, usage, now);
    }
}

void PeakFinder::raise_circular_buffers(PlacePeaks& peaks, const PlaceUsage& usage, const StreamPlace& now) {
    const std::uint64_t resident = usage.circular_buffers.bytes;
    const Usage& l1 = usage.of(BufferType::L1);
    const Footprint l1_footprint = l1.footprint();
    const Footprint both = l1_footprint ? Footprint(*l1_footprint + resident) : std::nullopt;
    raise_to(peaks.of[static_cast<std::size_t>(PeakOf::CircularBuffers)], resident, resident, now);
    raise_to(peaks.of[static_cast<std::size_t>(PeakOf::L1AndCircularBuffers)], l1.bytes + resident, both, now);
}

void PeakFinder::raise(const ProcessState& process, const AllocationKey& key) {
    if (cached_process_ != process.number) {
        cached_process_ = process.number;
        cache_.clear();
    }
    const Owner& owner = process.owner_of(key);
    if (key.allocator >= cache_.size() || cache_[key.allocator].generation != key.generation) {
        AllocatorPlaces found{key.generation, {}};
        for (const Place& place : owner.places) {
            found.peaks.push_back(&peaks_of(process, place));
        }
        cache_.resize(std::max<std::size_t>(cache_.size(), key.allocator + std::size_t{1}));
        cache_[key.allocator] = std::move(found);
    }
    const std::vector<PlacePeaks*>& peaks = cache_[key.allocator].peaks;
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

void PeakFinder::launching(const ProcessState& process, const Place& place) { before_launch_.erase({process.number, place}); }

void PeakFinder::launch_refused(const ProcessState& process, const Place& place) {
    const auto before = before_launch_.find({process.number, place});
    if (before == before_launch_.end()) {
        return;
    }
    PlacePeaks& peaks = peaks_of(process, place);
    for (std::size_t i = 0; i < kOfLaunch.size(); ++i) {
        peaks.of[static_cast<std::size_t>(kOfLaunch[i])] = before->second[i];
    }
    before_launch_.erase(before);
}

void PeakFinder::residency_changed(const ProcessState& process, const Place& place) {
    if (const auto usage = process.places.find(place); usage != process.places.end()) {
        PlacePeaks& peaks = peaks_of(process, place);
        const auto [before, fresh] = before_launch_.try_emplace({process.number, place});
        for (std::size_t i = 0; fresh && i < kOfLaunch.size(); ++i) {
            before->second[i] = peaks.of[static_cast<std::size_t>(kOfLaunch[i])];
        }
        raise_circular_buffers(peaks, usage->second, now(process));
    }
}

void PeakFinder::raise_all(const ProcessState& process) {
    for (const auto& [place, usage] : process.places) {
        PlacePeaks& peaks = peaks_of(process, place);
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            raise_type(peaks, usage, static_cast<BufferType>(i), now(process));
        }
    }
}

// Owners and allocators better known: what is live counts elsewhere, or more.
void PeakFinder::observe(const Event& event, const Applied& /*applied*/) {
    if (std::holds_alternative<OwnerSeen>(event) || std::holds_alternative<AllocatorSeen>(event)) {
        cache_.clear();
        for (const auto& process : *tracked_) {
            if (process->pid == header_of(event).pid && process->end == ProcessState::End::Alive) {
                raise_all(*process);
            }
        }
    }
    number_.observed();
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
