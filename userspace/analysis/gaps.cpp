// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/gaps.hpp"

#include <algorithm>
#include <numeric>

namespace tt::alloc_trace {
namespace {

std::uint64_t weight(const LossGap& gap) { return gap.lost.total(); }
std::uint64_t weight(const ProcessWalked& walk) { return walk.found + walk.gone + (walk.complete ? 0 : 1); }
std::uint64_t weight(const ProcessPaused& pause) { return pause.duration_ns; }

// Twice as many are let come, so that the sorting out costs little per event.
template <typename Entry>
void keep_heaviest(std::vector<Entry>& entries, std::size_t most) {
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), 0);
    if (order.size() <= most) {
        return;
    }
    std::stable_sort(order.begin(), order.end(), [&entries](std::size_t a, std::size_t b) {
        return weight(entries[a]) > weight(entries[b]);
    });
    order.resize(most);
    std::sort(order.begin(), order.end());
    std::vector<Entry> kept;
    for (const std::size_t index : order) {
        kept.push_back(std::move(entries[index]));
    }
    entries = std::move(kept);
}

template <typename Entry>
void add(std::vector<Entry>& entries, Entry entry, std::size_t most) {
    entries.push_back(std::move(entry));
    if (entries.size() >= 2 * most) {
        keep_heaviest(entries, most);
    }
}

template <typename Entry>
std::vector<Entry> heaviest(std::vector<Entry> entries, std::size_t most) {
    keep_heaviest(entries, most);
    return entries;
}

}  // namespace

void GapObserver::begin(const TrackerView& view) {
    processes_ = &view.processes;
    losses_before_ = view.losses;
    settled_ = view.losses;
    events_ = view.events;
    latest_t_ns_ = view.last_t_ns;
}

void GapObserver::observe(const Event& event, const Applied& /*applied*/) {
    if (const auto* lost = std::get_if<Lost>(&event)) {
        on_loss(*lost);
        return;
    }
    ++events_;
    latest_t_ns_ = std::max(latest_t_ns_, header_of(event).t_ns);
    if (const auto* walk = std::get_if<ProcessWalked>(&event)) {
        on_walk(*walk);
    } else if (const auto* pause = std::get_if<ProcessPaused>(&event)) {
        ++pause_count_;
        paused_ns_ += pause->duration_ns;
        add(pauses_, *pause, kMaxKept);
    }
}

void GapObserver::on_loss(const Lost& event) {
    ++loss_count_;
    lost_.allocated += event.allocated;
    lost_.freed += event.freed;
    lost_.circular_buffers += event.circular_buffers;
    lost_.lifecycle += event.lifecycle;
    LossGap gap;
    gap.number = losses_before_ + loss_count_;
    gap.after_event = events_;
    gap.from_t_ns = latest_t_ns_;
    gap.t_ns = event.header.t_ns;
    gap.lost = event;
    add(losses_, gap, kMaxKept);
}

void GapObserver::on_walk(const ProcessWalked& event) {
    WalkSum& sum = sums_[static_cast<std::size_t>(event.reason)];
    ++sum.count;
    sum.incomplete += event.complete ? 0 : 1;
    sum.found += event.found;
    sum.gone += event.gone;
    sum.longest_ns = std::max(sum.longest_ns, event.duration_ns);
    sum.stopped_ns += event.stopped_ns;
    ProcessWalked kept = event;
    kept.incomplete_reason.resize(std::min(event.incomplete_reason.size(), kMaxReasonBytes));
    add(walks_, std::move(kept), kMaxKept);

    // Losses are of all processes together: one is repaired when each of them was walked since.
    std::uint64_t settled = losses_before_ + loss_count_;
    for (const auto& process : *processes_) {
        if (process->end == ProcessState::End::Alive && process->used_memory()) {
            settled = std::min(settled, process->losses_settled);
        }
    }
    for (auto gap = losses_.rbegin(); gap != losses_.rend() && gap->number > settled_; ++gap) {
        if (gap->number <= settled) {
            gap->repaired_t_ns = event.header.t_ns;
        }
    }
    settled_ = std::max(settled_, settled);
}

std::vector<LossGap> GapObserver::losses(std::size_t most) const { return heaviest(losses_, most); }
std::vector<ProcessWalked> GapObserver::walks(std::size_t most) const { return heaviest(walks_, most); }
std::vector<ProcessPaused> GapObserver::pauses(std::size_t most) const { return heaviest(pauses_, most); }

std::uint64_t GapObserver::walk_count() const {
    return std::accumulate(sums_.begin(), sums_.end(), std::uint64_t{0}, [](std::uint64_t count, const WalkSum& sum) {
        return count + sum.count;
    });
}

}  // namespace tt::alloc_trace
