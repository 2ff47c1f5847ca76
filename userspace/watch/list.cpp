// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/list.hpp"

#include <algorithm>
#include <utility>

namespace tt::alloc_trace::watch {

// To where the chosen row is now; one that is gone leaves the choice with its neighbour.
void List::settle(const ListSource& source) {
    if (!chosen_) {
        index_ = 0;
    } else if (index_ >= source.size || source.id(index_) != chosen_) {
        for (std::size_t i = 0; i < source.size; ++i) {
            if (source.id(i) == chosen_) {
                index_ = i;
                break;
            }
        }
    }
    index_ = std::min(index_, source.size - 1);
    step(source, 0);
}

// Over headings; at an end the last row that can be chosen stays chosen.
void List::step(const ListSource& source, std::ptrdiff_t rows) {
    const auto size = static_cast<std::ptrdiff_t>(source.size);
    const auto wanted = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(index_) + rows, 0, size - 1);
    const std::ptrdiff_t first = rows < 0 ? -1 : 1;
    for (const std::ptrdiff_t direction : {first, -first}) {
        for (std::ptrdiff_t i = wanted; i >= 0 && i < size; i += direction) {
            if (source.id(static_cast<std::size_t>(i))) {
                index_ = static_cast<std::size_t>(i);
                return;
            }
        }
    }
}

std::vector<Line> List::draw(const ListSource& source, std::size_t height) {
    const std::ptrdiff_t rows = std::exchange(move_, 0);
    const std::ptrdiff_t pages = std::exchange(move_pages_, 0);
    const End end = std::exchange(end_, End::None);
    const std::optional<std::size_t> line = std::exchange(line_, std::nullopt);
    current_ = std::nullopt;
    if (source.size == 0 || height == 0) {
        return {};
    }
    settle(source);
    if (end != End::None) {
        index_ = end == End::First ? 0 : source.size - 1;
        step(source, 0);
    }
    if (line && top_ + *line < source.size && source.id(top_ + *line)) {
        index_ = top_ + *line;
    }
    const std::ptrdiff_t by = rows + pages * static_cast<std::ptrdiff_t>(std::max<std::size_t>(height, 2) - 1);
    if (by != 0) {
        step(source, by);
    }
    current_ = source.id(index_);
    if (by != 0 || end != End::None || line) {
        chosen_ = current_;
    }
    top_ = std::min(top_, source.size - std::min(source.size, height));
    top_ = std::clamp(top_, index_ + 1 - std::min(index_ + 1, height), index_);
    if (index_ > 0 && top_ == index_ && !source.id(index_ - 1) && height > 1) {
        --top_;  // with its heading
    }
    std::vector<Line> lines;
    for (std::size_t i = top_; i < source.size && lines.size() < height; ++i) {
        lines.push_back(source.line(i));
        lines.back().selected = current_ && i == index_;
    }
    return lines;
}

}  // namespace tt::alloc_trace::watch
