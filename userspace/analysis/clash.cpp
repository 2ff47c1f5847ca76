// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/clash.hpp"

#include <iterator>

#include "analysis/last_use.hpp"

namespace tt::alloc_trace {

void Clashes::begin(const TrackerView& view) {
    ++replays_;
    number_.begin(view);
    tracked_ = &view.processes;
    next_ = 0;
    last_maps_.clear();
    launches_.t_ns.clear();
    if (!drawn()) {
        room_.begin(view);
    }
}

void Clashes::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (!drawn()) {
        room_.started(process, key, buffer);
    }
}

void Clashes::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) {
    if (!drawn()) {
        room_.ended(process, key, buffer, kind);
    }
}

void Clashes::launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) {
    if (launches_.t_ns.size() >= kMaxLaunchTimes) {
        launches_.t_ns.clear();
    }
    launches_.t_ns[{process.number, program}] = process.last_t_ns;
    if (!drawn()) {
        room_.launched(process, owner, program, planning);
    }
}

void Clashes::observe(const Event& event, const Applied& applied) {
    const StreamPlace here{number_.current(), header_of(event).t_ns};
    if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
        if (drawn()) {
            draw(*clash);
        } else {
            ++count_;
            if (clashes_.size() == kKept) {
                clashes_.pop_front();
            }
            clashes_.push_back({clash->header.pid, here, {}, {}, {}});
        }
    }
    if (!drawn()) {
        room_.observe(event, applied);
    }
    number_.observed();
    if (moment_ == here.event) {
        draw_all(here);
    }
}

void Clashes::end(const TrackerView& view) {
    if (!moment_) {
        draw_all({number_.last(), view.last_t_ns});
    }
    if (!drawn()) {
        room_.end(view);
    }
    holds_memory_ = any_in_use(*tracked_);
    tracked_ = nullptr;
}

void Clashes::draw(const CircularBufferClash& event) {
    if (next_ == clashes_.size() || clashes_[next_].place.event != number_.current()) {
        return;
    }
    MappedClash& mapped = clashes_[next_++];
    for (const auto& process : *tracked_) {
        if (process->pid == event.header.pid && process->end == ProcessState::End::Alive) {
            mapped.clash = explain(*process, event, true);
            if (const auto owner = process->owner_index.find(event.owner); owner != process->owner_index.end()) {
                mapped.owner = owner_facts(process->owners[owner->second]);
            }
            mapped.maps = l1_maps(*process, {mapped.clash.places, event.program, mapped.clash.reported.region_end});
        }
    }
}

void Clashes::draw_all(const StreamPlace& place) {
    last_place_ = place;
    for (const auto& process : *tracked_) {
        if (process->end == ProcessState::End::Alive) {
            std::vector<L1Map> maps = l1_maps(*process, {{}, 0, {}, &launches_});
            last_maps_.insert(last_maps_.end(), std::make_move_iterator(maps.begin()), std::make_move_iterator(maps.end()));
        }
    }
}

}  // namespace tt::alloc_trace
