// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One list of the native and the Python frames of a thread: where the native stack is in the interpreter's loop, the Python frames that
// this loop runs. Pure. What does not go together by count is told apart, never guessed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tt::alloc_trace {

enum class NativeKind : std::uint8_t {
    Other,
    Interpreter,  // in its module, but not the loop: what leads from one Python frame to the next, or to an extension
    Evaluator,    // the interpreter's loop: runs Python frames
};

// Both innermost first.
struct FramesToMerge {
    std::span<const NativeKind> native{};
    bool native_complete = false;            // up to where the thread began
    std::span<const bool> python_ends_loop{};  // by Python frame: the loop that runs it runs none further out
    bool python_complete = false;
};

struct MergedFrame {
    bool python = false;
    std::size_t index = 0;  // in its list

    bool operator==(const MergedFrame&) const = default;
};

struct MergedFrames {
    std::vector<MergedFrame> frames{};  // innermost first
    // Else there are more or fewer loops than Python frames tell of: of the native frames only those within the innermost loop are there.
    bool matched = true;
};

// Interpreter's frames just within a loop are left out, as the loop is: the Python frame stands for them.
[[nodiscard]] MergedFrames merge_frames(const FramesToMerge& frames);

}  // namespace tt::alloc_trace
