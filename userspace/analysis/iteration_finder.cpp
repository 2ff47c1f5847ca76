// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/iteration_finder.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMinStarts = 8;          // fewer equal distances may be chance
constexpr std::size_t kMinStartsAlone = 16;    // if no second shape agrees
constexpr std::size_t kMinStartsNoisy = 20;
constexpr double kTolerance = 0.25;            // of a distance; random ones are that close in a third of the cases only
constexpr double kMostNoise = 0.4;             // share of odd distances; random ones have 0.8
constexpr int kMostNesting = 4;                // loops within loops
constexpr std::size_t kThreadsTried = 3;       // the busiest
constexpr unsigned kSuffixesTried = 4;         // all marks, the last half, ...

using Positions = std::vector<std::uint32_t>;

struct Vote {
    double period = 0;
    Positions starts;
    bool exact = false;
    std::uint32_t shape = 0;
    double per_period = 1;
};

struct Gaps {
    double median = 0;
    Positions after_long;
    Positions after_short;
};

Gaps gaps_of(const Positions& at) {
    Positions gaps;
    for (std::size_t i = 1; i < at.size(); ++i) {
        gaps.push_back(at[i] - at[i - 1]);
    }
    Positions sorted = gaps;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    Gaps result;
    result.median = *middle;
    const double tolerance = std::max(kTolerance * result.median, result.median >= 3 ? 1.0 : 0.0);
    for (std::size_t i = 0; i < gaps.size(); ++i) {
        if (gaps[i] > result.median + tolerance) {
            result.after_long.push_back(at[i + 1]);
        } else if (gaps[i] < result.median - tolerance) {
            result.after_short.push_back(at[i + 1]);
        }
    }
    return result;
}

std::optional<Vote> vote(const Positions& at, int nesting) {
    if (at.size() < kMinStarts) {
        return std::nullopt;
    }
    Gaps gaps = gaps_of(at);
    const std::size_t odd = gaps.after_long.size() + gaps.after_short.size();
    if (odd == 0) {
        return Vote{static_cast<double>(at.back() - at.front()) / static_cast<double>(at.size() - 1), at, true};
    }
    // The odd distances may be the seams of an outer loop.
    const Positions& seams = gaps.after_long.empty() ? gaps.after_short : gaps.after_long;
    if (nesting < kMostNesting && seams.size() < at.size()) {
        if (std::optional<Vote> outer = vote(seams, nesting + 1); outer && outer->exact) {
            return outer;
        }
    }
    if (at.size() >= kMinStartsNoisy && static_cast<double>(odd) <= kMostNoise * static_cast<double>(at.size() - 1)) {
        return Vote{gaps.median, at, false};
    }
    return std::nullopt;
}

// The loop must go on to the end: what comes behind its last iteration is little.
bool reaches_end(const Vote& vote, std::size_t marks) {
    const double rest = static_cast<double>(marks - vote.starts.back());
    return rest <= std::max(2.5 * vote.period, 0.1 * static_cast<double>(vote.starts.back() - vote.starts.front()));
}

std::vector<Vote> votes_of(std::span<const ShapeMark> marks) {
    std::unordered_map<std::uint32_t, Positions> by_shape;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        by_shape[marks[i].shape].push_back(static_cast<std::uint32_t>(i));
    }
    std::vector<Vote> votes;
    for (const auto& [shape, at] : by_shape) {
        std::optional<Vote> cast = vote(at, 0);
        if (!cast || !reaches_end(*cast, marks.size())) {
            continue;
        }
        cast->shape = shape;
        const auto inside = std::count_if(at.begin(), at.end(), [&cast](std::uint32_t position) {
            return position >= cast->starts.front() && position < cast->starts.back();
        });
        cast->per_period = static_cast<double>(inside) / static_cast<double>(cast->starts.size() - 1);
        votes.push_back(std::move(*cast));
    }
    std::sort(votes.begin(), votes.end(), [](const Vote& a, const Vote& b) {
        return std::pair(a.period, a.shape) < std::pair(b.period, b.shape);
    });
    return votes;
}

std::uint64_t median_time(std::span<const ShapeMark> marks, const Positions& starts) {
    std::vector<std::uint64_t> times;
    for (std::size_t i = 1; i < starts.size(); ++i) {
        const std::uint64_t from = marks[starts[i - 1]].t_ns;
        const std::uint64_t to = marks[starts[i]].t_ns;
        times.push_back(to > from ? to - from : 0);
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

struct Election {
    FoundIterations found;
    std::size_t weight = 0;
    double share = 0;  // of the weight all shapes could have
};

std::optional<Election> elect(std::span<const ShapeMark> marks) {
    const std::vector<Vote> votes = votes_of(marks);
    std::size_t best_from = 0;
    std::size_t best_to = 0;
    std::size_t best_weight = 0;
    for (std::size_t from = 0; from < votes.size(); ++from) {
        std::size_t weight = 0;
        std::size_t to = from;
        for (; to < votes.size() && votes[to].period <= votes[from].period * 1.1; ++to) {
            weight += votes[to].exact ? 2 : 1;
        }
        if (weight > best_weight) {
            best_from = from;
            best_to = to;
            best_weight = weight;
        }
    }
    if (best_weight == 0) {
        return std::nullopt;
    }
    const auto begin = votes.begin() + static_cast<std::ptrdiff_t>(best_from);
    const auto end = votes.begin() + static_cast<std::ptrdiff_t>(best_to);
    // The rarest shape of the exact ones counts best.
    const Vote& anchor = *std::min_element(begin, end, [](const Vote& a, const Vote& b) {
        return std::tuple(!a.exact, a.per_period, a.shape) < std::tuple(!b.exact, b.per_period, b.shape);
    });
    const std::size_t shapes = best_to - best_from;
    if (shapes < (anchor.exact ? 2U : 3U) && !(anchor.exact && anchor.starts.size() >= kMinStartsAlone)) {
        return std::nullopt;
    }
    std::vector<std::uint32_t> different;
    for (const ShapeMark& mark : marks) {
        different.push_back(mark.shape);
    }
    std::sort(different.begin(), different.end());
    const auto count = std::unique(different.begin(), different.end()) - different.begin();
    Election election;
    election.weight = best_weight;
    election.share = static_cast<double>(best_weight) / (2.0 * static_cast<double>(count));
    election.found = {
        anchor.shape,
        anchor.per_period,
        anchor.period,
        median_time(marks, anchor.starts),
        marks[anchor.starts.front()].t_ns,
        marks[anchor.starts.back()].t_ns,
        static_cast<std::uint32_t>(anchor.starts.size() - 1),
        static_cast<std::uint32_t>(shapes),
        anchor.exact,
        0};
    return election;
}

std::vector<std::uint32_t> busiest_threads(std::span<const ShapeMark> marks) {
    std::map<std::uint32_t, std::size_t> counts;
    for (const ShapeMark& mark : marks) {
        ++counts[mark.tid];
    }
    std::vector<std::pair<std::size_t, std::uint32_t>> order;
    for (const auto& [tid, count] : counts) {
        order.emplace_back(count, tid);
    }
    std::sort(order.rbegin(), order.rend());
    std::vector<std::uint32_t> threads;
    for (std::size_t i = 0; i < std::min(kThreadsTried, order.size()); ++i) {
        threads.push_back(order[i].second);
    }
    return threads;
}

// A start of the program that looks otherwise must not hide the loop behind it: also the last half, quarter, ... is tried.
std::optional<Election> best_election(std::span<const ShapeMark> marks) {
    std::optional<Election> best;
    for (unsigned half = 0; half < kSuffixesTried; ++half) {
        const std::optional<Election> election = elect(marks.last(marks.size() >> half));
        if (election && (!best || election->share > 1.1 * best->share)) {
            best = election;
        }
    }
    return best;
}

}  // namespace

std::optional<FoundIterations> find_iterations(std::span<const ShapeMark> marks, const std::vector<bool>& usable) {
    std::vector<ShapeMark> all;
    std::copy_if(marks.begin(), marks.end(), std::back_inserter(all), [&usable](const ShapeMark& mark) {
        return usable[mark.shape];
    });
    if (all.empty()) {
        return std::nullopt;
    }
    const std::vector<std::uint32_t> threads = busiest_threads(all);
    if (threads.size() > 1) {
        for (const std::uint32_t tid : threads) {
            std::vector<ShapeMark> own;
            std::copy_if(all.begin(), all.end(), std::back_inserter(own), [tid](const ShapeMark& mark) {
                return mark.tid == tid;
            });
            if (std::optional<Election> election = best_election(own)) {
                election->found.tid = tid;
                return election->found;
            }
        }
    }
    const std::optional<Election> election = best_election(all);
    return election ? std::optional(election->found) : std::nullopt;
}

}  // namespace tt::alloc_trace
