// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "event/regions_first.hpp"

#include <iterator>
#include <limits>

namespace tt::alloc_trace {
namespace {

// Of events that tell of an allocator's use; nullptr for others.
const BufferFields* buffer_of(const Event& event) {
    if (const auto* allocated = std::get_if<Allocated>(&event)) {
        return &allocated->buffer;
    }
    if (const auto* found = std::get_if<BufferFound>(&event)) {
        return &found->buffer;
    }
    const auto* failed = std::get_if<AllocationFailed>(&event);
    return failed == nullptr ? nullptr : &failed->buffer;
}

}  // namespace

void RegionsFirst::know(std::uint32_t pid, std::uint64_t allocator, std::uint64_t owner) {
    if (owners_.size() >= kMaxAllocators) {
        owners_.clear();
        latest_ = {};
    }
    owners_[{pid, allocator}] = owner;
}

bool RegionsFirst::begins(const Event& event, Key& key) {
    const BufferFields* buffer = buffer_of(event);
    if (buffer == nullptr || buffer->hooked || buffer->allocator == 0) {
        return false;
    }
    key = {header_of(event).pid, buffer->allocator};
    if (key == latest_ && buffer->owner == latest_owner_) {
        return false;
    }
    const auto known = owners_.find(key);
    const bool first = known == owners_.end() || known->second != buffer->owner;
    if (first) {
        know(key.first, key.second, buffer->owner);
    }
    latest_ = key;
    latest_owner_ = buffer->owner;
    return first;
}

bool RegionsFirst::pass(const Event& event) {
    if (!held_.empty()) {
        return false;
    }
    Key key;
    if (begins(event, key)) {
        awaited_[key] = 0;
        return false;
    }
    if (const auto* seen = std::get_if<AllocatorSeen>(&event); seen != nullptr && !seen->regions.empty()) {
        know(seen->header.pid, seen->allocator, seen->owner);
    } else {
        end(event);
    }
    return true;
}

void RegionsFirst::put(Event event) {
    if (const auto* seen = std::get_if<AllocatorSeen>(&event); seen != nullptr && !seen->regions.empty()) {
        const auto awaited = awaited_.find({seen->header.pid, seen->allocator});
        if (awaited != awaited_.end()) {
            const std::size_t place = awaited->second;
            awaited_.erase(awaited);
            move_to_front(*seen, place);
            return;
        }
        know(seen->header.pid, seen->allocator, seen->owner);
    }
    Key key;
    if (!held_.empty() && begins(event, key)) {
        awaited_[key] = held_.size();
    }
    end(event);
    held_.push_back(std::move(event));
    if (held_.size() >= kMaxHeld) {
        give_up();
    }
}

bool RegionsFirst::take(Event& event) {
    if (holds() || held_.empty()) {
        return false;
    }
    event = std::move(held_.front());
    held_.pop_front();
    return true;
}

// As of the moment of the first buffer, so that time goes on as before.
void RegionsFirst::move_to_front(AllocatorSeen seen, std::size_t place) {
    seen.header.t_ns = header_of(held_[place]).t_ns;
    held_.insert(std::next(held_.begin(), static_cast<std::ptrdiff_t>(place)), std::move(seen));
    for (auto& [key, at] : awaited_) {
        at += at >= place ? 1 : 0;
    }
}

void RegionsFirst::end(const Event& event) {
    const std::uint32_t pid = header_of(event).pid;
    if (std::holds_alternative<ProcessExited>(event) || std::holds_alternative<ProcessExec>(event)) {
        end_process(pid);
    } else if (const auto* released = std::get_if<AllocatorReleased>(&event)) {
        if (released->how == AllocatorRelease::Destroyed) {
            awaited_.erase({pid, released->allocator});
            owners_.erase({pid, released->allocator});
            latest_ = {};
        }
    } else if (const auto* changed = std::get_if<AllocatorChanged>(&event)) {
        awaited_.erase({pid, changed->allocator});  // what is read now is not what was
    }
}

void RegionsFirst::end_process(std::uint32_t pid) {
    const auto erase = [pid](auto& map) {
        map.erase(map.lower_bound({pid, 0}), map.upper_bound({pid, std::numeric_limits<std::uint64_t>::max()}));
    };
    erase(awaited_);
    erase(owners_);
    latest_ = {};
}

}  // namespace tt::alloc_trace
