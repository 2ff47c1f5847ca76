// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/free_space.hpp"

#include <algorithm>
#include <iterator>

namespace tt::alloc_trace {

FreeSpace::FreeSpace(std::uint64_t begin, std::uint64_t end) : begin_(begin), end_(end) { add(begin, end); }

void FreeSpace::add(std::uint64_t begin, std::uint64_t end) {
    if (begin < end) {
        holes_[begin] = end;
        ++sizes_[end - begin];
        free_ += end - begin;
    }
}

void FreeSpace::remove(std::map<std::uint64_t, std::uint64_t>::iterator hole) {
    const std::uint64_t bytes = hole->second - hole->first;
    const auto size = sizes_.find(bytes);
    if (--size->second == 0) {
        sizes_.erase(size);
    }
    free_ -= bytes;
    holes_.erase(hole);
}

void FreeSpace::give_up() {
    consistent_ = false;
    holes_.clear();
    sizes_.clear();
    free_ = 0;
}

void FreeSpace::take(std::uint64_t begin, std::uint64_t end) {
    begin = std::clamp(begin, begin_, end_);
    end = std::clamp(end, begin_, end_);
    if (!consistent_ || begin >= end) {
        return;
    }
    const auto behind = holes_.upper_bound(begin);
    const auto hole = behind == holes_.begin() ? holes_.end() : std::prev(behind);
    if (hole == holes_.end() || hole->second < end) {
        give_up();
        return;
    }
    const auto [hole_begin, hole_end] = *hole;
    remove(hole);
    add(hole_begin, begin);
    add(end, hole_end);
}

void FreeSpace::give(std::uint64_t begin, std::uint64_t end) {
    begin = std::clamp(begin, begin_, end_);
    end = std::clamp(end, begin_, end_);
    if (!consistent_ || begin >= end) {
        return;
    }
    const auto behind = holes_.lower_bound(begin);
    const auto before = behind == holes_.begin() ? holes_.end() : std::prev(behind);
    const bool was_free = (behind != holes_.end() && behind->first < end) || (before != holes_.end() && before->second > begin);
    if (was_free) {
        give_up();
        return;
    }
    if (behind != holes_.end() && behind->first == end) {
        end = behind->second;
        remove(behind);
    }
    if (before != holes_.end() && before->second == begin) {
        begin = before->first;
        remove(before);
    }
    add(begin, end);
}

}  // namespace tt::alloc_trace
