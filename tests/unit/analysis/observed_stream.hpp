// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Events into a tracker that an Observer watches, as a replay does it: times in seconds, everything of kPid unless a test says otherwise.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"

namespace tt::alloc_trace::test {

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::uint32_t kPid = 4242;
inline constexpr std::uint64_t kMesh = 0x1000;  // owners
inline constexpr std::uint64_t kChip = 0x2000;
inline constexpr std::uint64_t kAllocator = 0xA000;

class ObservedStream {
public:
    // The window opens before the first event, or when open() is called.
    explicit ObservedStream(Observer& observer, bool open_now = true) : observer_(observer) {
        if (open_now) {
            open();
        }
    }

    void open() {
        open_ = true;
        observer_.begin(tracker_.view());
        tracker_.listen(&observer_);
    }
    void close() {
        tracker_.listen(nullptr);
        observer_.end(tracker_.view());
    }

    ObservedStream& mesh(double t, std::vector<std::int32_t> chips = {0, 1}) {
        return apply(OwnerSeen{at(t), kMesh, OwnerKind::Mesh, 0, std::move(chips)});
    }
    ObservedStream& regions(double t) {  // 4 banks of each type
        return apply(AllocatorSeen{
            at(t), kAllocator, kMesh, {{BufferType::Dram, 4, 32, 0, 1 << 20, 32}, {BufferType::L1, 4, 32, 0, 1 << 20, 32}}
        });
    }
    ObservedStream& alloc(double t, std::uint64_t address, std::uint64_t size, BufferType type = BufferType::Dram) {
        return apply(Allocated{at(t), buffer(address, size, type)});
    }
    ObservedStream& free(double t, std::uint64_t address, std::uint64_t size, BufferType type = BufferType::Dram) {
        return apply(Freed{at(t), buffer(address, size, type)});
    }
    ObservedStream& plan(double t, std::uint64_t program, std::uint64_t address, std::uint64_t size) {  // on one core
        return apply(CircularBufferAllocated{at(t), program, kMesh, address, size, {{0, 0, 0, 0}}, true, false});
    }
    ObservedStream& launch(double t, std::uint64_t program) { return apply(ProgramLaunched{at(t), program, kMesh}); }
    ObservedStream& exited(double t) { return apply(ProcessExited{at(t)}); }
    ObservedStream& apply(const Event& event) {
        const Applied applied = tracker_.apply(event);
        if (open_) {
            observer_.observe(event, applied);
        }
        return *this;
    }

    [[nodiscard]] EventHeader at(double t) const {
        return {static_cast<std::uint64_t>(t * static_cast<double>(kSecond)), kPid, kPid};
    }
    [[nodiscard]] static BufferFields buffer(std::uint64_t address, std::uint64_t size, BufferType type) {
        return {0xF0000000 + address, kMesh, kAllocator, address, size, 32, type, false, false, 0};
    }
    [[nodiscard]] TrackerView view() const { return tracker_.view(); }

private:
    Tracker tracker_;
    Observer& observer_;
    bool open_ = false;
};

}  // namespace tt::alloc_trace::test
