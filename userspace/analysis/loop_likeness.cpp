// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/loop_likeness.hpp"

#include <tsl/robin_map.h>

#include <algorithm>

namespace tt::alloc_trace {
namespace {

struct Mixed {
    std::size_t operator()(std::uint64_t value) const noexcept {
        value *= 0x9e3779b97f4a7c15ULL;
        return value ^ (value >> 32U);
    }
};

}  // namespace

LoopLikeness::LoopLikeness(ShapeSequence sequence) {
    tsl::robin_map<std::uint64_t, std::uint32_t, Mixed> numbers;
    const auto number = [&numbers](std::uint64_t key) {
        return numbers.try_emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second;
    };
    words_.reserve(sequence.size());
    std::uint32_t pair = 0;  // number of the two places before
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        const std::uint64_t shape = sequence[i];
        words_.push_back(number(std::uint64_t{1} << 63U | std::uint64_t{pair} << 32U | shape));
        pair = number(std::uint64_t{i == 0 ? 0 : sequence[i - 1]} << 32U | shape);
    }
    counts_[0].resize(numbers.size());
    counts_[1].resize(numbers.size());
}

std::vector<double> LoopLikeness::of(const std::vector<std::uint32_t>& bounds) {
    std::vector<double> likeness(bounds.size() - 1);
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        std::vector<std::uint32_t>& own = counts_[i % 2];
        std::vector<std::uint32_t>& before = counts_[1 - i % 2];
        std::uint32_t common = 0;
        for (std::uint32_t place = bounds[i]; place < bounds[i + 1]; ++place) {
            const std::uint32_t word = words_[place];
            common += ++own[word] <= before[word] ? 1 : 0;
        }
        if (i > 0) {
            const std::uint32_t longer = std::max(bounds[i + 1] - bounds[i], bounds[i] - bounds[i - 1]);
            likeness[i] = static_cast<double>(common) / std::max(longer, 1U);
            for (std::uint32_t place = bounds[i - 1]; place < bounds[i]; ++place) {
                before[words_[place]] = 0;
            }
        }
    }
    for (std::uint32_t place = bounds[bounds.size() - 2]; place < bounds.back(); ++place) {
        counts_[bounds.size() % 2][words_[place]] = 0;
    }
    return likeness;
}

}  // namespace tt::alloc_trace
