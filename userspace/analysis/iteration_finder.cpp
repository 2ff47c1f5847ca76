// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/iteration_finder.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include "analysis/loop_likeness.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMostThreads = 64;     // tried, the busiest
constexpr double kLeastOfThread = 0.005;     // of all marks
constexpr double kEnoughExplained = 0.8;     // no need to look at the kinds of the latest marks only
constexpr double kWanders = 0.25;            // of the marks: a shape that comes in such a stretch only is not told from its kin
constexpr unsigned kSuffixesTried = 3;       // all marks, the last half, ...
constexpr double kLonger = 1.5;              // two loops of nearly the same length are one
constexpr double kLeastOfOther = 0.75;       // of what the other loop explains
constexpr std::size_t kEnoughLonger = 8;     // of its iterations
constexpr double kMoreExplained = 0.05;      // of the marks
constexpr double kMostRestPeriods = 2.5;     // behind a loop that goes on to the end
constexpr double kMostRest = 0.1;            // likewise, of its marks
constexpr std::size_t kMostEarlier = 2;      // loops before the last one
constexpr std::size_t kLeastEarlier = 32;    // marks
constexpr double kMostOfLoading = 0.25;           // of the allocations of an earlier loop: else it is the loading of a model
constexpr double kSamePeriod = 0.1;          // of threads that do the same

using Places = std::vector<std::uint32_t>;  // among the marks

struct Sequence {
    std::vector<std::uint32_t> shapes;
    Places places;  // of each
};

// A loop, and the sequence it was found in.
struct LoopIn {
    FoundLoop loop;
    Sequence sequence;

    [[nodiscard]] double period() const {  // in marks of all shapes and threads
        const std::vector<std::uint32_t>& starts = loop.at.starts;
        return static_cast<double>(sequence.places[starts.back()] - sequence.places[starts.front()]) / static_cast<double>(starts.size() - 1);
    }
};

// Of sizes that change: a longer loop that explains about as much, as layers are alike within a step only.
bool tells_more(const LoopIn& kinds, const LoopIn& sizes, std::size_t marks) {
    const double more = kinds.loop.explained - sizes.loop.explained;
    return (sizes.loop.likeness < kEnoughExplained && more > kMoreExplained * static_cast<double>(marks)) ||
           (kinds.period() > kLonger * sizes.period() && kinds.loop.at.starts.size() >= kEnoughLonger &&
            kinds.loop.explained >= kLeastOfOther * sizes.loop.explained);
}

class Finder {
public:
    Finder(std::span<const ShapeMark> marks, const std::vector<ShapeInfo>& shapes) : marks_(marks), shapes_(shapes) {}

    // Among the first `size` marks. `recycling_only`: what stays does not tell iterations.
    [[nodiscard]] std::vector<FoundIterations> up_to(std::size_t size, bool recycling_only) const;

private:
    [[nodiscard]] std::optional<LoopIn> find(const Places& places, bool recycling_only) const;
    [[nodiscard]] std::optional<LoopIn> find_among(const Places& places, bool recycling) const;
    [[nodiscard]] Sequence sequence_of(const Places& places, bool recycling) const;
    [[nodiscard]] Sequence kinds_of(const Sequence& sequence, std::size_t last) const;
    [[nodiscard]] std::size_t numbers() const { return 2 * shapes_.size(); }  // shapes, then kinds
    [[nodiscard]] double alike_in(const FoundIterations& found, const Places& places) const;
    [[nodiscard]] FoundIterations describe(const LoopIn& found, const Places& places) const;
    [[nodiscard]] std::vector<FoundIterations> by_thread(std::size_t size, bool recycling_only) const;

    std::span<const ShapeMark> marks_;
    const std::vector<ShapeInfo>& shapes_;
};

Sequence Finder::sequence_of(const Places& places, bool recycling) const {
    Sequence result;
    for (const std::uint32_t place : places) {
        if (!recycling || shapes_[marks_[place].shape].recycles) {
            result.shapes.push_back(marks_[place].shape);
            result.places.push_back(place);
        }
    }
    return result;
}

// The `last` ones; shapes that come only in a short stretch of them are told by their kind.
Sequence Finder::kinds_of(const Sequence& sequence, std::size_t last) const {
    const auto skipped = static_cast<std::ptrdiff_t>(sequence.shapes.size() - last);
    Sequence result{{sequence.shapes.begin() + skipped, sequence.shapes.end()}, {sequence.places.begin() + skipped, sequence.places.end()}};
    std::vector<std::pair<std::uint32_t, std::uint32_t>> seen(shapes_.size(), {~std::uint32_t{0}, 0});  // first, last
    for (std::uint32_t i = 0; i < last; ++i) {
        auto& [first, latest] = seen[result.shapes[i]];
        first = std::min(first, i);
        latest = i;
    }
    for (std::uint32_t& shape : result.shapes) {
        if (seen[shape].second - seen[shape].first < kWanders * static_cast<double>(last)) {
            shape = static_cast<std::uint32_t>(shapes_.size()) + shapes_[shape].kind;
        }
    }
    return result;
}

std::optional<LoopIn> Finder::find_among(const Places& places, bool recycling) const {
    Sequence all = sequence_of(places, recycling);
    std::optional<FoundLoop> loop = find_loop(all.shapes, numbers());
    std::optional<LoopIn> best;
    if (loop) {
        best = LoopIn{std::move(*loop), all};
    }
    for (unsigned half = 0; half < kSuffixesTried && (half == 0 || !best || best->loop.likeness < kEnoughExplained); ++half) {
        Sequence kinds = kinds_of(all, all.shapes.size() >> half);
        if (std::equal(kinds.shapes.rbegin(), kinds.shapes.rend(), all.shapes.rbegin())) {
            continue;  // no size wanders
        }
        if (std::optional<FoundLoop> other = find_loop(kinds.shapes, numbers())) {
            LoopIn wandering{std::move(*other), std::move(kinds)};
            if (!best || tells_more(wandering, *best, all.shapes.size())) {
                best = std::move(wandering);
            }
        }
    }
    return best;
}

// What stays must not set the beat by which it is measured, unless nothing else does: equal layers, and one buffer kept of each
// step.
std::optional<LoopIn> Finder::find(const Places& places, bool recycling_only) const {
    std::optional<LoopIn> loop = find_among(places, true);
    if (recycling_only || (loop && !loop->loop.parts.empty())) {
        return loop;
    }
    std::optional<LoopIn> of_all = find_among(places, false);
    if (!loop || (of_all && of_all->period() > kLonger * loop->period() && of_all->loop.explained >= kLeastOfOther * loop->loop.explained)) {
        return of_all;
    }
    return loop;
}

std::uint64_t median_time(std::span<const ShapeMark> marks, const Places& begins) {
    std::vector<std::uint64_t> times;
    for (std::size_t i = 1; i < begins.size(); ++i) {
        const std::uint64_t from = marks[begins[i - 1]].t_ns;
        const std::uint64_t to = marks[begins[i]].t_ns;
        times.push_back(to > from ? to - from : 0);
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

// Of all marks among `places`, whether they stay or not.
double Finder::alike_in(const FoundIterations& found, const Places& places) const {
    const auto begin = std::lower_bound(places.begin(), places.end(), found.begins.front());
    const auto end = std::lower_bound(begin, places.end(), found.end);
    std::vector<std::uint32_t> shapes;
    std::transform(begin, end, std::back_inserter(shapes), [this](std::uint32_t place) { return marks_[place].shape; });
    std::vector<std::uint32_t> bounds;
    for (const std::uint32_t start : found.begins) {
        bounds.push_back(static_cast<std::uint32_t>(std::lower_bound(begin, end, start) - begin));
    }
    bounds.push_back(static_cast<std::uint32_t>(shapes.size()));
    const std::vector<double> alike = LoopLikeness(shapes).of(bounds);
    double sum = 0;
    for (std::size_t i = 0; i < alike.size(); ++i) {
        sum += std::max(alike[i], i + 1 < alike.size() ? alike[i + 1] : 0) * (bounds[i + 1] - bounds[i]);
    }
    return sum / std::max(1.0, static_cast<double>(shapes.size()));
}

// `places`: of the threads it is of.
FoundIterations Finder::describe(const LoopIn& found, const Places& places) const {
    const Sequence& sequence = found.sequence;
    const std::vector<std::uint32_t>& starts = found.loop.at.starts;
    const auto period = static_cast<std::ptrdiff_t>(found.loop.at.period + 0.5);
    const auto size = static_cast<std::ptrdiff_t>(sequence.shapes.size());
    // The last iteration ends where the marks do, if they end with it.
    const std::ptrdiff_t rest = size - starts.back();
    const std::ptrdiff_t shift = rest < period ? rest - period : 0;
    FoundIterations result;
    for (const std::uint32_t start : starts) {
        result.begins.push_back(sequence.places[static_cast<std::size_t>(std::max<std::ptrdiff_t>(start + shift, 0))]);
    }
    result.begins.erase(std::unique(result.begins.begin(), result.begins.end()), result.begins.end());
    const std::ptrdiff_t end = starts.back() + shift + period;
    result.end = end < size ? sequence.places[static_cast<std::size_t>(end)] : places.back() + 1;
    if (found.loop.at.shape < shapes_.size()) {
        result.anchor = found.loop.at.shape;
    }
    const auto inside = [](const Places& sorted, std::uint32_t from, std::uint32_t to) {
        return static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), to) - std::lower_bound(sorted.begin(), sorted.end(), from));
    };
    std::vector<double> own;  // marks of each turn; the first may have prepared what stays
    for (std::size_t i = 1; i < starts.size(); ++i) {
        own.push_back(inside(places, sequence.places[starts[i - 1]], sequence.places[starts[i]]));
    }
    const auto turns = static_cast<double>(own.size());
    const auto anchors = std::count(sequence.shapes.begin() + starts.front(), sequence.shapes.begin() + starts.back(), found.loop.at.shape);
    result.anchors_per_period = static_cast<double>(anchors) / turns;
    std::nth_element(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(own.size() / 2), own.end());
    result.marks_per_period = own[own.size() / 2];
    result.period_ns = median_time(marks_, result.begins);
    const double marks = inside(places, result.begins.front(), result.end);
    result.explained = std::min(1.0, found.loop.explained / std::max(marks, 1.0));
    result.alike = std::max(result.explained, alike_in(result, places));
    result.shapes = found.loop.at.shapes;
    result.exact = found.loop.exact;
    result.parts = found.loop.parts;
    for (LoopPart& part : result.parts) {
        part.length *= result.marks_per_period / found.loop.at.period;
    }
    return result;
}

// The same loop in another thread.
bool side_by_side(const FoundIterations& a, const FoundIterations& b) {
    return a.anchor == b.anchor && std::abs(a.marks_per_period - b.marks_per_period) <= kSamePeriod * a.marks_per_period;
}

void join(FoundIterations& into, FoundIterations other) {
    const auto weight = static_cast<double>(into.begins.size());
    const auto added = static_cast<double>(other.begins.size());
    into.explained = (into.explained * weight + other.explained * added) / (weight + added);
    into.alike = (into.alike * weight + other.alike * added) / (weight + added);
    into.begins.insert(into.begins.end(), other.begins.begin(), other.begins.end());
    std::sort(into.begins.begin(), into.begins.end());
    into.end = std::max(into.end, other.end);
    into.exact = into.exact && other.exact;
    into.tids.insert(into.tids.end(), other.tids.begin(), other.tids.end());
}

std::vector<FoundIterations> Finder::by_thread(std::size_t size, bool recycling_only) const {
    std::map<std::uint32_t, Places> threads;
    for (std::uint32_t place = 0; place < size; ++place) {
        threads[marks_[place].tid].push_back(place);
    }
    std::vector<std::pair<std::size_t, std::uint32_t>> busiest;
    for (const auto& [tid, places] : threads) {
        if (static_cast<double>(places.size()) >= kLeastOfThread * static_cast<double>(size)) {
            busiest.emplace_back(places.size(), tid);
        }
    }
    std::sort(busiest.rbegin(), busiest.rend());
    busiest.resize(std::min(busiest.size(), kMostThreads));
    std::vector<FoundIterations> found;
    for (const auto& [count, tid] : busiest) {
        const Places& places = threads[tid];
        const std::optional<LoopIn> loop = threads.size() > 1 ? find(places, recycling_only) : std::nullopt;
        if (!loop) {
            continue;
        }
        FoundIterations own = describe(*loop, places);
        own.tids = {tid};
        const auto same = std::find_if(found.begin(), found.end(), [&own](const FoundIterations& other) { return side_by_side(other, own); });
        if (same != found.end()) {
            join(*same, std::move(own));
        } else {
            found.push_back(std::move(own));
        }
    }
    return found;
}

double explained_marks(const FoundIterations& found) {
    return found.explained * found.marks_per_period * static_cast<double>(found.begins.size());
}

std::vector<FoundIterations> Finder::up_to(std::size_t size, bool recycling_only) const {
    Places places(size);
    for (std::uint32_t place = 0; place < size; ++place) {
        places[place] = place;
    }
    std::vector<FoundIterations> threads = by_thread(size, recycling_only);
    double by_threads = 0;
    for (const FoundIterations& found : threads) {
        by_threads += explained_marks(found);
    }
    const std::optional<LoopIn> loop = size > 0 ? find(places, recycling_only) : std::nullopt;
    if (loop) {
        FoundIterations together = describe(*loop, places);
        if (explained_marks(together) >= by_threads) {
            return {std::move(together)};
        }
    }
    std::stable_sort(threads.begin(), threads.end(), [](const auto& a, const auto& b) { return explained_marks(a) > explained_marks(b); });
    return threads;
}

// Nearly all of it is freed again.
bool is_work(std::span<const ShapeMark> marks, const std::vector<ShapeInfo>& shapes, const FoundIterations& loop) {
    const auto part = marks.subspan(loop.begins.front(), loop.end - loop.begins.front());
    const auto kept = std::count_if(part.begin(), part.end(), [&shapes](const ShapeMark& mark) { return !shapes[mark.shape].recycles; });
    return static_cast<double>(kept) <= kMostOfLoading * static_cast<double>(part.size());
}

// Up to the end of the marks, as loops of all threads together do.
bool goes_on(const FoundIterations& loop, std::size_t marks) {
    const double span = loop.end - loop.begins.front();
    const double period = span * static_cast<double>(std::max<std::size_t>(loop.tids.size(), 1)) / static_cast<double>(loop.begins.size());
    return static_cast<double>(marks - loop.end) <= std::max(kMostRestPeriods * period, kMostRest * span);
}

}  // namespace

IterationsOfProcess find_iterations(std::span<const ShapeMark> marks, const std::vector<ShapeInfo>& shapes) {
    const Finder finder(marks, shapes);
    IterationsOfProcess result{finder.up_to(marks.size(), false), {}};
    // A thread that loaded, or did its part, beside others that go on.
    const auto over = std::stable_partition(result.latest.begin(), result.latest.end(), [&marks](const FoundIterations& loop) {
        return goes_on(loop, marks.size());
    });
    if (over != result.latest.begin()) {
        std::copy_if(over, result.latest.end(), std::back_inserter(result.earlier), [&](const FoundIterations& loop) {
            return is_work(marks, shapes, loop);
        });
        result.latest.erase(over, result.latest.end());
    }
    const auto begin_of = [](const std::vector<FoundIterations>& loops, std::size_t begin) {
        for (const FoundIterations& loop : loops) {
            begin = std::min<std::size_t>(begin, loop.begins.front());
        }
        return begin;
    };
    std::size_t begin = result.latest.empty() ? 0 : begin_of(result.latest, marks.size());
    while (begin >= kLeastEarlier && result.earlier.size() < kMostEarlier) {
        std::vector<FoundIterations> before = finder.up_to(begin, true);
        if (before.empty() || !is_work(marks, shapes, before.front())) {
            break;
        }
        begin = begin_of(before, begin);
        result.earlier.push_back(std::move(before.front()));
    }
    return result;
}

}  // namespace tt::alloc_trace
