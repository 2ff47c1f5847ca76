// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was live at a moment, by when it came and how long it lived: loaded and kept, loaded in equal groups, of the iteration.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/growth.hpp"

namespace tt::alloc_trace {

// Of a buffer that was live at the moment.
struct BufferLife {
    std::uint64_t size = 0;                       // logical bytes per chip
    std::optional<std::uint64_t> footprint{};     // bytes reserved on each chip; nullopt: not known
    std::uint64_t address = 0;
    std::uint64_t born_t_ns = 0;
    std::optional<std::uint64_t> freed_t_ns{};    // by itself; nullopt: it was kept to a close or to the end
    std::uint32_t tid = 0;
    bool pre_existing = false;                    // older than the process's first event
};

enum class LifeKind : std::uint8_t {
    BeforeAttach,
    Loaded,             // before the first iteration, and kept
    LoadedInGroups,     // likewise, in equal groups
    BeforeIterations,   // before the first iteration, and freed: staging, or another phase
    FirstIteration,     // allocated in the first iteration, and kept
    LaterIterations,    // allocated in a later one, and kept; or in the first, where that is not known
    EarlierIterations,  // freed, as those below
    ThisIteration,
    Iterations,         // of one of the iterations: which one is not known
    Kept,               // no iterations were found
    Freed,              // likewise
};
[[nodiscard]] std::string_view to_string(LifeKind kind);  // "before attach", "loaded", "loaded in equal groups", ...

struct LifePart {
    struct Shape {  // of a group of LoadedInGroups
        std::uint64_t size = 0;
        std::uint64_t count = 0;  // in each group
        std::uint64_t bytes = 0;  // of all groups
        std::optional<std::uint64_t> footprint_bytes = 0;

        bool operator==(const Shape&) const = default;
    };
    LifeKind kind = LifeKind::Kept;
    std::uint64_t buffers = 0;
    std::uint64_t bytes = 0;  // sizes
    std::optional<std::uint64_t> footprint_bytes = 0;  // nullopt: not known of each
    std::uint64_t first_t_ns = 0;  // allocated
    std::uint64_t last_t_ns = 0;
    std::uint64_t freed = 0;       // of `buffers`
    std::uint64_t shortest_ns = 0;  // lives of the freed ones
    std::uint64_t longest_ns = 0;
    std::uint64_t groups = 0;      // LoadedInGroups
    std::vector<Shape> shapes{};   // likewise, most bytes first

    bool operator==(const LifePart&) const = default;
};

struct LifeSplit {
    std::optional<std::uint64_t> iterations{};  // nullopt: none were found, or these load
    bool loading = false;                       // what repeats frees nothing: all is loaded
    std::optional<std::uint64_t> iteration{};   // at the moment, from 1; nullopt: between them, or not known
    Certainty certainty = Certainty::Low;       // of the iterations
    std::vector<LifePart> parts;                // by kind

    bool operator==(const LifeSplit&) const = default;
};

// `found`: of the process; nullptr: none. `t_ns`: the moment.
[[nodiscard]] LifeSplit split_by_life(std::vector<BufferLife> lives, const Iterations* found, std::uint64_t t_ns);

// Those by which what was live at the moment is told apart; nullptr: there are none. Runs of the whole (FoundBy::Runs) load again each time.
[[nodiscard]] const Iterations* iterations_around(const GrowthResult& growth, std::uint32_t pid, std::uint64_t t_ns);

}  // namespace tt::alloc_trace
