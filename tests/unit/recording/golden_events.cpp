// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "golden_events.hpp"

#include <limits>
#include <string>

namespace tt::alloc_trace::test {

std::vector<Event> golden_events_v0_1() {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    constexpr std::uint64_t kMesh = 0x7f0000001000;
    constexpr std::uint64_t kAllocator = 0x7f0000002000;
    constexpr std::uint64_t kProgram = 0x7f0000003000;
    const BufferFields dram{0x7f0000004000, kMesh, kAllocator, 32, 43778048, 2048, BufferType::Dram, false, false, 0};
    const BufferFields l1{0x7f0000004100, kMesh, kAllocator, 1497088, 2048, 2048, BufferType::L1, false, false, 0};
    const BufferFields hooked{0x7f0000004100, kMesh, kAllocator, 0, 4096, 1024, BufferType::Trace, true, false, 0};
    const BufferFields extreme{kMax, 0, kMax, kMax, kMax, kMax, BufferType::SystemMemory, false, false, 0};

    std::uint64_t t_ns = 1'000'000'000'000;
    const auto at = [&t_ns](std::uint32_t tid) { return EventHeader{t_ns += 20'000, 4242, tid}; };
    std::vector<Event> events;
    events.emplace_back(ProcessSeen{at(0), 1, 999'000'000'000, true, "python3 demo.py --name=\xc3\xa9\xff"});
    events.emplace_back(OwnerSeen{at(4242), kMesh, OwnerKind::Mesh, 0, {0, 1, 7}});
    events.emplace_back(OwnerSeen{at(4242), 0x7f0000001800, OwnerKind::Chip, 0, {0}});
    events.emplace_back(OwnerSeen{at(4242), 0x7f0000001900, OwnerKind::Unknown, -1, {}});
    events.emplace_back(Allocated{at(4242), dram});
    events.emplace_back(Allocated{at(4243), l1});
    events.emplace_back(Freed{at(4243), l1});
    events.emplace_back(Allocated{at(4243), hooked});
    events.emplace_back(Freed{at(4243), hooked});
    events.emplace_back(Allocated{at(4243), l1});
    const std::vector<CoreRange> cores{{0, 0, 7, 7}, {8, 0, 8, 3}};
    events.emplace_back(CircularBufferAllocated{at(4242), kProgram, kMesh, 104448, 65536, cores, true, false});
    events.emplace_back(CircularBufferAllocated{at(4242), 0, kMesh, 169984, 2048, {}, false, true});
    events.emplace_back(ProgramLaunched{at(4242), kProgram, kMesh});
    events.emplace_back(ProgramDestroyed{at(4242), kProgram});
    events.emplace_back(CircularBuffersReleased{at(4242), kMesh});
    events.emplace_back(Lost{{t_ns, 0, 0}, 3, 2, 1, kMax});
    events.emplace_back(ProcessForked{at(4242), 4300});
    events.emplace_back(ProcessExec{{t_ns - 5'000, 4300, 4300}});
    events.emplace_back(Freed{at(4242), extreme});
    events.emplace_back(OwnerClosing{at(4242), kMesh});
    events.emplace_back(AllocatorReleased{at(4242), kAllocator, AllocatorRelease::DeallocateBuffers});
    events.emplace_back(AllocatorReleased{at(4242), kAllocator, AllocatorRelease::Clear});
    events.emplace_back(AllocatorReleased{at(4242), kAllocator, AllocatorRelease::Destroyed});
    events.emplace_back(ProcessExited{{kMax, 4242, 4242}});
    return events;
}

std::vector<Event> golden_events_v0_2() {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    constexpr std::uint32_t kMax32 = std::numeric_limits<std::uint32_t>::max();
    constexpr std::uint64_t kMesh = 0x7f0000001000;
    constexpr std::uint64_t kAllocator = 0x7f0000002000;
    const BufferFields weights{0x7f0000004000, kMesh, kAllocator, 32, 43778048, 2048, BufferType::Dram, false, false, 0};
    const BufferFields sharded{0x7f0000004100, kMesh, kAllocator, 1400000, 98304, 2048, BufferType::L1, false, true, 6};
    BufferFields otherwise = sharded;  // equal but for how it is sharded
    otherwise.pages_per_shard = 0;
    const BufferFields asked{0x7f0000004200, kMesh, kAllocator, 0, kMax, kMax, BufferType::L1Small, false, true, kMax};

    std::vector<Event> events = golden_events_v0_1();
    std::uint64_t t_ns = 2'000'000'000'000;
    const auto at = [&t_ns] { return EventHeader{t_ns += 20'000, 4242, 0}; };
    const Region dram{BufferType::Dram, 12, 32, 1024, 1'072'693'248, 32};
    const Region trace{BufferType::Trace, kMax32, kMax32, kMax, kMax, kMax};
    events.emplace_back(AllocatorSeen{at(), kAllocator, kMesh, {dram, trace}});
    events.emplace_back(AllocatorSeen{at(), kAllocator, kMesh, {}});
    events.emplace_back(BufferFound{at(), weights, 3'649'536});
    events.emplace_back(BufferFound{at(), sharded, 0});
    events.emplace_back(Allocated{at(), otherwise});
    events.emplace_back(Freed{at(), otherwise});
    events.emplace_back(Allocated{at(), sharded});
    events.emplace_back(BufferGone{at(), sharded});
    events.emplace_back(ProcessWalked{at(), WalkReason::Attach, true, "", 9, 2, 296, 296, 0, 11'000'000, 0});
    events.emplace_back(ProcessWalked{at(), WalkReason::Gap, false, "torn \xff", 9, 8, kMax, kMax, kMax, kMax, kMax});
    events.emplace_back(ProcessWalked{at(), WalkReason::Audit, true, "", 9, 1, 296, 0, 0, 9'000'000, 0});
    events.emplace_back(ProcessWalked{at(), WalkReason::End, true, "", kMax32, kMax32, 0, 0, 0, 0, 0});
    events.emplace_back(ProcessPaused{at(), 1'500'000});
    events.emplace_back(AllocationFailed{at(), asked, "Out of Memory: Not enough space to allocate 1 B"});
    events.emplace_back(AllocationFailed{at(), sharded, ""});
    events.emplace_back(CircularBufferClash{at(), 0x7f0000003000, kMesh, "clash"});
    events.emplace_back(CircularBufferClash{at(), 0, 0, ""});
    events.emplace_back(AllocatorChanged{at(), kAllocator, AllocatorChange::StateOverridden});
    events.emplace_back(AllocatorChanged{at(), kAllocator, AllocatorChange::Shrunk});
    events.emplace_back(AllocatorChanged{at(), kAllocator, AllocatorChange::Reset});
    return events;
}

std::vector<Event> golden_events_v1_1() {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    constexpr std::uint64_t kMesh = 0x7f0000001000;
    constexpr std::uint64_t kProgram = 0x7f0000003000;
    std::vector<Event> events = golden_events_v0_2();
    std::uint64_t t_ns = 3'000'000'000'000;
    const auto at = [&t_ns] { return EventHeader{t_ns += 20'000, 4242, 4242}; };
    const std::vector<CoreRange> cores{{0, 0, 7, 7}, {8, 0, 8, 3}};
    constexpr auto kDataflow = PlanKind::DataflowBuffers;
    events.emplace_back(ProgramLaunched{at(), kProgram, kMesh});
    events.emplace_back(CircularBufferAllocated{at(), kProgram, kMesh, 104448, 65536, cores, true, false});
    events.emplace_back(CircularBufferAllocated{at(), kProgram, kMesh, 169984, 30720, cores, true, false, kDataflow});
    events.emplace_back(CircularBufferAllocated{at(), 0, 0, kMax, kMax, {}, false, true, kDataflow});
    events.emplace_back(ProgramLaunched{at(), kProgram + 64, kMesh});
    events.emplace_back(ProgramNotTold{at(), kProgram + 64, kMesh});
    events.emplace_back(ProgramNotTold{at(), 0, 0});
    events.emplace_back(ProgramLaunched{at(), kProgram, kMesh});
    events.emplace_back(CircularBufferAllocated{at(), kProgram, kMesh, 104448, 10240, cores, true, false, kDataflow});
    events.emplace_back(CircularBufferClash{at(), kProgram, kMesh, "clash"});
    return events;
}

std::vector<Event> golden_events_v1_2() {
    constexpr std::uint32_t kMax32 = std::numeric_limits<std::uint32_t>::max();
    std::vector<Event> events = golden_events_v1_1();
    std::uint64_t t_ns = 4'000'000'000'000;
    const auto at = [&t_ns](std::uint32_t pid) { return EventHeader{t_ns += 20'000, pid, 0}; };
    events.emplace_back(ProcessNotSeen{at(5000), false, "its library is not understood \xff", "give --layout FILE"});
    events.emplace_back(ProcessNotSeen{at(4242), true, "", ""});
    events.emplace_back(ProcessStatus{at(5000), 3, 0});
    events.emplace_back(ProcessExited{at(5000)});
    events.emplace_back(ProcessStatus{at(4242), 0, 11});
    events.emplace_back(ProcessStatus{at(4242), kMax32, kMax32});
    return events;
}

std::vector<Event> golden_events_v1_3() {
    constexpr std::uint32_t kMax32 = std::numeric_limits<std::uint32_t>::max();
    constexpr std::uint64_t kMesh = 0x7f0000001000;
    constexpr std::uint64_t kAllocator = 0x7f0000002000;
    std::vector<Event> events = golden_events_v1_2();
    std::uint64_t t_ns = 5'000'000'000'000;
    const auto at = [&t_ns](std::uint32_t pid) { return EventHeader{t_ns += 20'000, pid, 77}; };
    const auto dram = [](std::uint64_t address) {
        return BufferFields{address, kMesh, kAllocator, address, 4096, 1024, BufferType::Dram, false, false, 0};
    };
    events.emplace_back(ProcessSeen{at(6000), 1, 1, true, "traces"});
    events.emplace_back(TraceCalled{at(6000), TraceCall::Begin, 7, 0});
    events.emplace_back(Allocated{at(6000), dram(0x1000)});
    events.emplace_back(TraceCalled{at(6000), TraceCall::End, 7, kMesh});
    events.emplace_back(Allocated{at(6000), dram(0x90000)});
    events.emplace_back(TraceCalled{at(6000), TraceCall::Register, 0, kAllocator});
    events.emplace_back(Allocated{at(6000), dram(0x2000)});
    events.emplace_back(TraceCalled{at(6000), TraceCall::Replay, 7, kMesh});
    events.emplace_back(TraceCalled{at(6000), TraceCall::Begin, kMax32, 0});
    events.emplace_back(Allocated{at(6000), dram(0x3000)});
    events.emplace_back(TraceCalled{at(6000), TraceCall::Release, kMax32, kMesh});
    events.emplace_back(RequestRefused{at(6000), 0x7f0000003000, 0x7f0000001000, "TT_FATAL @ a.cpp:1: x \xff info: no"});
    events.emplace_back(RequestRefused{at(6000), 0, 0, ""});
    return events;
}

std::vector<Event> golden_events_v1_4() {
    constexpr std::uint64_t kChip = 0x7f0000005000;
    constexpr std::uint64_t kAllocator = 0x7f0000006000;
    std::vector<Event> events = golden_events_v1_3();
    std::uint64_t t_ns = 6'000'000'000'000;
    const auto at = [&t_ns](std::uint32_t pid) { return EventHeader{t_ns += 20'000, pid, 78}; };
    const auto on_cores = [](std::uint64_t buffer, std::uint8_t cores, std::uint8_t core) {
        return BufferFields{
            buffer, kChip, kAllocator, 0x20000, 8192, 2048, BufferType::L1, false, true, 4, true, cores, core
        };
    };
    events.emplace_back(ProcessSeen{at(7000), 1, 1, true, "single cores"});
    events.emplace_back(Allocated{at(7000), on_cores(0x10, 1, core_number(0, 0))});
    events.emplace_back(Allocated{at(7000), on_cores(0x20, 3, core_number(15, 14))});
    events.emplace_back(BufferFound{at(7000), on_cores(0x30, 2, core_number(1, 0)), 0});
    events.emplace_back(Allocated{at(7000), on_cores(0x40, 0, 0)});  // neither is known
    events.emplace_back(Freed{at(7000), on_cores(0x10, 1, core_number(0, 0))});
    events.emplace_back(AllocatorReleased{at(7000), kAllocator, AllocatorRelease::Clear});
    events.emplace_back(Allocated{at(7000), on_cores(0x50, 255, core_number(2, 0))});
    return events;
}

std::vector<Event> golden_events_v1_5() {
    std::vector<Event> events = golden_events_v1_4();
    std::uint64_t t_ns = 7'000'000'000'000;
    const auto at = [&t_ns] { return EventHeader{t_ns += 20'000, 0, 0}; };
    events.emplace_back(Marked{at(), "load"});
    events.emplace_back(Marked{at(), "décode 1"});
    events.emplace_back(ProcessSeen{{t_ns += 20'000, 8000, 8000}, 1, 1, true, "marked"});
    events.emplace_back(Marked{at(), "load"});
    events.emplace_back(Marked{at(), ""});
    events.emplace_back(Marked{at(), "\xff\n"});
    return events;
}

std::vector<Event> golden_events_v1_6() {
    constexpr std::uint64_t kProgram = 0x7f0000007000;
    std::vector<Event> events = golden_events_v1_5();
    std::uint64_t t_ns = 8'000'000'000'000;
    const auto at = [&t_ns] { return EventHeader{t_ns += 20'000, 8000, 8000}; };
    events.emplace_back(ProgramLaunched{at(), kProgram, 0x7f0000005000});
    events.emplace_back(ProgramNotTold{at(), kProgram, 0x7f0000005000, PlanKind::DataflowBuffers});
    events.emplace_back(ProgramNotTold{at(), kProgram, 0, PlanKind::CircularBuffer});
    events.emplace_back(ProgramNotTold{at(), 0, 0, PlanKind::DataflowBuffers});
    for (int i = 0; i < 9; ++i) {  // beyond the next checkpoint
        events.emplace_back(ProgramLaunched{at(), kProgram, 0x7f0000005000});
    }
    return events;
}

std::vector<Event> golden_events_v1_7() {
    std::vector<Event> events = golden_events_v1_6();
    std::uint64_t t_ns = 9'000'000'000'000;
    const auto none = [&t_ns] { return EventHeader{t_ns += 20'000, 0, 0}; };
    const auto at = [&t_ns](std::uint32_t stack) { return EventHeader{t_ns += 20'000, 8000, 8000, stack}; };
    const BufferFields buffer{0x9000, 0x7f0000005000, 0x7f0000006000, 0x20000, 4096, 1024};
    events.emplace_back(FrameSeen{none(), 1, FrameKind::Native, 0, 0x1234, "_ZN2tt9tt_metal6Buffer", "/opt/libtt_metal.so", "0123abcd"});
    events.emplace_back(FrameSeen{none(), 2, FrameKind::Python, 41, 66, "Model.forward", "/home/me/model.py", ""});
    events.emplace_back(FrameSeen{none(), 3, FrameKind::Native, 0, 0x7f0000000123, "", "", ""});
    events.emplace_back(FrameSeen{none(), 9, FrameKind::Native, 0, 0, "out of order", "\xff\n", ""});
    events.emplace_back(StackSeen{none(), 1, {1, 2}, StackEnd::Complete});
    events.emplace_back(StackSeen{none(), 2, {3}, StackEnd::NotMapped});
    events.emplace_back(StackSeen{none(), 3, {9}, StackEnd::TooDeep});  // of a frame that is not known
    events.emplace_back(Allocated{at(1), buffer});
    events.emplace_back(ProgramLaunched{at(2), 0x7f0000007000, 0x7f0000005000});
    events.emplace_back(AllocationFailed{at(2), buffer, "TT_FATAL: Out of Memory"});
    for (int i = 0; i < 9; ++i) {  // beyond the next checkpoint
        events.emplace_back(ProgramLaunched{at(0), 0x7f0000007000, 0x7f0000005000});
    }
    events.emplace_back(Freed{at(0), buffer});
    return events;
}

SessionInfo golden_session_v0_1() {
    SessionInfo session;
    session.tool_version = "0.1.0";
    session.host = "host";
    session.kernel = "6.1.0";
    session.target = "pid 1234";
    session.attached_unix_ns = 1'770'000'000'000'000'000;
    session.attached_monotonic_ns = 5'000'000'000;
    session.known_before_attach = KnownBefore::Partial;
    session.modules.push_back({"/opt/\xff\xfe/_ttnn.so", "0123abcd", "L5", "getters agree"});
    session.modules.emplace_back();
    const std::string symbol = "_ZN2tt9tt_metal";
    session.probes.push_back({"allocated", symbol, "/opt/_ttnn.so", 0x1234, "push rbp", true, true, "entry"});
    session.probes.push_back({"freed", "", "", 0, "", true, false, "no such symbol"});
    return session;
}

Totals golden_totals_v0_1() {
    Totals totals;
    totals.detached_monotonic_ns = 9'000'000'000;
    totals.end_reason = "target exited";
    totals.lost_allocated = 1;
    totals.lost_freed = 2;
    totals.lost_circular_buffers = 3;
    totals.lost_lifecycle = 4;
    totals.ring_bytes = 64U << 20;
    totals.ring_peak_bytes = 12345;
    return totals;
}

}  // namespace tt::alloc_trace::test
