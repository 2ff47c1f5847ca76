// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The free addresses of one region, kept up to date block by block: what it takes to follow the largest hole over a whole
// stream. Each change costs the logarithm of the number of holes.
#pragma once

#include <cstdint>
#include <map>

namespace tt::alloc_trace {

class FreeSpace {
public:
    FreeSpace() = default;
    FreeSpace(std::uint64_t begin, std::uint64_t end);

    // Parts outside of the region are ignored. Blocks must not overlap; one that does, or was not taken, makes this
    // inconsistent for good.
    void take(std::uint64_t begin, std::uint64_t end);
    void give(std::uint64_t begin, std::uint64_t end);

    [[nodiscard]] bool consistent() const { return consistent_; }
    [[nodiscard]] std::uint64_t largest() const { return sizes_.empty() ? 0 : sizes_.rbegin()->first; }
    [[nodiscard]] std::uint64_t free() const { return free_; }

private:
    void add(std::uint64_t begin, std::uint64_t end);
    void remove(std::map<std::uint64_t, std::uint64_t>::iterator hole);
    void give_up();

    std::uint64_t begin_ = 0;
    std::uint64_t end_ = 0;
    std::map<std::uint64_t, std::uint64_t> holes_;  // end by begin
    std::map<std::uint64_t, std::uint64_t> sizes_;  // how many holes are so large
    std::uint64_t free_ = 0;
    bool consistent_ = true;
};

}  // namespace tt::alloc_trace
