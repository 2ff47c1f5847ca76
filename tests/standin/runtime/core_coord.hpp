// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Core coordinates: two size_t per coordinate, 32 bytes per range, one vector per set (no mutex since April 2025).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace tt::tt_metal {

struct CoreCoord {
    std::size_t x = 0;
    std::size_t y = 0;
};

struct CoreRange {
    CoreCoord start_coord;
    CoreCoord end_coord;

    std::size_t size() const {
        return (end_coord.x - start_coord.x + 1) * (end_coord.y - start_coord.y + 1);
    }
};

class CoreRangeSet {
public:
    CoreRangeSet() = default;
    explicit CoreRangeSet(std::vector<CoreRange> ranges) : ranges_(std::move(ranges)) {}

    const std::vector<CoreRange>& ranges() const { return ranges_; }
    std::size_t num_cores() const {
        std::size_t cores = 0;
        for (const CoreRange& range : ranges_) {
            cores += range.size();
        }
        return cores;
    }

private:
    std::vector<CoreRange> ranges_;
};

}  // namespace tt::tt_metal
