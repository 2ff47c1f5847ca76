// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/stack_table.hpp"

#include <algorithm>

namespace tt::alloc_trace {

void StackTable::add(FrameSeen frame) {
    if (namer_) {
        namer_(frame);
    }
    const std::size_t bytes = frame.function.size() + frame.file.size() + frame.build_id.size();
    const bool room = frames_.size() < kMaxFrames && bytes <= kMaxNameBytes - name_bytes_;
    if (room && frame.number == frames_.size() + 1) {
        frames_.push_back(std::move(frame));
        name_bytes_ += bytes;
    }
}

void StackTable::add(const StackSeen& stack) {
    const bool known = std::all_of(stack.frames.begin(), stack.frames.end(), [this](std::uint32_t frame) {
        return frame - 1U < frames_.size();
    });
    const bool room = stacks_.size() < kMaxStacks && stack.frames.size() <= kMaxSteps - steps_;
    if (known && room && stack.number == stacks_.size() + 1) {
        stacks_.push_back(stack);
        steps_ += stack.frames.size();
    }
}

}  // namespace tt::alloc_trace
