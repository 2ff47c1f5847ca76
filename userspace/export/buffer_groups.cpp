// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/buffer_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

std::size_t BufferGroups::FramesHash::operator()(const std::vector<std::uint32_t>& frames) const noexcept {
    return std::accumulate(frames.begin(), frames.end(), std::size_t{0}, [](std::size_t hash, std::uint32_t frame) {
        return (hash ^ frame) * 0x9e3779b97f4a7c15ULL + (hash >> 32U);
    });
}

void BufferGroups::begin(const TrackerView& view) {
    peak_t_ns_ = view.last_t_ns;
    stacks_ = &view.stacks;
    origins_.begin(view.stacks);
    for_each_live(view, [this](const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
        start(process, key, buffer, false);
    });
}

void BufferGroups::ended(const ProcessState& process, const AllocationKey& key) {
    const auto found = live_.find({process.number, key});
    if (found == live_.end()) {
        return;
    }
    const Kept kept = found->second;
    weights_.end(kept.group, kept.weight);
    live_.erase(found);
}

void BufferGroups::known_better(const ProcessState& process, const AllocationKey& key, const LiveBuffer& now) {
    ended(process, key);
    start(process, key, now, false);
}

void BufferGroups::settle() {
    weights_.settle();
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        groups_[i].weights = weights_.groups()[i];
    }
}

std::uint64_t BufferGroups::total(GroupWeight weight) const {
    return std::accumulate(groups_.begin(), groups_.end(), std::uint64_t{0}, [weight](std::uint64_t sum, const WeightedGroup& group) {
        return sum + group.weight(weight);
    });
}

std::vector<std::string> BufferGroups::notes() const {
    std::vector<std::string> notes;
    if (by_size_ > 0 && !options_.weigh_counts) {
        notes.push_back(fmt::format("weighed by size, as the footprint is not known: {}", counted(by_size_, "buffer")));
    }
    if (groups_.size() > kMaxGroups) {
        notes.push_back(fmt::format("more than {} groups: the others are together in one", human_count(kMaxGroups)));
    }
    return notes;
}

void BufferGroups::start(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool allocated) {
    if (!options_.passes(process, key, buffer.size) || !origins_.passes(static_cast<std::uint32_t>(buffer.stack))) {
        return;
    }
    const Kept kept{group_of(process, key, buffer), weigh(process, key, buffer)};
    live_[{process.number, key}] = kept;
    if (weights_.start(kept.group, kept.weight, allocated)) {
        peak_t_ns_ = process.last_t_ns;
    }
}

std::uint64_t BufferGroups::weigh(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (options_.weigh_counts) {
        return 1;
    }
    const auto footprint = footprint_of(process, key, buffer);
    by_size_ += footprint ? 0 : 1;
    const std::vector<Place>& places = process.owner_of(key).places;
    const auto chips = std::count_if(places.begin(), places.end(), [this](const Place& place) { return options_.filter.passes(place); });
    return footprint.value_or(buffer.size) * static_cast<std::uint64_t>(chips);
}

void BufferGroups::set_frames(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    wanted_.clear();
    wanted_.push_back(frame(process_name(process)));
    if (const std::vector<std::uint32_t>& calls = stack_frames(static_cast<std::uint32_t>(buffer.stack)); !calls.empty()) {
        wanted_.insert(wanted_.end(), calls.begin(), calls.end());
        wanted_.push_back(frame(fmt::format("{} of {}", to_string(key.type), owner_names_.of(process, process.owner_of(key)))));
        wanted_.push_back(frame(fmt::format("{} bytes per chip", buffer.size)));
        return;
    }
    wanted_.push_back(frame(owner_names_.of(process, process.owner_of(key))));
    wanted_.push_back(frame(std::string(to_string(key.type))));
    wanted_.push_back(frame(buffer.tid == 0 ? "thread unknown" : fmt::format("thread {}", std::uint32_t{buffer.tid})));
    wanted_.push_back(frame(std::string(size_class(buffer.size))));
    wanted_.push_back(frame(fmt::format("{} bytes per chip", buffer.size)));
}

const std::vector<std::uint32_t>& BufferGroups::stack_frames(std::uint32_t stack) {
    static const std::vector<std::uint32_t> kNone;
    const StackSeen* seen = stacks_->find(stack);
    if (seen == nullptr) {
        return kNone;
    }
    if (stack_frames_.size() < stack) {
        stack_frames_.resize(stack);
    }
    std::vector<std::uint32_t>& frames = stack_frames_[stack - 1U];
    if (frames.empty()) {
        std::transform(seen->frames.rbegin(), seen->frames.rend(), std::back_inserter(frames), [this](std::uint32_t number) {
            return frame(clean_text(frame_text(stacks_->frame(number))));
        });
    }
    return frames;
}

std::uint32_t BufferGroups::group_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const bool full = groups_.size() >= kMaxGroups;
    const std::size_t known_frames = frames_.size();
    set_frames(process, key, buffer);
    const auto found = group_numbers_.find(wanted_);
    if (found != group_numbers_.end()) {
        return found->second;
    }
    if (full) {
        while (frames_.size() > known_frames) {  // no group of its own, no frames of its own
            frame_numbers_.erase(frames_.back());
            frames_.pop_back();
        }
        stack_frames_.clear();
        wanted_.assign(1, frame("more groups"));
        if (const auto rest = group_numbers_.find(wanted_); rest != group_numbers_.end()) {
            return rest->second;
        }
    }
    const auto number = static_cast<std::uint32_t>(groups_.size());
    groups_.push_back({wanted_});
    weights_.add_group();
    group_numbers_[wanted_] = number;
    return number;
}

std::uint32_t BufferGroups::frame(std::string name) {
    const auto [entry, added] = frame_numbers_.try_emplace(std::move(name), static_cast<std::uint32_t>(frames_.size()));
    if (added) {
        frames_.push_back(entry->first);
    }
    return entry->second;
}

}  // namespace tt::alloc_trace
