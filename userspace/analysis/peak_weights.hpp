// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What each of many groups weighs now, what it weighed when the sum over all was highest, and all that was ever added. A change costs
// the same however many groups there are: one that did not change since the peak weighs now what it weighed then.
#pragma once

#include <cstdint>
#include <vector>

namespace tt::alloc_trace {

struct GroupWeights {
    std::uint64_t live = 0;
    std::uint64_t at_peak = 0;  // after settle()
    std::uint64_t allocated = 0;
};

class PeakWeights {
public:
    // Its number, from 0.
    std::uint32_t add_group() {
        groups_.emplace_back();
        peak_of_.push_back(peaks_);
        return static_cast<std::uint32_t>(groups_.size() - 1);
    }
    // `allocated`: it counts as such, too. True: the sum is the highest so far.
    bool start(std::uint32_t group, std::uint64_t weight, bool allocated) {
        GroupWeights& weights = changing(group);
        weights.live += weight;
        weights.allocated += allocated ? weight : 0;
        total_ += weight;
        const bool highest = total_ > highest_;
        if (highest) {
            highest_ = total_;
            ++peaks_;
        }
        return highest;
    }
    void end(std::uint32_t group, std::uint64_t weight) {
        changing(group).live -= weight;
        total_ -= weight;
    }
    // After the last change.
    void settle() {
        for (std::uint32_t group = 0; group < groups_.size(); ++group) {
            changing(group);
        }
    }

    [[nodiscard]] const std::vector<GroupWeights>& groups() const { return groups_; }

private:
    GroupWeights& changing(std::uint32_t group) {
        if (peak_of_[group] != peaks_) {
            peak_of_[group] = peaks_;
            groups_[group].at_peak = groups_[group].live;
        }
        return groups_[group];
    }

    std::vector<GroupWeights> groups_;
    std::vector<std::uint64_t> peak_of_;  // by group: which peak at_peak is of
    std::uint64_t total_ = 0;
    std::uint64_t highest_ = 0;
    std::uint64_t peaks_ = 0;
};

}  // namespace tt::alloc_trace
