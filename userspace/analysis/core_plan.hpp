// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a program lays out in L1, core by core: its circular buffers and regions of dataflow buffers lie on some cores only, while
// an L1 buffer is reserved on each core (lock-step).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tsl/robin_map.h>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

struct CorePart {  // cores that hold the same
    CoreRange cores;
    std::uint64_t bytes = 0;  // of circular and dataflow buffers on each of them, by address: what shares its place counts once

    bool operator==(const CorePart&) const = default;
};

struct L1Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    bool operator==(const L1Range&) const = default;
};

struct CorePlan {
    // Programs lay out a few ranges of cores. Beyond so many distinct ones, the rest counts for `ranges` only.
    static constexpr std::size_t kMaxCoreRanges = 64;

    std::vector<CorePart> parts;       // no core twice; fullest first, then by place
    std::vector<L1Range> ranges;  // taken on any core, ascending, joined
    bool cores_complete = true;        // false: there are more cores than are known
    std::uint32_t columns = 0;         // up to the last one used
    std::uint32_t rows = 0;

    [[nodiscard]] std::uint64_t most() const { return parts.empty() ? 0 : parts.front().bytes; }
    [[nodiscard]] std::uint64_t end() const { return ranges.empty() ? 0 : ranges.back().end; }
};

[[nodiscard]] CorePlan core_plan(const Program& program);

// The plans of programs, found once and not per launch.
class CorePlans {
public:
    // Never nullptr; empty if the program is not known.
    [[nodiscard]] std::shared_ptr<const CorePlan> of(const ProcessState& process, std::uint64_t program);
    // The program laid out something else.
    void changed(const ProcessState& process, std::uint64_t program) { plans_.erase({process.number, program}); }

private:
    static constexpr std::size_t kMaxPlans = ProgramTable::kMaxPrograms;

    struct Key {
        std::uint32_t process = 0;
        std::uint64_t program = 0;

        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept { return PointerHash()(key.program ^ std::uint64_t{key.process} << 48U); }
    };

    tsl::robin_map<Key, std::shared_ptr<const CorePlan>, KeyHash> plans_;
};

}  // namespace tt::alloc_trace
