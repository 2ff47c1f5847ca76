// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/loop_finder.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "analysis/loop_likeness.hpp"

namespace tt::alloc_trace {
namespace {

constexpr double kLeastLikeness = 0.5;      // below it everything could be a loop
constexpr double kLeastLikenessFew = 0.8;   // of a few iterations
constexpr double kLeastOfBest = 0.75;       // a longer loop explains about as much as the one inside of it
constexpr std::size_t kLeastPhase = 3;      // iterations that are like the one before
constexpr std::size_t kMostPhases = 3;
constexpr std::size_t kEnoughStarts = 8;    // fewer may be chance
constexpr std::size_t kEnoughShapes = 3;    // that agree
constexpr double kBeyondChance = 10'000;
constexpr double kExact = 0.02;             // of a distance
constexpr double kMostOddNested = 0.2;      // a longer loop counts whole turns of the one inside of it
constexpr double kManyTurns = 4;            // of the loop inside: by chance one in three is within the tolerance of a candidate
constexpr std::size_t kManyStarts = 16;
constexpr double kMostOddMany = 0.1;
constexpr double kLeastOfWhole = 0.5;       // parts cover so much of what they are parts of
constexpr double kMostOfNth = 1.5;           // places that are in every n-th step only
constexpr double kMostUnequal = 0.2;        // of the iterations may differ in their number of parts

struct Judged {
    LoopCandidate at;
    double explained = 0;
    double likeness = 0;
};

// Where the latest of several phases begins that have the same period, but do something else in it. The seams of an outer loop
// are none: they come again and again. The last stretch may be cut short.
std::size_t latest_phase(const std::vector<double>& alike) {
    std::size_t in_phase = 0;  // stretches before `i` that are like each other
    std::size_t begin = 0;
    std::size_t phases = 1;
    for (std::size_t i = 1; i + 1 < alike.size(); ++i) {
        if (alike[i] >= kLeastLikeness) {
            ++in_phase;
        } else if (std::exchange(in_phase, 0) >= kLeastPhase) {
            begin = i;
            ++phases;
        }
    }
    return phases <= kMostPhases ? begin : 0;
}

Judged judge(LoopCandidate candidate, LoopLikeness& likeness, std::size_t size) {
    std::vector<std::uint32_t> bounds = candidate.starts;
    const auto period = static_cast<std::uint32_t>(candidate.period);
    bounds.push_back(static_cast<std::uint32_t>(std::min<std::size_t>(size, bounds.back() + period)));
    std::vector<double> alike = likeness.of(bounds);
    const std::size_t begin = latest_phase(alike);
    alike[begin] = 0;
    candidate.starts.erase(candidate.starts.begin(), candidate.starts.begin() + static_cast<std::ptrdiff_t>(begin));
    Judged judged{std::move(candidate), 0, 0};
    for (std::size_t i = begin; i < alike.size(); ++i) {
        const double most = std::max(alike[i], i + 1 < alike.size() ? alike[i + 1] : 0);
        judged.explained += most * (bounds[i + 1] - bounds[i]);
    }
    judged.likeness = judged.explained / std::max(1.0, static_cast<double>(bounds.back() - bounds[begin]));
    return judged;
}

double share_within(const LoopCandidate& candidate, double slack) {
    const std::vector<std::uint32_t>& starts = candidate.starts;
    std::size_t within = 0;
    for (std::size_t i = 1; i < starts.size(); ++i) {
        within += std::abs(starts[i] - starts[i - 1] - candidate.period) <= slack ? 1 : 0;
    }
    return static_cast<double>(within) / static_cast<double>(starts.size() - 1);
}

// `inner`: the longest loop inside of it that explains much, if there is one.
bool is_beyond_chance(const Judged& loop, const Judged* inner) {
    const std::size_t starts = loop.at.starts.size();
    if (loop.likeness < (starts < kEnoughStarts ? kLeastLikenessFew : kLeastLikeness)) {
        return false;
    }
    if (inner == nullptr) {
        return starts >= kEnoughStarts || loop.at.shapes >= kEnoughShapes || share_within(loop.at, kExact * loop.at.period) == 1;
    }
    // Within a loop everything is alike: only that it takes the same number of turns each time tells a longer one.
    // Or, of steps of a varying number of layers, that many of them have much the same length.
    const double turns = loop.at.period / inner->at.period;
    if (turns >= kManyTurns && starts >= kManyStarts && loop.at.every_time && loop.at.odd <= kMostOddMany) {
        return true;
    }
    const double slack = std::max(inner->at.period / 2, kExact * loop.at.period);
    return share_within(loop.at, slack) >= 1 - kMostOddNested &&
           (loop.at.shapes >= kEnoughShapes || std::pow(turns, static_cast<double>(starts) - 2) >= kBeyondChance);
}

const Judged* inner_of(const std::vector<Judged>& judged, std::size_t loop) {
    const Judged* inner = nullptr;
    for (std::size_t i = 0; i < loop; ++i) {
        if (judged[i].at.period * 1.8 <= judged[loop].at.period && judged[i].likeness >= kLeastLikeness &&
            judged[i].explained >= 0.5 * judged[loop].explained) {
            inner = &judged[i];
        }
    }
    return inner;
}

// A candidate is a part if its starts cut each iteration into the same number of stretches of about its length. `whole`: length of
// what it would be part of, `wholes` of which are an iteration.
std::optional<LoopPart> part_of(const FoundLoop& loop, const Judged& inner, double whole, std::uint32_t wholes) {
    const std::vector<std::uint32_t>& starts = loop.at.starts;
    std::vector<std::uint32_t> counts;
    auto at = inner.at.starts.begin();
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto to = i + 1 < starts.size() ? starts[i + 1] : starts[i] + static_cast<std::uint32_t>(loop.at.period);
        at = std::lower_bound(at, inner.at.starts.end(), starts[i]);
        const auto end = std::lower_bound(at, inner.at.starts.end(), to);
        const bool from_later_on = at == inner.at.starts.begin() && at != inner.at.starts.end() && *at > starts[i] + inner.at.period;
        if (end != at && !from_later_on) {
            counts.push_back(static_cast<std::uint32_t>(end - at));
        }
        at = end;
    }
    if (counts.empty()) {
        return std::nullopt;
    }
    std::vector<std::uint32_t> sorted = counts;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    const std::uint32_t usual = sorted[sorted.size() / 2];
    const auto unequal = std::count_if(counts.begin(), counts.end(), [usual](std::uint32_t count) { return count != usual; });
    if (static_cast<double>(unequal) > kMostUnequal * static_cast<double>(counts.size()) || usual % wholes != 0 ||
        usual < 2 * wholes || usual / wholes * inner.at.period < kLeastOfWhole * whole) {
        return std::nullopt;
    }
    return LoopPart{usual / wholes, inner.at.period};
}

// Of loops of one length: the regular one, and of these the one on which most shapes agree.
bool counts_better(const Judged& a, const Judged& b) {
    const double most = 0.93 * std::max(a.explained, b.explained);
    const auto rank = [most](const Judged& one) {
        return std::tuple(one.explained >= most, -std::round(20 * one.at.odd), one.at.shapes, one.at.starts.size());
    };
    return rank(a) > rank(b);
}

struct PartAt {
    LoopPart part;
    std::size_t loop = 0;  // that tells it
};

// The longest part of `whole`; of some of one length the one on which most shapes agree.
std::optional<PartAt> longest_part(const FoundLoop& loop, std::span<const Judged> judged, double whole, std::uint32_t wholes) {
    std::optional<PartAt> best;
    std::uint32_t shapes = 0;
    for (std::size_t i = judged.size(); i-- > 0;) {
        const Judged& inner = judged[i];
        if (best && inner.at.period < 0.9 * best->part.length) {
            break;
        }
        if (inner.at.period * 1.8 > whole || inner.likeness < kLeastLikeness || inner.at.shapes <= shapes) {
            continue;
        }
        if (const std::optional<LoopPart> part = part_of(loop, inner, whole, wholes)) {
            best = {*part, i};
            shapes = inner.at.shapes;
        }
    }
    return best;
}

std::vector<PartAt> parts_of(const FoundLoop& loop, std::span<const Judged> judged) {
    std::vector<PartAt> parts;
    double whole = loop.at.period;
    std::uint32_t wholes = 1;
    while (const std::optional<PartAt> part = longest_part(loop, judged, whole, wholes)) {
        parts.push_back(*part);
        whole = part->part.length;
        wholes *= part->part.count;
    }
    return parts;
}

// Steps of layers, and one buffer more in every third step: the step is the iteration.
bool is_only_every_nth(const FoundLoop& loop, const std::vector<PartAt>& parts) {
    return parts.size() > 1 && loop.at.period - parts.front().part.count * parts.front().part.length <= kMostOfNth;
}

FoundLoop described(const std::vector<Judged>& judged, std::size_t chosen) {
    const Judged& of = judged[chosen];
    FoundLoop loop{of.at, of.explained, of.likeness, share_within(of.at, std::max(kExact * of.at.period, 1e-9)) == 1, {}};
    const std::vector<PartAt> parts = parts_of(loop, std::span(judged).first(chosen));
    if (is_only_every_nth(loop, parts)) {
        return described(judged, parts.front().loop);
    }
    for (const PartAt& part : parts) {
        loop.parts.push_back(part.part);
    }
    return loop;
}

}  // namespace

std::optional<FoundLoop> find_loop(ShapeSequence sequence, std::size_t shapes) {
    LoopLikeness likeness(sequence);
    std::vector<Judged> judged;
    double best = 0;
    for (LoopCandidate& candidate : loop_candidates(sequence, shapes)) {
        judged.push_back(judge(std::move(candidate), likeness, sequence.size()));
        if (judged.back().at.starts.size() < 2) {
            judged.pop_back();
            continue;
        }
        best = judged.back().likeness >= kLeastLikeness ? std::max(best, judged.back().explained) : best;
    }
    std::optional<std::size_t> found;
    for (std::size_t i = judged.size(); i-- > 0;) {
        const Judged& loop = judged[i];
        if (found && loop.at.period < 0.9 * judged[*found].at.period) {
            break;
        }
        if (loop.explained < kLeastOfBest * best || !is_beyond_chance(loop, inner_of(judged, i))) {
            continue;
        }
        if (!found || counts_better(loop, judged[*found])) {
            found = i;
        }
    }
    return found ? std::optional(described(judged, *found)) : std::nullopt;
}

}  // namespace tt::alloc_trace
