// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/growth_judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kLeastSteps = 4;
constexpr std::size_t kFewSteps = 24;  // up to here every step must come when it is due; above, chance averages out
constexpr double kJudgeTolerance = 0.25;
constexpr std::size_t kFewest = 3;      // iterations
constexpr double kOver = 0.75;          // of the iterations: what rose no more since then has stopped

struct Step {
    double at = 0;
    double height = 0;
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Never falls below it again, from each place on.
std::vector<LowWater> floor_of(std::vector<LowWater> lows) {
    for (std::size_t i = lows.size(); i-- > 1;) {
        lows[i - 1].low = std::min(lows[i - 1].low, lows[i].low);
    }
    return lows;
}

std::vector<Step> steps_of(std::span<const LowWater> floor) {
    std::vector<Step> steps;
    for (std::size_t i = 1; i < floor.size(); ++i) {
        if (floor[i].low > floor[i - 1].low) {
            steps.push_back({floor[i].periods, static_cast<double>(floor[i].low - floor[i - 1].low)});
        }
    }
    return steps;
}

double widest(std::span<const LowWater> floor) {
    double width = 0;
    for (std::size_t i = 1; i < floor.size(); ++i) {
        width = std::max(width, floor[i].periods - floor[i - 1].periods);
    }
    return width;
}

bool steps_are_regular(std::span<const LowWater> floor, const std::vector<Step>& steps) {
    std::vector<double> gaps;
    std::vector<double> heights;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        heights.push_back(steps[i].height);
        if (i > 0) {
            gaps.push_back(steps[i].at - steps[i - 1].at);
        }
    }
    const double gap = median(gaps);
    const double height = median(heights);
    // A place is known to the width of a stretch only, and a step at its border may fall to either side.
    const double slack = std::max(kJudgeTolerance * gap, widest(floor)) + 1e-6;
    const double height_slack = std::max(kJudgeTolerance * height, 1.0);
    const auto near = [](double middle, double allowed) {
        return [middle, allowed](double value) { return std::abs(value - middle) <= allowed; };
    };
    return std::all_of(gaps.begin(), gaps.end(), near(gap, slack)) &&
           std::all_of(heights.begin(), heights.end(), near(height, height_slack)) &&
           steps.front().at - floor.front().periods <= gap + slack && floor.back().periods - steps.back().at <= gap + slack;
}

bool growth_is_steady(std::span<const LowWater> floor, const std::vector<Step>& steps) {
    const double from = floor.front().periods;
    const double length = floor.back().periods - from;
    std::array<double, 8> eighths{};
    double grown = 0;
    double widest_gap = 0;
    double latest = from;
    for (const Step& step : steps) {
        const auto part = static_cast<std::size_t>(8 * (step.at - from) / length);
        eighths[std::min<std::size_t>(part, 7)] += step.height;
        grown += step.height;
        widest_gap = std::max(widest_gap, step.at - latest);
        latest = step.at;
    }
    const double mean_gap = length / static_cast<double>(steps.size());
    if (floor.back().periods - latest > std::max(3 * mean_gap, widest_gap) + widest(floor)) {
        return false;  // it stopped before the end
    }
    const std::array<double, 4> quarters{
        eighths[0] + eighths[1], eighths[2] + eighths[3], eighths[4] + eighths[5], eighths[6] + eighths[7]};
    const double due = grown / 4;
    const double slack = std::max(0.3 * due, 1 + 1.5 * std::sqrt(due));
    const bool even = std::all_of(quarters.begin(), quarters.end(), [due, slack](double quarter) {
        return std::abs(quarter - due) <= slack;
    });
    const bool saturates = quarters[0] >= quarters[1] && quarters[1] >= quarters[2] && quarters[2] >= quarters[3] &&
                           quarters[3] < 0.75 * quarters[0];
    return even && !saturates && eighths[7] >= 0.4 * grown / 8;
}

std::optional<GrowthSlope> judge_part(std::span<const LowWater> floor, double least_periods) {
    const double periods = floor.back().periods - floor.front().periods;
    const std::vector<Step> steps = steps_of(floor);
    if (periods < least_periods || steps.size() < kLeastSteps) {
        return std::nullopt;
    }
    if (!(steps.size() <= kFewSteps ? steps_are_regular(floor, steps) : growth_is_steady(floor, steps))) {
        return std::nullopt;
    }
    const auto grown = static_cast<double>(floor.back().low - floor.front().low);
    // From step to step: independent of where among its iterations the first one falls.
    const double slope = (grown - steps.front().height) / (steps.back().at - steps.front().at);
    return GrowthSlope{slope, grown, periods, steps.size()};
}

std::optional<GrowthSlope> judge_few(std::span<const LowWater> floor) {
    const std::vector<Step> steps = steps_of(floor);
    if (steps.size() + (floor.size() > kFewest ? 2 : 1) < floor.size() || steps.back().at != floor.back().periods) {
        return std::nullopt;
    }
    std::vector<double> heights;
    for (const Step& step : steps) {
        heights.push_back(step.height);
    }
    // The first one may be another: it warms up.
    if (heights.size() + 1 == floor.size() && floor.size() > kFewest) {
        heights.erase(heights.begin());
    }
    const double height = median(heights);
    const bool equal = std::all_of(heights.begin(), heights.end(), [height](double one) { return std::abs(one - height) <= kJudgeTolerance * height; });
    const auto grown = static_cast<double>(floor.back().low - floor.front().low);
    return equal ? std::optional(GrowthSlope{height, grown, floor.back().periods, steps.size()}) : std::nullopt;
}

}  // namespace

std::optional<GrowthSlope> judge_growth(const std::vector<LowWater>& lows, double least_periods) {
    const std::vector<LowWater> floor = floor_of(lows);
    if (floor.size() < kFewest) {
        return std::nullopt;
    }
    if (floor.back().periods - floor.front().periods < least_periods) {
        return judge_few(floor);
    }
    // Warm-up may come before: it counts if it is over by the middle.
    for (const std::size_t quarter : {0U, 1U, 2U}) {
        const std::span<const LowWater> part = std::span(floor).subspan(floor.size() * quarter / 4);
        if (part.size() <= kLeastSteps) {
            break;
        }
        if (std::optional<GrowthSlope> slope = judge_part(part, least_periods)) {
            return slope;
        }
    }
    return std::nullopt;
}

std::optional<GrowthRise> judge_rise(const std::vector<LowWater>& lows) {
    if (lows.size() < kFewest || lows.back().low <= lows[1].low) {
        return std::nullopt;
    }
    GrowthRise rise{lows[1].low, lows.back().low, false, lows.back().periods};
    const std::vector<LowWater> floor = floor_of(lows);
    const std::vector<Step> steps = steps_of(floor);
    if (!steps.empty()) {
        rise.until = steps.back().at;
        rise.stopped = rise.until <= kOver * lows.back().periods;
    }
    return rise;
}

std::optional<GrowthSlope> judge_runs(const std::vector<std::int64_t>& lows, std::size_t run) {
    constexpr std::size_t kShift = 2;  // bins: runs are not alike to the allocation
    if (run == 0 || lows.size() < 2 * run + run / 2) {
        return std::nullopt;
    }
    std::vector<double> floor(lows.begin(), lows.end());
    for (std::size_t i = floor.size(); i-- > 1;) {
        floor[i - 1] = std::min(floor[i - 1], floor[i]);
    }
    std::vector<double> added;
    for (std::size_t i = 0; i + run < floor.size(); ++i) {
        added.push_back(floor[i + run] - floor[i]);
    }
    const double typical = median(added);
    if (typical < 1) {
        return std::nullopt;
    }
    const double slack = 0.1 * typical;
    std::size_t alike = 0;
    for (std::size_t i = 0; i + run < floor.size(); ++i) {
        const std::size_t to = std::min(i + run + kShift, floor.size() - 1);
        const bool reaches = floor[to] - floor[i] >= typical - slack && floor[i + run - kShift] - floor[i] <= typical + slack;
        alike += reaches ? 1 : 0;
    }
    if (static_cast<double>(alike) < 0.9 * static_cast<double>(added.size())) {
        return std::nullopt;
    }
    const double runs = static_cast<double>(lows.size()) / static_cast<double>(run);
    return GrowthSlope{typical, floor.back() - floor.front(), runs, static_cast<std::size_t>(runs + 0.5)};
}

}  // namespace tt::alloc_trace
