// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// By which stacks the buffers of a group were allocated: the first different ones.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace tt::alloc_trace {

class StackSample {
public:
    // A stack's number; 0, not known, is left out.
    void add(std::uint32_t stack) {
        const auto end = stacks_.begin() + count_;
        if (stack == 0 || std::find(stacks_.begin(), end, stack) != end) {
            return;
        }
        more_ = more_ || count_ == stacks_.size();
        if (count_ < stacks_.size()) {
            stacks_[count_++] = stack;
        }
    }

    // By number: in the order in which stacks came first, where buffers came in no order.
    void sort() { std::sort(stacks_.begin(), stacks_.begin() + count_); }

    [[nodiscard]] std::span<const std::uint32_t> stacks() const { return {stacks_.data(), count_}; }  // in order of appearance
    [[nodiscard]] bool more() const { return more_; }  // there are others

    bool operator==(const StackSample&) const = default;

private:
    std::array<std::uint32_t, 6> stacks_{};
    std::uint8_t count_ = 0;
    bool more_ = false;
};

}  // namespace tt::alloc_trace
