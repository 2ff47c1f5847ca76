// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Builds events for one Tracker, one call per event, a microsecond apart. Everything is of kPid, on chip 0 through its
// one allocator, unless a test says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "event/event.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {

inline constexpr std::uint32_t kPid = 4242;
inline constexpr std::uint32_t kTid = 4243;
inline constexpr std::uint64_t kChip0 = 0x1000;  // owners
inline constexpr std::uint64_t kChip1 = 0x2000;
inline constexpr std::uint64_t kMesh = 0x8000;
inline constexpr std::uint64_t kAllocator = 0xA000;
inline constexpr std::uint64_t kOtherAllocator = 0xB000;
inline constexpr std::uint64_t kAddress = 0x20000;
inline constexpr std::uint64_t kSize = 4096;

inline constexpr Place kPlace0{OwnerKind::Chip, 0};
inline constexpr Place kPlace1{OwnerKind::Chip, 1};
inline constexpr Place kUnknownPlace{OwnerKind::Unknown, -1};

// A Buffer of chip 0 in DRAM; its object's address follows from the device address.
[[nodiscard]] inline BufferFields buffer_at(std::uint64_t address, std::uint64_t size = kSize) {
    BufferFields fields;
    fields.buffer = 0x7f00'0000'0000 + address;
    fields.owner = kChip0;
    fields.allocator = kAllocator;
    fields.address = address;
    fields.size = size;
    fields.page_size = 1024;
    return fields;
}

[[nodiscard]] inline BufferFields of_type(BufferFields fields, BufferType type) {
    fields.type = type;
    return fields;
}
[[nodiscard]] inline BufferFields of_owner(BufferFields fields, std::uint64_t owner) {
    fields.owner = owner;
    return fields;
}
[[nodiscard]] inline BufferFields under(BufferFields fields, std::uint64_t allocator) {
    fields.allocator = allocator;
    return fields;
}
[[nodiscard]] inline BufferFields by_object(BufferFields fields, std::uint64_t object) {
    fields.buffer = object;
    return fields;
}
// Sharded in L1 and allocated core by core: it lies on so many cores, on (x, 0) at its address; a page on each.
[[nodiscard]] inline BufferFields on_cores(BufferFields fields, std::uint32_t x, std::uint8_t cores = 4) {
    fields.type = BufferType::L1;
    fields.buffer += 0x100 * (x + 1);
    fields.sharded = true;
    fields.pages_per_shard = 1;
    fields.per_core = true;
    fields.cores = cores;
    fields.core = core_number(x, 0);
    return fields;
}

// 4 banks of 64 KiB from 0x10000 on, pages padded to 32 bytes, blocks in steps of 64.
[[nodiscard]] inline Region small_region(BufferType type = BufferType::Dram) {
    return {type, 4, 32, 0x10000, 0x10000, 64};
}

class Stream {
public:
    // The process of the events to come.
    Stream& as(std::uint32_t pid) {
        pid_ = pid;
        return *this;
    }

    Applied process(bool from_first_event = false, std::uint64_t start_time_ns = 1) {
        return apply(ProcessSeen{next(), 1, start_time_ns, from_first_event, "job"});
    }
    Applied forked(std::uint32_t child) { return apply(ProcessForked{next(), child}); }
    Applied exec() { return apply(ProcessExec{next()}); }
    Applied exited() { return apply(ProcessExited{next()}); }

    Applied chip(std::uint64_t owner, std::int32_t id) {
        return apply(OwnerSeen{next(), owner, OwnerKind::Chip, id, {id}});
    }
    Applied mesh(std::uint64_t owner, std::int32_t id, std::vector<std::int32_t> chips) {
        return apply(OwnerSeen{next(), owner, OwnerKind::Mesh, id, std::move(chips)});
    }
    Applied closing(std::uint64_t owner) { return apply(OwnerClosing{next(), owner}); }
    Applied released(std::uint64_t allocator, AllocatorRelease how) {
        return apply(AllocatorReleased{next(), allocator, how});
    }

    Applied alloc(const BufferFields& buffer) { return apply(Allocated{next(), buffer}); }
    Applied free(const BufferFields& buffer) { return apply(Freed{next(), buffer}); }
    Applied lost(std::uint64_t allocated, std::uint64_t freed = 0) {
        Lost loss;
        loss.header = {next().t_ns, 0, 0};
        loss.allocated = allocated;
        loss.freed = freed;
        return apply(loss);
    }

    Applied allocator_seen(std::uint64_t allocator, std::uint64_t owner, std::vector<Region> regions) {
        return apply(AllocatorSeen{next(), allocator, owner, std::move(regions)});
    }
    Applied found(const BufferFields& buffer, std::uint64_t block_bytes = 0) {
        return apply(BufferFound{next(), buffer, block_bytes});
    }
    Applied gone(const BufferFields& buffer) { return apply(BufferGone{next(), buffer}); }
    Applied walked(WalkReason reason, bool complete = true, std::uint64_t found = 0, std::uint64_t gone = 0) {
        ProcessWalked walk;
        walk.header = next();
        walk.reason = reason;
        walk.complete = complete;
        walk.found = found;
        walk.gone = gone;
        return apply(walk);
    }
    Applied failed(const BufferFields& asked, std::string message = {}) {
        return apply(AllocationFailed{next(), asked, std::move(message)});
    }
    Applied clash(std::uint64_t owner, std::string message) {
        return apply(CircularBufferClash{next(), 0, owner, std::move(message)});
    }

    Applied refused(std::uint64_t program, std::uint64_t owner = kChip0) {
        return apply(CircularBufferClash{next(), program, owner, "clash"});
    }

    Applied request_refused(std::string message, std::uint64_t program = 0, std::uint64_t owner = kChip0) {
        return apply(RequestRefused{next(), program, owner, std::move(message)});
    }

    // `size` bytes on each core of `cores`.
    Applied circular_buffer(
        std::uint64_t program, std::uint64_t size, std::vector<CoreRange> cores, std::uint64_t owner = kChip0
    ) {
        return apply(CircularBufferAllocated{next(), program, owner, kAddress, size, std::move(cores), true, false});
    }
    Applied dataflow_buffers(
        std::uint64_t program, std::uint64_t size, std::vector<CoreRange> cores, std::uint64_t owner = kChip0
    ) {
        return apply(CircularBufferAllocated{
            next(), program, owner, kAddress, size, std::move(cores), true, false, PlanKind::DataflowBuffers
        });
    }
    Applied not_told(std::uint64_t program, PlanKind kind = PlanKind::CircularBuffer) {
        return apply(ProgramNotTold{next(), program, kChip0, kind});
    }
    Applied launch(std::uint64_t program, std::uint64_t owner = kChip0) {
        return apply(ProgramLaunched{next(), program, owner});
    }
    Applied program_destroyed(std::uint64_t program) { return apply(ProgramDestroyed{next(), program}); }
    Applied circular_buffers_released(std::uint64_t owner) { return apply(CircularBuffersReleased{next(), owner}); }

    Applied apply(const Event& event) { return tracker_.apply(event); }
    // Header of an event that comes now.
    [[nodiscard]] EventHeader next() { return {t_ns_ += 1000, pid_, kTid}; }

    [[nodiscard]] Tracker& tracker() { return tracker_; }
    [[nodiscard]] TrackerView view() const { return tracker_.view(); }
    // The latest process that had the present pid.
    [[nodiscard]] const ProcessState& state() const {
        const auto processes = view();
        const ProcessState* latest = nullptr;
        for (const auto& process : processes.processes) {
            latest = process->pid == pid_ ? process.get() : latest;
        }
        return *latest;
    }
    [[nodiscard]] std::size_t live() const { return state().live.buffers().size(); }
    [[nodiscard]] PlaceUsage usage(const Place& place) const {
        const auto found = state().places.find(place);
        return found == state().places.end() ? PlaceUsage{} : found->second;
    }
    [[nodiscard]] Usage dram(const Place& place = kPlace0) const { return usage(place).of(BufferType::Dram); }
    [[nodiscard]] CircularBufferUsage circular_buffers(const Place& place = kPlace0) const {
        return usage(place).circular_buffers;
    }
    [[nodiscard]] std::uint64_t ends(FreeKind kind) const { return state().ends[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] const UnknownFreeStat& unknown(UnknownFree reason) const {
        return state().unknown_frees[static_cast<std::size_t>(reason)];
    }

private:
    Tracker tracker_;
    std::uint32_t pid_ = kPid;
    std::uint64_t t_ns_ = 1'000'000;
};

// A process attached in mid-run, and one that was watched before it could allocate; chip 0 is known.
[[nodiscard]] inline Stream attached_job() {
    Stream stream;
    stream.process(false);
    stream.chip(kChip0, 0);
    return stream;
}
[[nodiscard]] inline Stream started_job() {
    Stream stream;
    stream.process(true);
    stream.chip(kChip0, 0);
    return stream;
}

}  // namespace tt::alloc_trace::test
