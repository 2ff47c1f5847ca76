// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Circular buffers: a static L1 plan of each program, resident on a chip's cores from its launch until another program is
// launched on them.
#pragma once

#include <tsl/robin_map.h>

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

    [[nodiscard]] std::uint64_t core_count() const;
};

struct Program {
    std::vector<CircularBuffer> circular_buffers;
    bool planned_anew = false;  // launched since its last circular buffer: the next one starts a new plan

    // Of all of them, kept up to date: a launch asks for them each time.
    std::vector<CoreRange> cores;  // each range once
    std::uint64_t bytes = 0;       // size x cores

    void add(CircularBuffer buffer);
    void clear();
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
    void destroy(std::uint64_t program);
    void release(const std::vector<Place>& places);  // nothing is resident there any more
    void clear();
    // As a checkpoint has them. False: a resident program is not known.
    void restore(std::uint64_t program, const Program& plan);
    [[nodiscard]] bool restore(const Place& place, std::vector<std::uint64_t> programs);

    [[nodiscard]] const ProgramMap& programs() const { return programs_; }
    [[nodiscard]] const std::map<Place, std::vector<std::uint64_t>>& residents() const { return resident_; }
    [[nodiscard]] Resident resident(const Place& place) const;
    // Programs resident on `place`, in order of launch.
    [[nodiscard]] const std::vector<std::uint64_t>& resident_programs(const Place& place) const;

private:
    Program& program(std::uint64_t id);
    void forget_idle();
    bool settle(std::uint64_t program, const Place& place);
    void evict_overlapping(std::uint64_t program, std::vector<std::uint64_t>& residents) const;

    ProgramMap programs_;
    std::map<Place, std::vector<std::uint64_t>> resident_;
};

}  // namespace tt::alloc_trace
