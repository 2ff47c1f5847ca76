// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Circular buffers: a static L1 plan of each program, resident on a chip's cores from its launch until another program is
// launched on them.
#pragma once

#include <tsl/robin_map.h>

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "event/event.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

struct CircularBuffer {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  // bytes per core
    std::vector<CoreRange> cores;
    bool cores_complete = true;
    PlanKind kind = PlanKind::CircularBuffer;

    [[nodiscard]] std::uint64_t core_count() const;
};

// Cores of sound ranges, summed.
[[nodiscard]] std::uint64_t core_count(const std::vector<CoreRange>& cores);

struct Program {
    std::vector<CircularBuffer> circular_buffers;  // those that are, then regions of dataflow buffers
    // By PlanKind: launched since the last one of the kind, so the next one starts a new plan.
    std::array<bool, kPlanKindCount> planned_anew{};
    std::array<bool, kPlanKindCount> not_told{};  // by PlanKind: what it had laid out before it was launched is not known
    std::uint64_t launches_not_told = 0;          // since then; 0: all of it is known

    // Of all of them, kept up to date: a launch asks for them each time.
    std::vector<CoreRange> cores;  // each range once
    std::uint64_t bytes = 0;       // size x cores

    void add(CircularBuffer buffer);
    void clear(PlanKind kind);
};

// What is resident on one place.
struct Residents {
    std::vector<std::uint64_t> programs;  // in order of launch
    // As long as nothing else was launched there: what was resident before, should the runtime have refused the launch.
    std::uint64_t launched = 0;
    std::vector<std::uint64_t> before;

    bool operator==(const Residents&) const = default;
};

// Launches with circular buffers nobody knows, since attach.
struct LaunchesNotTold {
    std::uint64_t programs = 0;
    std::uint64_t launches = 0;
};

// The map takes the low bits, and those of addresses on a heap are much alike.
struct PointerHash {
    std::size_t operator()(std::uint64_t pointer) const noexcept {
        const std::uint64_t mixed = pointer * 0x9e3779b97f4a7c15ULL;
        return mixed ^ mixed >> 32U;
    }
};
using ProgramMap = tsl::robin_map<std::uint64_t, Program, PointerHash>;

class ProgramTable {
public:
    // Not every build tells of a program's end. Beyond so many, those that are not resident are forgotten: should one of them be
    // launched again, its circular buffers are not shown until it plans anew.
    static constexpr std::size_t kMaxPrograms = std::size_t{1} << 16;

    struct Resident {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;  // size x cores
    };

    // True if what is resident on `places` changed. A circular buffer whose program is not known (0) is not kept.
    bool add(const CircularBufferAllocated& event, const std::vector<Place>& places);
    bool launch(std::uint64_t program, const std::vector<Place>& places);
    // Of the launch just told: what the program had laid out before is not known.
    void not_told(std::uint64_t program, PlanKind kind);
    // The runtime refused to launch it on `places`: it holds nothing there. Returns those where that launch was the last one, and
    // which are as they were before.
    std::vector<Place> refuse(std::uint64_t program, const std::vector<Place>& places);
    void destroy(std::uint64_t program);
    void release(const std::vector<Place>& places);  // nothing is resident there any more
    void clear();
    // As a checkpoint has them. False: a resident program is not known.
    void restore(std::uint64_t program, const Program& plan);
    [[nodiscard]] bool restore(const Place& place, Residents residents);
    void restore(const LaunchesNotTold& not_told) { not_told_ = not_told; }

    [[nodiscard]] const ProgramMap& programs() const { return programs_; }
    [[nodiscard]] const std::map<Place, Residents>& residents() const { return resident_; }
    [[nodiscard]] const LaunchesNotTold& launches_not_told() const { return not_told_; }
    [[nodiscard]] Resident resident(const Place& place) const;
    // Programs resident on `place`, in order of launch.
    [[nodiscard]] const std::vector<std::uint64_t>& resident_programs(const Place& place) const;

private:
    Program& program(std::uint64_t id);
    void forget_idle();
    void told_after_all(Program& program, PlanKind kind);
    bool settle(std::uint64_t program, const Place& place);
    void evict_overlapping(std::uint64_t program, std::vector<std::uint64_t>& residents) const;

    ProgramMap programs_;
    std::map<Place, Residents> resident_;
    LaunchesNotTold not_told_;
};

}  // namespace tt::alloc_trace
