// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_log.hpp"

#include <algorithm>
#include <bit>

namespace tt::alloc_trace {

std::uint64_t GrowthGroup::live() const {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(older + series.live(), 0));
}

bool GrowthGroup::recycles() const { return key.launch || std::int64_t{2} * series.live() <= static_cast<std::int64_t>(marks); }

std::size_t GrowthLog::KeyHash::operator()(const GrowthGroup::Key& key) const noexcept {
    const std::uint64_t what = std::uint64_t{key.track} << 32U | std::uint64_t{key.owner} << 8U |
                               static_cast<std::uint64_t>(key.type) << 1U | (key.launch ? 1 : 0);
    const std::uint64_t mixed = (key.size * 0x9e3779b97f4a7c15ULL) ^ (what * 0xd6e8feb86659fd93ULL);
    return mixed ^ (mixed >> 32U);
}

std::uint32_t GrowthTrack::bin_at(std::uint64_t t_ns) const {
    if (t_ns < first_t_ns || bin_ends.empty()) {
        return GroupSeries::kNotSeen;
    }
    if (bin_ends.size() == 1 || t_ns > bin_ends[bin_ends.size() - 2]) {
        return last_bin();  // most live shortly
    }
    return static_cast<std::uint32_t>(std::lower_bound(bin_ends.begin(), bin_ends.end(), t_ns) - bin_ends.begin());
}

void GrowthLog::held(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (GrowthGroup* group = group_of(process, key, buffer)) {
        ++group->older;
        learn(process, key, buffer, *group);
    }
}

void GrowthLog::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (buffer.origin() == FoundAs::PreExisting) {
        held(process, key, buffer);
        return;
    }
    GrowthGroup* group = group_of(process, key, buffer);
    if (group == nullptr || group->key.size == 0) {
        ++left_out_;
    }
    if (group == nullptr) {
        return;
    }
    GrowthTrack& track = tracks_[group->key.track];
    mark(track, *group, {buffer.t_ns, group->number, buffer.tid});
    group->stacks.started(static_cast<std::uint32_t>(buffer.stack), track.clock);
    peaks_.allocated(process, key, track.clock, track.level);
    if (GroupSeries* sum = sum_of(group->kind, buffer.tid)) {
        sum->allocated(track.clock, track.level, static_cast<std::int64_t>(buffer.size));
    }
    if (std::has_single_bit(group->marks)) {  // it may come to be known
        learn(process, key, buffer, *group);
    }
}

void GrowthLog::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    GrowthGroup* group = group_of(process, key, buffer);
    if (group == nullptr) {
        return;
    }
    const GrowthTrack& track = tracks_[group->key.track];
    const bool older = buffer.origin() == FoundAs::PreExisting || track.clock == 0;
    const std::uint32_t born = older ? GroupSeries::kNotSeen : track.bin_at(buffer.t_ns);
    group->series.freed(track.clock, track.level, born);
    group->stacks.ended(static_cast<std::uint32_t>(buffer.stack), track.clock);
    if (born != GroupSeries::kNotSeen) {
        if (GroupSeries* sum = sum_of(group->kind, buffer.tid)) {
            sum->freed(track.clock, track.level, born, static_cast<std::int64_t>(buffer.size));
        }
    }
}

void GrowthLog::learn(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, GrowthGroup& group) {
    if (!group.bank_bytes && group.key.size != 0) {
        group.bank_bytes = bank_footprint_of(process, key, buffer);
    }
    if (const Region* region = process.allocators[key.allocator].region(key.type)) {
        GrowthKind& kind = kinds_[group.kind];
        kind.banks = region->banks;
        kind.bank_bytes = std::max(kind.bank_bytes, region->bytes);
    }
}

void GrowthLog::launched(const ProgramLaunched& launch) {
    const auto track = std::find_if(tracks_.rbegin(), tracks_.rend(), [&launch](const GrowthTrack& candidate) {
        return candidate.pid == launch.header.pid;
    });
    if (track == tracks_.rend()) {
        return;  // it has allocated nothing yet
    }
    const auto number = static_cast<std::uint32_t>(tracks_.rend() - track - 1);
    if (GrowthGroup* group = group_of({launch.program, number, 0, BufferType::Dram, true})) {
        mark(*track, *group, {launch.header.t_ns, group->number, launch.header.tid});
    }
}

void GrowthLog::resident(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    if (const auto track = track_numbers_.find(process.number); track != track_numbers_.end() && tracks_[track->second].clock > 0) {
        peaks_.launched(process, owner, program, planning, tracks_[track->second].clock, tracks_[track->second].level);
    }
}

void GrowthLog::marked(std::uint64_t t_ns, bool begins) {
    const bool counts = begins && named_.size() < kMaxMarks;
    for (GrowthTrack& track : tracks_) {
        if (counts) {
            track.named_clocks.push_back(track.clock);
        }
        track.named_end = in_named_ || counts ? track.clock : track.named_end;
    }
    if (counts) {
        named_.push_back(t_ns);
    }
    in_named_ = counts;
}

void GrowthLog::finish() {
    for (GrowthTrack& track : tracks_) {
        track.named_end = in_named_ ? track.clock : track.named_end;
    }
    peaks_.finish();
    for (GrowthGroup& group : groups_) {
        const GrowthTrack& track = tracks_[group.key.track];
        group.series.settle(track.clock, track.level);
    }
    for (GrowthSum& sum : sums_) {
        const GrowthTrack& track = tracks_[kinds_[sum.kind].track];
        sum.bytes.settle(track.clock, track.level);
    }
    for (GrowthTrack& track : tracks_) {
        std::rotate(track.tail.begin(), track.tail.begin() + static_cast<std::ptrdiff_t>(track.oldest), track.tail.end());
        track.oldest = 0;
    }
}

std::optional<std::uint32_t> GrowthLog::track_of(const ProcessState& process) {
    if (process.number == latest_process_) {
        return latest_track_;
    }
    auto found = track_numbers_.find(process.number);
    if (found == track_numbers_.end()) {
        if (tracks_.size() >= kMaxTracks) {
            return std::nullopt;
        }
        found = track_numbers_.emplace(process.number, static_cast<std::uint32_t>(tracks_.size())).first;
        GrowthTrack& track = tracks_.emplace_back();
        track.number = found->second;
        track.process = process.number;
        track.pid = process.pid;
        track.named_clocks.resize(named_.size());
    }
    latest_process_ = process.number;
    latest_track_ = found->second;
    return latest_track_;
}

GrowthGroup* GrowthLog::group_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const std::optional<std::uint32_t> track = track_of(process);
    return track ? group_of({buffer.size, *track, owners_.number(process, key), key.type, false}) : nullptr;
}

GrowthGroup* GrowthLog::group_of(const GrowthGroup::Key& key) {
    const auto found = group_numbers_.find(key);
    if (found != group_numbers_.end()) {
        return &groups_[found->second];
    }
    if (groups_.size() >= kMaxGroups && key.size != 0) {
        GrowthGroup::Key others = key;
        others.size = 0;
        return group_of(others);
    }
    const std::optional<std::uint32_t> kind = kind_of(key);
    if (!kind) {
        return nullptr;
    }
    const auto number = static_cast<std::uint32_t>(groups_.size());
    group_numbers_.emplace(key, number);
    tracks_[key.track].groups.push_back(number);
    GrowthGroup& group = groups_.emplace_back();
    group.key = key;
    group.number = number;
    group.kind = *kind;
    return &group;
}

std::optional<std::uint32_t> GrowthLog::kind_of(const GrowthGroup::Key& key) {
    const auto known = std::find_if(kinds_.begin(), kinds_.end(), [&key](const GrowthKind& kind) { return kind.same(key); });
    if (known != kinds_.end()) {
        return static_cast<std::uint32_t>(known - kinds_.begin());
    }
    if (kinds_.size() >= kMaxKinds) {
        return std::nullopt;
    }
    kinds_.push_back({key.track, key.owner, key.type, key.launch});
    return static_cast<std::uint32_t>(kinds_.size()) - 1;
}

GroupSeries* GrowthLog::sum_of(std::uint32_t kind, std::uint32_t tid) {
    const std::uint64_t key = std::uint64_t{kind} << 32U | tid;
    const auto found = sum_numbers_.find(key);
    if (found != sum_numbers_.end()) {
        return &sums_[found->second].bytes;
    }
    if (sums_.size() >= kMaxSums) {
        return nullptr;
    }
    sum_numbers_.emplace(key, static_cast<std::uint32_t>(sums_.size()));
    return &sums_.emplace_back(GrowthSum{kind, tid, {}}).bytes;
}

void GrowthLog::mark(GrowthTrack& track, GrowthGroup& group, const ShapeMark& mark) {
    ++track.clock;
    if (((track.clock - 1) >> track.level) >= kMaxBins) {
        ++track.level;
        for (std::size_t bin = 0; bin < track.bin_ends.size() / 2; ++bin) {
            track.bin_ends[bin] = track.bin_ends[2 * bin + 1];
        }
        track.bin_ends.resize(track.bin_ends.size() / 2);
    }
    const std::size_t bin = (track.clock - 1) >> track.level;
    track.bin_ends.resize(bin + 1);
    track.bin_ends[bin] = std::max(mark.t_ns, bin == 0 ? 0 : track.bin_ends[bin - 1]);
    track.first_t_ns = track.clock == 1 ? mark.t_ns : track.first_t_ns;
    const std::size_t before = group.series.points().size();
    if (group.key.launch) {
        group.series.launched(track.clock, track.level);
    } else {
        group.series.allocated(track.clock, track.level);
    }
    group.first_t_ns = ++group.marks == 1 ? mark.t_ns : group.first_t_ns;
    group.last_t_ns = mark.t_ns;
    if (track.tail.size() < kTailMarks) {
        track.tail.push_back(mark);
    } else {
        track.tail[track.oldest] = mark;
        track.oldest = (track.oldest + 1) % kTailMarks;
    }
    if (group.series.points().size() > before && ++points_ > kMaxPoints) {
        join_bins();
    }
}

void GrowthLog::join_bins() {
    points_ = count_points();
    if (points_ <= kMaxPoints / 2) {
        return;  // most had been joined since they were counted
    }
    for (GrowthTrack& track : tracks_) {
        ++track.level;
        std::vector<std::uint64_t> joined;
        for (std::size_t bin = 0; bin < track.bin_ends.size(); bin += 2) {
            joined.push_back(track.bin_ends[std::min(bin + 1, track.bin_ends.size() - 1)]);
        }
        track.bin_ends = std::move(joined);
    }
    points_ = count_points();
}

std::size_t GrowthLog::count_points() {
    std::size_t points = 0;
    for (GrowthGroup& group : groups_) {
        group.series.coarsen(tracks_[group.key.track].level);
        points += group.series.points().size();
    }
    for (GrowthSum& sum : sums_) {
        sum.bytes.coarsen(tracks_[kinds_[sum.kind].track].level);
    }
    return points;
}

}  // namespace tt::alloc_trace
