// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/run_finder.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kShortest = 8;      // bins; shorter runs blur
constexpr double kLeastRuns = 2.8;        // the last one may be cut
constexpr double kMostRuns = 16.5;        // more are iterations, for which there are better ways
constexpr std::size_t kLeastShapes = 3;
constexpr std::size_t kMostShapes = 2048;
constexpr double kLeastFit = 0.8;         // share of the places that must come again
constexpr double kMostFitBetween = 0.6;   // of that, at some shorter shift: else everything looks like everything

struct Shape {
    const std::vector<std::uint32_t>* bins = nullptr;
    std::vector<bool> near;  // a bin or one of its neighbours: runs are not alike to the allocation
};

double fit(const Shape& shape, std::size_t bins, std::size_t shift) {
    std::size_t again = 0;
    for (const std::uint32_t bin : *shape.bins) {
        const bool later = bin + shift < bins;
        again += (later ? shape.near[bin + shift] : bin >= shift && shape.near[bin - shift]) ? 1 : 0;
    }
    return static_cast<double>(again) / static_cast<double>(shape.bins->size());
}

// What is always in use tells nothing.
std::vector<Shape> telling_shapes(const std::vector<std::vector<std::uint32_t>>& active, std::size_t bins) {
    std::vector<Shape> shapes;
    for (const std::vector<std::uint32_t>& at : active) {
        if (at.empty() || shapes.size() == kMostShapes) {
            continue;
        }
        Shape shape{&at, std::vector<bool>(bins)};
        for (const std::uint32_t bin : at) {
            for (std::uint32_t near = bin == 0 ? 0 : bin - 1; near <= bin + 1 && near < bins; ++near) {
                shape.near[near] = true;
            }
        }
        const auto covered = static_cast<std::size_t>(std::count(shape.near.begin(), shape.near.end(), true));
        if (covered <= bins / 2) {
            shapes.push_back(std::move(shape));
        }
    }
    return shapes;
}

}  // namespace

std::optional<FoundRuns> find_runs(const std::vector<std::vector<std::uint32_t>>& active, std::size_t bins) {
    const std::vector<Shape> shapes = telling_shapes(active, bins);
    const auto longest = static_cast<std::size_t>(static_cast<double>(bins) / kLeastRuns);
    if (shapes.size() < kLeastShapes || longest < kShortest) {
        return std::nullopt;
    }
    std::vector<double> fits(longest + 1);
    double best = 0;
    for (std::size_t shift = kShortest; shift <= longest; ++shift) {
        for (const Shape& shape : shapes) {
            fits[shift] += fit(shape, bins, shift) / static_cast<double>(shapes.size());
        }
        best = std::max(best, fits[shift]);
    }
    if (best < kLeastFit) {
        return std::nullopt;
    }
    std::size_t length = kShortest;  // the shortest that fits as well as any: the others are multiples of it
    while (fits[length] < 0.95 * best) {
        ++length;
    }
    while (length < longest && fits[length + 1] > fits[length]) {
        ++length;
    }
    const double least = *std::min_element(fits.begin() + kShortest, fits.begin() + static_cast<std::ptrdiff_t>(length) + 1);
    const double runs = static_cast<double>(bins) / static_cast<double>(length);
    if (runs > kMostRuns || least > kMostFitBetween * fits[length]) {
        return std::nullopt;
    }
    return FoundRuns{length, runs, shapes.size()};
}

}  // namespace tt::alloc_trace
