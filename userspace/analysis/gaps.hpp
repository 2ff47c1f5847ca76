// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where a stream is not all there is: losses, the walks that repair them or look for differences, and pauses.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/observer.hpp"

namespace tt::alloc_trace {

struct LossGap {
    std::uint64_t number = 0;       // in the stream, from 1
    std::uint64_t after_event = 0;  // number of the event before it, from 1; 0: there is none
    std::uint64_t from_t_ns = 0;    // of the event before it; 0: there is none
    std::uint64_t t_ns = 0;         // noticed: it lies before this
    Lost lost;
    std::optional<std::uint64_t> repaired_t_ns{};  // from then on what is live was known of every process again
};

struct WalkSum {
    std::uint64_t count = 0;
    std::uint64_t incomplete = 0;
    std::uint64_t found = 0;
    std::uint64_t gone = 0;
    std::uint64_t longest_ns = 0;
    std::uint64_t stopped_ns = 0;
};

class GapObserver final : public Observer {
public:
    // Most of each sort kept: of more the largest losses, the walks that brought or missed most, the longest pauses.
    static constexpr std::size_t kMaxKept = 4096;
    static constexpr std::size_t kMaxReasonBytes = 512;

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;

    // The heaviest ones (as above), in order of time.
    [[nodiscard]] std::vector<LossGap> losses(std::size_t most = kMaxKept) const;
    [[nodiscard]] std::vector<ProcessWalked> walks(std::size_t most = kMaxKept) const;  // their reasons cut to kMaxReasonBytes
    [[nodiscard]] std::vector<ProcessPaused> pauses(std::size_t most = kMaxKept) const;

    [[nodiscard]] std::uint64_t loss_count() const { return loss_count_; }
    [[nodiscard]] const Lost& lost() const { return lost_; }  // sums
    [[nodiscard]] const WalkSum& walks_of(WalkReason reason) const { return sums_[static_cast<std::size_t>(reason)]; }
    [[nodiscard]] std::uint64_t walk_count() const;
    [[nodiscard]] std::uint64_t pause_count() const { return pause_count_; }
    [[nodiscard]] std::uint64_t paused_ns() const { return paused_ns_; }

private:
    void on_loss(const Lost& event);
    void on_walk(const ProcessWalked& event);

    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
    std::uint64_t losses_before_ = 0;  // in the stream before the window
    std::uint64_t events_ = 0;
    std::uint64_t latest_t_ns_ = 0;
    std::vector<LossGap> losses_;
    std::vector<ProcessWalked> walks_;
    std::vector<ProcessPaused> pauses_;
    std::array<WalkSum, kWalkReasonCount> sums_{};
    Lost lost_;
    std::uint64_t loss_count_ = 0;
    std::uint64_t settled_ = 0;  // losses up to this number are repaired
    std::uint64_t pause_count_ = 0;
    std::uint64_t paused_ns_ = 0;
};

}  // namespace tt::alloc_trace
