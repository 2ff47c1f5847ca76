// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/known_buffers.hpp"

#include <iterator>

namespace tt::alloc_trace {

void KnownBuffers::apply(const Event& event) {
    if (const auto* allocated = std::get_if<Allocated>(&event); allocated != nullptr && !allocated->buffer.hooked) {
        insert(allocated->buffer);
    } else if (const auto* freed = std::get_if<Freed>(&event); freed != nullptr && !freed->buffer.hooked) {
        erase(freed->buffer, allocations_lost_);
    } else if (const auto* found = std::get_if<BufferFound>(&event)) {
        insert(found->buffer);
    } else if (const auto* gone = std::get_if<BufferGone>(&event)) {
        erase(gone->buffer, true);
    } else if (const auto* released = std::get_if<AllocatorReleased>(&event)) {
        release(*released);
    } else if (const auto* lost = std::get_if<Lost>(&event)) {
        allocations_lost_ = allocations_lost_ || lost->allocated > 0;
    } else if (const auto* walked = std::get_if<ProcessWalked>(&event)) {
        allocations_lost_ = allocations_lost_ && !walked->complete;
    } else if (std::holds_alternative<ProcessExec>(event) || std::holds_alternative<ProcessExited>(event)) {
        allocators_.clear();
    }
}

void KnownBuffers::open_window() {
    close_window();
    window_ = ++windows_;
}

void KnownBuffers::close_window() {
    window_ = 0;
    for (auto it = allocators_.begin(); it != allocators_.end();) {
        it.value().freed.clear();
        it = it->second.live.empty() && !it->second.cleared ? allocators_.erase(it) : std::next(it);
    }
}

bool KnownBuffers::touched(const KnownBuffersOfAllocator& allocator, const PlaceInAllocator& place) const {
    const auto live = allocator.live.find(place);
    return emptied(allocator) || allocator.freed.contains(place) ||
           (window_ != 0 && live != allocator.live.end() && live->second.window == window_);
}

const KnownBuffersOfAllocator* KnownBuffers::find(std::uint64_t allocator) const {
    const auto found = allocators_.find(allocator);
    return found == allocators_.end() ? nullptr : &found->second;
}

// With another owner the pointer means another allocator, and the end of the first one was missed.
void KnownBuffers::insert(const BufferFields& fields) {
    const auto [entry, fresh] = allocators_.try_emplace(fields.allocator);
    KnownBuffersOfAllocator& allocator = entry.value();
    if (!fresh && allocator.owner != fields.owner) {
        allocator = {};
        allocator.emptied_window = window_;
    }
    allocator.owner = fields.owner;
    allocator.live.insert_or_assign(place_of(fields), KnownBuffer{fields.buffer, fields.size, window_});
}

// The Buffer object that allocated is the one that frees, unless its allocation was lost.
void KnownBuffers::erase(const BufferFields& fields, bool whatever_object) {
    auto found = allocators_.find(fields.allocator);
    if (found == allocators_.end()) {
        if (window_ == 0) {
            return;
        }
        found = allocators_.try_emplace(fields.allocator).first;
        found.value().owner = fields.owner;
    }
    KnownBuffersOfAllocator& allocator = found.value();
    const PlaceInAllocator place = place_of(fields);
    const auto live = allocator.live.find(place);
    if (live != allocator.live.end() && !whatever_object && live->second.buffer != fields.buffer) {
        return;
    }
    if (live != allocator.live.end()) {
        allocator.live.erase(live);
    }
    if (window_ != 0) {
        allocator.freed.insert(place);
    }
}

void KnownBuffers::release(const AllocatorReleased& event) {
    const bool destroyed = event.how == AllocatorRelease::Destroyed;
    KnownBuffersOfAllocator& allocator = allocators_[event.allocator];
    if (destroyed && window_ == 0) {
        allocators_.erase(event.allocator);
        return;
    }
    const std::uint64_t owner = destroyed ? 0 : allocator.owner;
    allocator = {};
    allocator.owner = owner;
    allocator.emptied_window = window_;
    allocator.cleared = !destroyed;
}

}  // namespace tt::alloc_trace
