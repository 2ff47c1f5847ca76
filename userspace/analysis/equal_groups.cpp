// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/equal_groups.hpp"

#include <algorithm>
#include <numeric>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kLeastGroups = 3;
constexpr std::size_t kLeastSingles = 4;
constexpr std::size_t kMostFound = 8;
constexpr std::size_t kMostCompared = 50'000'000;  // places with places

struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};

class EqualSearch {
public:
    explicit EqualSearch(std::span<const std::uint64_t> sizes) : sizes_(sizes), bytes_until_(sizes.size() + 1) {
        std::partial_sum(sizes.begin(), sizes.end(), bytes_until_.begin() + 1);
    }

    // count 0: there are none.
    [[nodiscard]] EqualGroups best(const Stretch& in) const {
        EqualGroups best;
        const std::size_t places = in.end - in.begin;
        const std::size_t longest = std::min(places / kLeastGroups, kMostCompared / std::max<std::size_t>(sizes_.size(), 1));
        for (std::size_t length = 1; length <= longest; ++length) {
            std::size_t alike = 0;  // places before `at` that are like the one a group further on
            for (std::size_t at = in.begin; at + length <= in.end; ++at) {
                const bool same = at + length < in.end && sizes_[at] == sizes_[at + length];
                if (!same) {
                    take({at - alike, length, (alike + length) / length}, best);
                }
                alike = same ? alike + 1 : 0;
            }
        }
        return best;
    }

private:
    void take(const EqualGroups& groups, EqualGroups& best) const {
        const std::size_t least = groups.length == 1 ? kLeastSingles : kLeastGroups;
        if (groups.count >= least && bytes(groups) > bytes(best)) {
            best = groups;
        }
    }
    [[nodiscard]] std::uint64_t bytes(const EqualGroups& groups) const { return bytes_until_[groups.end()] - bytes_until_[groups.begin]; }

    std::span<const std::uint64_t> sizes_;
    std::vector<std::uint64_t> bytes_until_;  // before each place
};

}  // namespace

std::vector<EqualGroups> find_equal_groups(std::span<const std::uint64_t> sizes) {
    const EqualSearch search(sizes);
    std::vector<EqualGroups> found;
    std::vector<Stretch> open{{0, sizes.size()}};
    while (!open.empty() && found.size() < kMostFound) {
        const Stretch stretch = open.back();
        open.pop_back();
        const EqualGroups groups = search.best(stretch);
        if (groups.count > 0) {
            found.push_back(groups);
            open.push_back({groups.end(), stretch.end});
            open.push_back({stretch.begin, groups.begin});
        }
    }
    std::sort(found.begin(), found.end(), [](const EqualGroups& a, const EqualGroups& b) { return a.begin < b.begin; });
    return found;
}

}  // namespace tt::alloc_trace
