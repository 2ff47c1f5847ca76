// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A stream that an observer watches, as a replay does it. Events are those of tracker/event_builders.hpp, a microsecond apart.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"
#include "event_builders.hpp"

namespace tt::alloc_trace::test {

class WatchedStream {
public:
    explicit WatchedStream(Observer& observer, bool from_first_event = true) : observer_(observer) {
        open();
        apply(ProcessSeen{next(), 1, 1, from_first_event, "job"});
        apply(OwnerSeen{next(), kChip0, OwnerKind::Chip, 0, {0}});
        apply(OwnerSeen{next(), kMesh, OwnerKind::Mesh, 0, {0, 1}});
    }

    WatchedStream& apply(const Event& event) {
        const Applied applied = tracker_.apply(event);
        if (open_) {
            observer_.observe(event, applied);
        }
        return *this;
    }
    WatchedStream& alloc(const BufferFields& buffer) { return apply(Allocated{next(), buffer}); }
    WatchedStream& free(const BufferFields& buffer) { return apply(Freed{next(), buffer}); }
    WatchedStream& found(const BufferFields& buffer) { return apply(BufferFound{next(), buffer, 0}); }
    WatchedStream& regions(std::uint64_t allocator = kAllocator, std::uint64_t owner = kChip0) {
        return apply(AllocatorSeen{next(), allocator, owner, {small_region()}});
    }
    WatchedStream& closing(std::uint64_t owner) { return apply(OwnerClosing{next(), owner}); }
    WatchedStream& released(std::uint64_t allocator, AllocatorRelease how) { return apply(AllocatorReleased{next(), allocator, how}); }
    WatchedStream& lost(std::uint64_t allocated, std::uint64_t freed) {
        return apply(Lost{{next().t_ns, 0, 0}, allocated, freed, 0, 0});
    }
    WatchedStream& walked(WalkReason reason, bool complete = true, std::uint64_t found = 0, std::uint64_t gone = 0) {
        ProcessWalked walk;
        walk.header = next();
        walk.reason = reason;
        walk.complete = complete;
        walk.incomplete_reason = complete ? "" : "torn";
        walk.found = found;
        walk.gone = gone;
        return apply(walk);
    }
    WatchedStream& exited() { return apply(ProcessExited{next()}); }
    // The window of the observer ends and another one begins.
    WatchedStream& close() {
        open_ = false;
        tracker_.listen(nullptr);
        observer_.end(tracker_.view());
        return *this;
    }
    WatchedStream& open() {
        open_ = true;
        observer_.begin(tracker_.view());
        tracker_.listen(&observer_);
        return *this;
    }

    [[nodiscard]] EventHeader next() { return {t_ns_ += 1000, kPid, kTid}; }
    [[nodiscard]] std::uint64_t t_ns() const { return t_ns_; }  // of the latest event

private:
    Observer& observer_;
    Tracker tracker_;
    bool open_ = false;
    std::uint64_t t_ns_ = 1'000'000;
};

// A Buffer of the mesh, through an allocator of its own.
[[nodiscard]] inline BufferFields mesh_buffer_at(std::uint64_t address, std::uint64_t size = kSize) {
    return under(of_owner(buffer_at(address, size), kMesh), kOtherAllocator);
}

}  // namespace tt::alloc_trace::test
