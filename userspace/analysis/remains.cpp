// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/remains.hpp"

#include <algorithm>

#include "analysis/buffer_facts.hpp"

namespace tt::alloc_trace {
namespace {

// What the runtime says when it has taken a block already and then refuses it.
constexpr std::string_view kBlockKept = "Cannot allocate at an address below";

std::optional<RemainEnd> remain_end(const ProcessState& process, const AllocationKey& key, FreeKind kind) {
    switch (kind) {
        case FreeKind::ReleasedByExit: return RemainEnd::ReleasedByExit;
        case FreeKind::Cleared: return RemainEnd::Cleared;
        case FreeKind::ReleasedByClose:
            return process.owner_of(key).closing ? RemainEnd::ReleasedByClose : RemainEnd::Destroyed;
        case FreeKind::Freed:
        case FreeKind::Inferred: break;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(RemainEnd end) {
    switch (end) {
        case RemainEnd::StillLive: return "still live";
        case RemainEnd::ReleasedByExit: return "released by exit";
        case RemainEnd::ReleasedByClose:
        case RemainEnd::Destroyed: return "released by close";
        case RemainEnd::Cleared: break;
    }
    return "cleared";
}

std::optional<std::uint64_t> RemainGroup::newer_than(std::uint64_t t_ns) const {
    if (last_t_ns < t_ns) {
        return 0;
    }
    if (first_t_ns >= t_ns) {
        return count;
    }
    const auto newer = std::count_if(born.begin(), born.end(), [t_ns](std::uint64_t one) { return one >= t_ns; });
    return born.size() == count ? std::optional<std::uint64_t>(newer) : std::nullopt;
}

void RemainsObserver::begin(const TrackerView& view) {
    processes_ = &view.processes;
    origins_.begin(view.stacks);
}

void RemainsObserver::observe(const Event& event, const Applied& /*applied*/) {
    const auto* failed = std::get_if<AllocationFailed>(&event);
    if (failed != nullptr && failed->message.find(kBlockKept) != std::string::npos) {
        add_orphan(*failed);
    }
}

void RemainsObserver::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
) {
    if (const std::optional<RemainEnd> end = remain_end(process, key, kind)) {
        add(process, key, buffer, *end, process.last_t_ns);
    }
}

void RemainsObserver::end(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            add(*process, key, buffer, RemainEnd::StillLive, view.last_t_ns);
        }
    }
    remains_.end_t_ns = view.last_t_ns;
    for (auto& entry : groups_) {
        remains_.groups.push_back(std::move(entry.second));
    }
    groups_.clear();
    // By what is shown of each: what it reserved, or its size where that is not known.
    const auto shown = [](const RemainGroup& group) { return group.footprint_bytes.value_or(group.bytes); };
    std::stable_sort(remains_.groups.begin(), remains_.groups.end(), [&shown](const RemainGroup& a, const RemainGroup& b) {
        return std::tuple(a.end, shown(b)) < std::tuple(b.end, shown(a));
    });
}

void RemainsObserver::add(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, RemainEnd end, std::uint64_t t_ns
) {
    if (!origins_.passes(static_cast<std::uint32_t>(buffer.stack))) {
        return;
    }
    const std::uint32_t owner = remains_.owners.number(process, key);
    const Key id{process.number, owner, key.type, buffer.size, end};
    auto found = groups_.find(id);
    if (found == groups_.end()) {
        if (groups_.size() >= kMaxGroups) {
            ++remains_.left_out;
            return;
        }
        RemainGroup group{process.number, process.pid, owner, key.type, buffer.size, end};
        group.first_t_ns = group.last_t_ns = buffer.t_ns;
        group.tid = buffer.tid;
        found = groups_.emplace(id, group).first;
    }
    RemainGroup& group = found->second;
    ++group.count;
    group.bytes += buffer.size;
    if (born_ < kMaxBorn) {
        ++born_;
        group.born.push_back(buffer.t_ns);
    }
    add_known(group.footprint_bytes, footprint_of(process, key, buffer));
    add_known(group.bank_bytes, bank_footprint_of(process, key, buffer));
    group.first_t_ns = std::min(group.first_t_ns, buffer.t_ns);
    group.last_t_ns = std::max(group.last_t_ns, buffer.t_ns);
    group.ended_t_ns = std::max(group.ended_t_ns, t_ns);
    group.tid = group.tid == buffer.tid ? group.tid : 0;
    group.stacks.add(static_cast<std::uint32_t>(buffer.stack));
    group.pre_existing += buffer.origin() == FoundAs::PreExisting ? 1 : 0;
}

void RemainsObserver::add_orphan(const AllocationFailed& failed) {
    // The tracker has explained it already: it is the latest of its process.
    const auto process = std::find_if(processes_->rbegin(), processes_->rend(), [&failed](const auto& candidate) {
        return candidate->pid == failed.header.pid;
    });
    if (process == processes_->rend() || !(*process)->failures.latest) {
        return;
    }
    const AllocationFailure& failure = *(*process)->failures.latest;
    const auto same = std::find_if(remains_.orphans.begin(), remains_.orphans.end(), [&](const OrphanGroup& group) {
        return group.pid == failed.header.pid && group.owner == failure.owner && group.type == failed.buffer.type &&
               group.size == failed.buffer.size;
    });
    if (same != remains_.orphans.end()) {
        ++same->count;
        same->last_t_ns = failed.header.t_ns;
    } else if (remains_.orphans.size() < kMaxOrphanGroups) {
        remains_.orphans.push_back(
            {failed.header.pid, failure.owner, failure.places, failed.buffer.type, failed.buffer.size, 1, failed.header.t_ns,
             failed.header.t_ns}
        );
    }
}

}  // namespace tt::alloc_trace
