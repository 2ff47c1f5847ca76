// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "random_events.hpp"

#include <limits>
#include <random>

namespace tt::alloc_trace::test {

namespace {

class Source {
public:
    explicit Source(std::uint64_t seed) : random_(seed) {}

    Event event() {
        switch (below(36)) {
            case 0: return OwnerSeen{header(), pick(), static_cast<OwnerKind>(below(3)), int32(), chips()};
            case 1:
                return CircularBufferAllocated{
                    header(), pick(), pick(), number(), number(), cores(), below(2) == 0, below(2) == 0, plan()
                };
            case 2: return CircularBuffersReleased{header(), pick()};
            case 3: return ProgramLaunched{header(), pick(), pick()};
            case 4: return ProgramDestroyed{header(), pick()};
            case 5: return OwnerClosing{header(), pick()};
            case 6: return AllocatorReleased{header(), pick(), static_cast<AllocatorRelease>(below(3))};
            case 7: return ProcessSeen{header(), uint32(), number(), below(2) == 0, command()};
            case 8: return ProcessForked{header(), uint32()};
            case 9: return ProcessExec{header()};
            case 10: return ProcessExited{header()};
            case 11: return Lost{header(), number(), number(), number(), number()};
            case 12: return AllocatorSeen{header(), pick(), pick(), regions()};
            case 13: return AllocatorChanged{header(), pick(), static_cast<AllocatorChange>(below(kAllocatorChangeCount))};
            case 14: return BufferFound{header(), buffer(), number()};
            case 15: return BufferGone{header(), buffer()};
            case 16: return walked();
            case 17: return ProcessPaused{header(), number()};
            case 18: return AllocationFailed{header(), buffer(), command()};
            case 19: return CircularBufferClash{header(), pick(), pick(), command()};
            case 20:
            case 21:
            case 22: return Freed{header(), buffer()};
            case 23: return RequestRefused{header(), pick(), pick(), command()};
            case 24: return ProgramNotTold{header(), pick(), pick(), plan()};
            case 25: return ProcessNotSeen{header(), below(2) == 0, command(), command()};
            case 26: return ProcessStatus{header(), uint32(), uint32()};
            case 27: return TraceCalled{header(), static_cast<TraceCall>(below(kTraceCallCount)), uint32() % 4, pick()};
            case 28: return Marked{header(), command()};
            case 29:
                return FrameSeen{header(), uint32(), static_cast<FrameKind>(below(kFrameKindCount)), uint32(), number(), command(), command(), command()};
            case 30: return StackSeen{header(), uint32(), frames(), static_cast<StackEnd>(below(kStackEndCount))};
            default: return Allocated{header(), buffer()};
        }
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    // Small, any, or at an end of the range.
    std::uint64_t number() {
        switch (below(5)) {
            case 0: return std::numeric_limits<std::uint64_t>::max() - below(2);
            case 1: return random_();
            case 2: return random_() >> below(64);
            default: return below(200);
        }
    }
    std::uint32_t uint32() { return static_cast<std::uint32_t>(number()); }
    std::int32_t int32() { return static_cast<std::int32_t>(uint32()); }

    PlanKind plan() { return static_cast<PlanKind>(below(kPlanKindCount)); }
    // Few values, so that they come again.
    std::uint64_t pick() { return below(4) == 0 ? number() : 0x7f0000001000 + 64 * below(8); }

    EventHeader header() {
        t_ns_ = below(50) == 0 ? number() : t_ns_ + below(40'000) - 100;
        const std::uint32_t pid = below(10) == 0 ? uint32() : 4711;
        const std::uint32_t tid = below(10) == 0 ? uint32() : 4711 + static_cast<std::uint32_t>(below(4));
        return {t_ns_, pid, tid, below(3) == 0 ? uint32() : 0};
    }

    BufferFields buffer() {
        if (!past_.empty() && below(2) == 0) {
            return past_[below(past_.size())];
        }
        BufferFields fields;
        fields.buffer = pick();
        fields.owner = pick();
        fields.allocator = pick();
        fields.address = below(3) == 0 ? number() : 32 * below(100);
        fields.size = number();
        fields.page_size = number();
        fields.type = static_cast<BufferType>(below(kBufferTypeCount));
        fields.hooked = below(10) == 0;
        fields.sharded = below(3) == 0;
        fields.pages_per_shard = fields.sharded || below(20) == 0 ? number() : 0;
        if (fields.type == BufferType::L1 && !fields.hooked && below(2) == 0) {
            fields.per_core = below(10) != 0;
            fields.cores = static_cast<std::uint8_t>(below(3));
            fields.core = static_cast<std::uint8_t>(below(3));
        }
        past_.push_back(fields);
        return fields;
    }

    std::vector<std::uint32_t> frames() {
        std::vector<std::uint32_t> list(below(4) == 0 ? below(kMaxStackFrames + 1) : below(5));
        for (std::uint32_t& frame : list) {
            frame = uint32();
        }
        return list;
    }

    std::vector<std::int32_t> chips() {
        std::vector<std::int32_t> list(below(40));
        for (std::int32_t& chip : list) {
            chip = int32();
        }
        return list;
    }

    std::vector<Region> regions() {
        std::vector<Region> list(below(6));
        for (Region& region : list) {
            const auto type = static_cast<BufferType>(below(kBufferTypeCount));
            region = {type, uint32(), uint32(), number(), number(), number()};
        }
        return list;
    }

    Event walked() {
        ProcessWalked walk;
        walk.header = header();
        walk.reason = static_cast<WalkReason>(below(kWalkReasonCount));
        walk.complete = below(2) == 0;
        walk.incomplete_reason = walk.complete ? "" : command();
        walk.allocators = uint32();
        walk.rounds = uint32();
        walk.buffers = number();
        walk.found = number();
        walk.gone = number();
        walk.duration_ns = number();
        walk.stopped_ns = number();
        return walk;
    }

    std::vector<CoreRange> cores() {
        std::vector<CoreRange> list(below(5));
        for (CoreRange& range : list) {
            range = {uint32(), uint32(), uint32(), uint32()};
        }
        return list;
    }

    std::string command() {
        std::string text(below(30), '\0');
        for (char& letter : text) {
            letter = static_cast<char>(below(256));
        }
        return text;
    }

    std::mt19937_64 random_;
    std::uint64_t t_ns_ = 1'000'000'000;
    std::vector<BufferFields> past_;
};

}  // namespace

std::vector<Event> random_events(std::size_t count, std::uint64_t seed) {
    Source source(seed);
    std::vector<Event> events;
    events.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        events.push_back(source.event());
    }
    return events;
}

}  // namespace tt::alloc_trace::test
