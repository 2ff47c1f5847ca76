// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Finds the iterations of a process in its latest marks: the longest loop (loop_finder.hpp) of the shapes that are freed again, of
// all shapes if only what stays tells the iterations apart, of kinds where sizes wander; of all threads together or of each; and the
// loops that were over before.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/loop_finder.hpp"

namespace tt::alloc_trace {

struct ShapeMark {
    std::uint64_t t_ns = 0;
    std::uint32_t shape = 0;
    std::uint32_t tid = 0;
};

struct ShapeInfo {
    bool recycles = false;   // most of its buffers were freed again; launches do
    std::uint32_t kind = 0;  // the same for shapes that differ in size only; numbered from 0
};

struct FoundIterations {
    std::vector<std::uint32_t> begins;  // places among the marks at which the iterations begin, of all its threads
    std::uint32_t end = 0;              // place behind the last one
    std::optional<std::uint32_t> anchor{};  // the shape by which it was recognised; nullopt: a kind of several sizes
    double anchors_per_period = 1;
    double marks_per_period = 0;        // of the thread; median
    std::uint64_t period_ns = 0;        // median
    double explained = 0;               // share of the marks (of its threads) that the loop was recognised by
    double alike = 0;                   // share of them that are like those of another iteration: with what is kept of each
    std::uint32_t shapes = 0;           // that agree
    bool exact = false;                 // each distance is like the others
    std::vector<std::uint32_t> tids;    // that do the same side by side; empty: all threads together
    std::vector<LoopPart> parts;        // lengths in marks
};

// Loops that go on to the end, the one that explains most first; then those before it, latest first.
struct IterationsOfProcess {
    std::vector<FoundIterations> latest;
    std::vector<FoundIterations> earlier;
};
[[nodiscard]] IterationsOfProcess find_iterations(std::span<const ShapeMark> marks, const std::vector<ShapeInfo>& shapes);

}  // namespace tt::alloc_trace
