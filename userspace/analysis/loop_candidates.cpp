// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/loop_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kLeastStarts = 3;
constexpr std::size_t kLatest = 9;        // distances at the end, that tell the median
constexpr double kTolerance = 0.25;       // of a distance; random ones are that close in a third of the cases only
constexpr double kMostOdd = 0.35;         // share of odd distances; random ones have 0.8
constexpr std::size_t kLevels = 6;        // of bursts within bursts
constexpr double kLongest = 0.6;          // of the longest distance: what is above it is of one kind
constexpr double kLeastCovered = 0.03;    // of the sequence
constexpr std::size_t kMostKept = 24;     // by each of two measures

using Positions = std::vector<std::uint32_t>;

// The positions of each shape: those of shape s are at[from[s]] .. at[from[s + 1]].
struct ByShape {
    Positions from;
    Positions at;
};

ByShape by_shape(ShapeSequence sequence, std::size_t shapes) {
    ByShape result{Positions(shapes + 1), Positions(sequence.size())};
    for (const std::uint32_t shape : sequence) {
        ++result.from[shape + 1];
    }
    for (std::size_t shape = 0; shape < shapes; ++shape) {
        result.from[shape + 1] += result.from[shape];
    }
    Positions next(result.from.begin(), result.from.end() - 1);
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        result.at[next[sequence[i]]++] = static_cast<std::uint32_t>(i);
    }
    return result;
}

double median_of_latest(const Positions& starts) {
    Positions gaps;
    for (std::size_t i = starts.size() > kLatest ? starts.size() - kLatest : 1; i < starts.size(); ++i) {
        gaps.push_back(starts[i] - starts[i - 1]);
    }
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return *middle;
}

// What is left of `starts` from where on they are regular; empty: they are not, or do not go on to the end.
std::optional<LoopCandidate> regular_part(Positions starts, std::size_t size) {
    if (starts.size() < kLeastStarts) {
        return std::nullopt;
    }
    LoopCandidate result;
    result.period = median_of_latest(starts);
    const double slack = std::max(kTolerance * result.period, result.period >= 3 ? 1.0 : 0.0);
    const auto is_odd = [&](std::size_t i) { return std::abs(starts[i] - starts[i - 1] - result.period) > slack; };
    std::size_t first = starts.size() - 1;
    std::size_t odd = 0;
    std::size_t odd_to_regular = 0;  // up to `regular`
    std::size_t regular = first;
    std::size_t in_a_row = 0;
    for (; first > 0 && in_a_row < 2; --first) {
        if (is_odd(first)) {
            ++odd;
            ++in_a_row;
        } else {
            in_a_row = 0;
            regular = first - 1;
            odd_to_regular = odd;
        }
    }
    const std::size_t gaps = starts.size() - 1 - regular;
    if (gaps + 1 < kLeastStarts || static_cast<double>(odd_to_regular) > kMostOdd * static_cast<double>(gaps)) {
        return std::nullopt;
    }
    result.odd = static_cast<double>(odd_to_regular) / static_cast<double>(gaps);
    starts.erase(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(regular));
    const double span = starts.back() - starts.front();
    const double rest = static_cast<double>(size - starts.back());
    if (rest > std::max(2.5 * result.period, 0.1 * span) || span < kLeastCovered * static_cast<double>(size)) {
        return std::nullopt;
    }
    result.starts = std::move(starts);
    return result;
}

// Distances from which on a place begins something: 0 first.
Positions levels(std::span<const std::uint32_t> at) {
    Positions gaps;
    for (std::size_t i = 1; i < at.size(); ++i) {
        gaps.push_back(at[i] - at[i - 1]);
    }
    std::sort(gaps.begin(), gaps.end());
    Positions result{0, static_cast<std::uint32_t>(kLongest * gaps.back())};
    for (std::size_t i = gaps.size(); i-- > 1 && result.size() < kLevels + 2;) {
        if (gaps[i] == gaps[i - 1] && gaps[i] != gaps.front() && (result.size() == 2 || gaps[i] != result.back())) {
            result.push_back(gaps[i]);
        }
    }
    return result;
}

class Collection {
public:
    explicit Collection(std::size_t size) : size_(size) {}

    void add(std::uint32_t shape, std::span<const std::uint32_t> at, std::uint32_t level) {
        Positions starts;
        for (std::size_t i = 0; i < at.size(); ++i) {
            if (i == 0 || at[i] - at[i - 1] >= level) {
                starts.push_back(at[i]);
            }
        }
        const bool every_time = starts.size() == at.size();
        if (level != 0 && every_time) {
            return;
        }
        if (std::optional<LoopCandidate> candidate = regular_part(std::move(starts), size_)) {
            candidate->shape = shape;
            candidate->every_time = every_time;
            keep(std::move(*candidate));
        }
    }

    std::vector<LoopCandidate> take();

private:
    void keep(LoopCandidate candidate);

    std::size_t size_;
    std::map<std::pair<std::size_t, std::uint64_t>, LoopCandidate> kept_;  // by number of starts and distance
};

void Collection::keep(LoopCandidate candidate) {
    const std::pair key(candidate.starts.size(), static_cast<std::uint64_t>(candidate.period));
    const auto [at, is_new] = kept_.try_emplace(key);
    if (is_new) {
        at->second = std::move(candidate);
        return;
    }
    LoopCandidate& known = at->second;
    const std::uint32_t shapes = known.shapes + (candidate.shape != known.shape ? 1 : 0);
    // The regular one counts best, and the one that comes first in an iteration.
    const auto rank = [](const LoopCandidate& one) { return std::tuple(one.odd, !one.every_time, one.starts.front()); };
    if (rank(candidate) < rank(known)) {
        known = std::move(candidate);
    }
    known.shapes = shapes;
}

std::vector<LoopCandidate> Collection::take() {
    std::vector<LoopCandidate> all;
    for (auto& [key, candidate] : kept_) {
        all.push_back(std::move(candidate));
    }
    const auto covered = [](const LoopCandidate& one) {
        return (1 - one.odd) * static_cast<double>(one.starts.back() - one.starts.front());
    };
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.shapes > b.shapes; });
    if (all.size() > kMostKept) {
        std::stable_sort(all.begin() + kMostKept, all.end(), [&covered](const auto& a, const auto& b) { return covered(a) > covered(b); });
        all.resize(std::min(all.size(), 2 * kMostKept));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.period < b.period; });
    return all;
}

}  // namespace

std::vector<LoopCandidate> loop_candidates(ShapeSequence sequence, std::size_t shapes) {
    const ByShape positions = by_shape(sequence, shapes);
    Collection collection(sequence.size());
    for (std::uint32_t shape = 0; shape < shapes; ++shape) {
        const std::span at = std::span(positions.at).subspan(positions.from[shape], positions.from[shape + 1] - positions.from[shape]);
        if (at.size() < kLeastStarts) {
            continue;
        }
        for (const std::uint32_t level : levels(at)) {
            collection.add(shape, at, level);
        }
    }
    return collection.take();
}

}  // namespace tt::alloc_trace
