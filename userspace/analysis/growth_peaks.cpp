// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_peaks.hpp"

#include <algorithm>

#include "analysis/region_range.hpp"

namespace tt::alloc_trace {

void PeakSeries::take(std::uint64_t clock, unsigned level, std::uint64_t bytes) {
    coarsen(level);
    const auto bin = static_cast<std::size_t>((clock - 1) >> level);
    bins_.resize(std::max(bins_.size(), bin + 1));
    bins_[bin] = std::max(bins_[bin], bytes);
}

void PeakSeries::coarsen(unsigned level) {
    for (; level_ < level; ++level_) {
        for (std::size_t bin = 0; bin < bins_.size(); bin += 2) {
            bins_[bin / 2] = std::max(bins_[bin], bins_[std::min(bin + 1, bins_.size() - 1)]);
        }
        bins_.resize((bins_.size() + 1) / 2);
    }
}

GrowthPeaks::Followed* GrowthPeaks::follow(const ProcessState& process, const Place& place, BufferType type) {
    auto found = followed_.find({process.number, place, type});
    if (found == followed_.end()) {
        if (followed_.size() >= kMaxSeries) {
            return nullptr;
        }
        found = followed_.try_emplace({process.number, place, type}).first;
    }
    const RegionRange range = region_range(process, place, type);
    found->second.banks = range.banks;
    found->second.begin = range.begin;
    return &found->second;
}

const std::vector<GrowthPeaks::Followed*>& GrowthPeaks::places_of(const ProcessState& process, const AllocationKey& key) {
    const std::vector<Place>& places = process.owner_of(key).places;
    const auto slot = (process.number + key.allocator * kBufferTypeCount + static_cast<std::size_t>(key.type)) % answers_.size();
    Answer& answer = answers_[slot];
    const bool known = answer.process == process.number && answer.allocator == key.allocator && answer.generation == key.generation &&
                       answer.type == key.type && answer.places.size() == places.size() &&
                       std::all_of(answer.places.begin(), answer.places.end(), [](const Followed* one) { return one == nullptr || one->banks != 0; });
    if (!known) {
        answer = {process.number, key.allocator, key.generation, key.type, {}};
        for (const Place& place : places) {
            answer.places.push_back(follow(process, place, key.type));
        }
    }
    return answer.places;
}

void GrowthPeaks::allocated(const ProcessState& process, const AllocationKey& key, std::uint64_t clock, unsigned level) {
    const std::vector<Followed*>& places = places_of(process, key);
    const Owner& owner = process.owner_of(key);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i] != nullptr) {
            const Usage::Footprint footprint = owner.usages[i]->of(key.type).even_footprint();
            const bool known = footprint && places[i]->banks != 0;
            places[i]->series.take(clock, level, known ? *footprint / places[i]->banks : PeakSeries::kNotKnown);
            places[i]->level = level;
        }
    }
}

void GrowthPeaks::launched(
    const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning, std::uint64_t clock, unsigned level
) {
    if (planning) {
        plans_.changed(process, program);
    }
    const std::uint64_t end = plans_.of(process, program)->end();
    Launch& launch = open_.open(process, owner, program, planning, let_through);
    launch.clock = clock;
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        const auto found = followed_.find({process.number, owner.places[i], BufferType::L1});
        if (found == followed_.end() || found->second.banks == 0) {
            continue;  // no L1 buffer has been there
        }
        found->second.level = level;
        if (const Usage::Footprint buffers = owner.usages[i]->of(BufferType::L1).even_footprint()) {
            const std::uint64_t plan = end - std::min(end, found->second.begin);
            launch.bytes.emplace_back(&found->second, *buffers / found->second.banks + plan);
        }
    }
}

void GrowthPeaks::let_through(const Launch& launch) {
    for (const auto& [followed, bytes] : launch.bytes) {
        followed->series.take(launch.clock, followed->level, bytes);
    }
}

void GrowthPeaks::finish() { open_.end(let_through); }

const PeakSeries* GrowthPeaks::of(std::uint32_t process, const Place& place, BufferType type) const {
    const auto found = followed_.find({process, place, type});
    return found == followed_.end() ? nullptr : &found->second.series;
}

}  // namespace tt::alloc_trace
