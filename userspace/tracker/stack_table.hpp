// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The call stacks of a stream and the places in programs they pass, by the stream's numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "event/event.hpp"

namespace tt::alloc_trace {

class StackTable {
public:
    // Most that are kept: later ones of a hostile recording, or of a job without end, name nothing.
    static constexpr std::uint32_t kMaxFrames = 1U << 20U;
    static constexpr std::uint32_t kMaxStacks = 1U << 20U;
    static constexpr std::size_t kMaxSteps = std::size_t{1} << 25U;  // frames of all stacks together
    static constexpr std::size_t kMaxNameBytes = std::size_t{256} << 20U;  // of all frames together

    // May complete a frame that comes from now on.
    using Namer = std::function<void(FrameSeen& frame)>;
    void name_with(Namer namer) { namer_ = std::move(namer); }

    // Numbers must come in order, from 1: one that does not is not taken, nor a stack with a frame that is not known.
    void add(FrameSeen frame);
    void add(const StackSeen& stack);

    // Null if there is none of this number.
    [[nodiscard]] const StackSeen* find(std::uint32_t stack) const { return stack - 1U < stacks_.size() ? &stacks_[stack - 1U] : nullptr; }
    // Of a number that a kept stack has.
    [[nodiscard]] const FrameSeen& frame(std::uint32_t number) const { return frames_[number - 1U]; }

    // In the order of their numbers.
    [[nodiscard]] const std::vector<FrameSeen>& frames() const { return frames_; }
    [[nodiscard]] const std::vector<StackSeen>& stacks() const { return stacks_; }
    [[nodiscard]] bool empty() const { return stacks_.empty(); }

private:
    Namer namer_;
    std::vector<FrameSeen> frames_;
    std::vector<StackSeen> stacks_;
    std::size_t steps_ = 0;
    std::size_t name_bytes_ = 0;
};

}  // namespace tt::alloc_trace
