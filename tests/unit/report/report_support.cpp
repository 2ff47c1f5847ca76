// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

std::vector<std::int32_t> chips_up_to(int count) {
    std::vector<std::int32_t> chips;
    for (int chip = 0; chip < count; ++chip) {
        chips.push_back(chip);
    }
    return chips;
}

}  // namespace

SessionInfo session() {
    SessionInfo session;
    session.tool_version = "0.1.0";
    session.host = "host1";
    session.kernel = "6.1.0";
    session.target = "pid 4242";
    session.attached_unix_ns = 1'770'122'096ULL * kSecond + 789;
    session.attached_monotonic_ns = kAttach;
    return session;
}

Stream stream_with_stack(const std::string& function) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).mesh_regions(0);
    stream.apply(FrameSeen{{}, 1, FrameKind::Native, 0, 1, "_ZN4ttnn7softmaxERKNS_6TensorE", "_ttnn.so", ""});
    stream.apply(FrameSeen{{}, 2, FrameKind::Python, 41, 10, function, "/home/me/model.py", ""});
    stream.apply(StackSeen{{}, 1, {1, 2}});
    EventHeader header = stream.at(1);
    header.stack = 1;
    stream.apply(Allocated{header, mesh_buffer(0x1000, 8 * kKiB)}).alloc(2, 0x9000, 8 * kKiB);
    return stream;
}

BufferFields mesh_buffer(std::uint64_t address, std::uint64_t size, BufferType type) {
    return {0xF0000000 + address, kMesh, kMeshAllocator, address, size, 2048, type, false, false, 0};
}

BufferFields chip_buffer(std::uint64_t address, std::uint64_t size, BufferType type) {
    return {0xE0000000 + address, kChip3, kChipAllocator, address, size, 2048, type, false, false, 0};
}

EventHeader Stream::at(double t) const {
    return {kAttach + static_cast<std::uint64_t>(t * static_cast<double>(kSecond)), pid_, pid_ + 1};
}

Stream& Stream::apply(const Event& event) {
    applied_.push_back(tracker_.apply(event));
    events_.push_back(event);
    return *this;
}

Stream& Stream::process(double t, std::uint32_t pid, const std::string& command, bool from_first_event) {
    pid_ = pid;
    return apply(ProcessSeen{at(t), 1, 77 * kSecond, from_first_event, command});
}

Stream& Stream::mesh(double t, int id, int chips) {
    return apply(OwnerSeen{at(t), kMesh, OwnerKind::Mesh, id, chips_up_to(chips)});
}

Stream& Stream::chip(double t, int id) {
    return apply(OwnerSeen{at(t), kChip3, OwnerKind::Chip, id, {id}});
}

Stream& Stream::alloc(double t, std::uint64_t address, std::uint64_t size, BufferType type) {
    return apply(Allocated{at(t), mesh_buffer(address, size, type)});
}

Stream& Stream::free(double t, std::uint64_t address, std::uint64_t size, BufferType type) {
    return apply(Freed{at(t), mesh_buffer(address, size, type)});
}

Stream& Stream::chip_alloc(double t, std::uint64_t address, std::uint64_t size, BufferType type) {
    return apply(Allocated{at(t), chip_buffer(address, size, type)});
}

Stream& Stream::circular_buffer(double t, std::uint64_t program, std::uint64_t address, std::uint64_t size) {
    return apply(CircularBufferAllocated{at(t), program, kMesh, address, size, {{0, 0, 1, 1}}, true, false});
}

Stream& Stream::launch(double t, std::uint64_t program) {
    return apply(ProgramLaunched{at(t), program, kMesh});
}

Stream& Stream::lost(double t, std::uint64_t allocs, std::uint64_t frees) {
    return apply(Lost{{at(t).t_ns, 0, 0}, allocs, frees, 0, 0});
}

Stream& Stream::exited(double t) {
    return apply(ProcessExited{at(t)});
}

Region dram_region() { return {BufferType::Dram, 8, 32, 0, 1024 * kMiB, 32}; }
Region l1_region() { return {BufferType::L1, 64, 16, 100 * kKiB, 1400 * kKiB, 32}; }

ProcessWalked walked(const EventHeader& header, WalkReason reason, std::uint64_t found, std::string incomplete) {
    ProcessWalked walk;
    walk.header = header;
    walk.reason = reason;
    walk.complete = incomplete.empty();
    walk.incomplete_reason = std::move(incomplete);
    walk.allocators = 2;
    walk.rounds = 2;
    walk.buffers = found;
    walk.found = found;
    walk.duration_ns = 12'000'000;
    return walk;
}

Stream& Stream::found(double t, std::uint64_t address, std::uint64_t size, BufferType type) {
    return apply(BufferFound{at(t), mesh_buffer(address, size, type), 0});
}

Stream& Stream::mesh_regions(double t) {
    return apply(AllocatorSeen{at(t), kMeshAllocator, kMesh, {dram_region(), l1_region()}});
}

std::unique_ptr<Tracker> replayed(const Stream& stream, Observer& observer) {
    auto tracker = std::make_unique<Tracker>();
    observer.begin(tracker->view());
    tracker->listen(&observer);
    for (const Event& event : stream.events()) {
        observer.observe(event, tracker->apply(event));
    }
    tracker->listen(nullptr);
    observer.end(tracker->view());
    return tracker;
}

std::vector<Event> one_of_each() {
    const EventHeader header{kAttach, kPid, kPid + 1};
    BufferFields hooked = mesh_buffer(0, 512);
    hooked.hooked = true;
    return {
        ProcessSeen{header, 1, 77, false, "python3 \"x\".py \xff\n"},
        OwnerSeen{header, kMesh, OwnerKind::Mesh, 0, {0, 1, 3}},
        OwnerSeen{header, kChip3, OwnerKind::Chip, 3, {3}},
        OwnerSeen{header, 0x3000, OwnerKind::Unknown, -1, {}},
        Allocated{header, mesh_buffer(0x100, 4096)},
        Allocated{header, chip_buffer(0x100, 4096)},
        Allocated{header, hooked},
        Freed{header, mesh_buffer(0x100, 4096)},
        Freed{header, mesh_buffer(0x200, 64, BufferType::Trace)},
        Freed{header, mesh_buffer(0x200, 64, BufferType::Trace)},
        Freed{header, hooked},
        CircularBufferAllocated{header, 0x77, kMesh, 0x300, 256, {{0, 0, 7, 7}, {8, 0, 8, 3}}, false, false},
        CircularBufferAllocated{header, 0x77, kMesh, 0x500, 64, {{0, 0, 7, 7}}, true, false, PlanKind::DataflowBuffers},
        ProgramLaunched{header, 0x77, kMesh},
        ProgramNotTold{header, 0x77, kMesh},
        CircularBuffersReleased{header, kMesh},
        ProgramDestroyed{header, 0x77},
        OwnerClosing{header, kChip3},
        AllocatorReleased{header, kChipAllocator, AllocatorRelease::DeallocateBuffers},
        AllocatorReleased{header, kMeshAllocator, AllocatorRelease::Destroyed},
        AllocatorReleased{header, 0xDEAD, AllocatorRelease::Clear},
        ProcessForked{header, 4300},
        Lost{{kAttach, 0, 0}, 1, 2, 3, 4},
        AllocatorSeen{header, kMeshAllocator, kMesh, {dram_region()}},
        BufferFound{header, mesh_buffer(0x400, 4096), 512},
        BufferFound{header, mesh_buffer(0x400, 4096), 512},
        BufferGone{header, mesh_buffer(0x400, 4096)},
        BufferGone{header, mesh_buffer(0x400, 4096)},
        walked(header, WalkReason::Attach, 1),
        ProcessPaused{header, 5},
        AllocationFailed{header, mesh_buffer(0, 1U << 30U), "Out of Memory: \"no\" \xff\n"},
        RequestRefused{header, 0x77, kMesh, "TT_FATAL @ x: \"no\" \xff\n"},
        CircularBufferClash{header, 0x77, kMesh, "clash"},
        AllocatorChanged{header, kMeshAllocator, AllocatorChange::StateOverridden},
        ProcessNotSeen{header, true, "\"no\" layout \xff\n", ""},
        ProcessExec{header},
        TraceCalled{header, TraceCall::Begin, 7, 0},
        TraceCalled{header, TraceCall::Replay, 7, kMesh},
        TraceCalled{header, TraceCall::Register, 0, kMeshAllocator},
        ProcessStatus{header, 3, 0},
        ProcessExited{header},
        Marked{{kAttach, 0, 0}, "\"load\" \xff"},
        FrameSeen{{kAttach, 0, 0}, 1, FrameKind::Python, 41, 66, "Model.<locals>.\"f\" \xff", "/home/me/model.py\n", ""},
        StackSeen{{kAttach, 0, 0}, 1, {1}, StackEnd::TooDeep},
    };
}

}  // namespace tt::alloc_trace::test
