// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A list of any length on a screen: which of its rows is chosen, and which are seen. The choice stays with what was chosen, wherever
// a new order puts it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "watch/screen.hpp"

namespace tt::alloc_trace::watch {

// Whatever a row stands for, the same at every refresh.
struct RowId {
    std::uint64_t a = 0, b = 0, c = 0, d = 0;

    auto operator<=>(const RowId&) const = default;
};

struct ListSource {
    std::size_t size = 0;
    std::function<std::optional<RowId>(std::size_t)> id;  // nullopt: a heading, which cannot be chosen
    std::function<Line(std::size_t)> line;
};

class List {
public:
    // Takes effect at the next draw().
    void move(std::ptrdiff_t rows) { move_ += rows; }
    void move_pages(std::ptrdiff_t pages) { move_pages_ += pages; }
    void move_home() { end_ = End::First; }
    void move_end() { end_ = End::Last; }
    void choose_line(std::size_t line) { line_ = line; }  // as drawn, from 0
    void reset() { *this = {}; }

    // At most `height` lines.
    [[nodiscard]] std::vector<Line> draw(const ListSource& source, std::size_t height);

    // Of the last draw(); nullopt: the list was empty.
    [[nodiscard]] const std::optional<RowId>& current() const { return current_; }
    [[nodiscard]] std::size_t index() const { return index_; }

private:
    enum class End : std::uint8_t { None, First, Last };

    void settle(const ListSource& source);
    void step(const ListSource& source, std::ptrdiff_t rows);

    std::optional<RowId> chosen_;  // nullopt: nobody chose; the first row is it, whatever it is
    std::optional<RowId> current_;
    std::size_t index_ = 0;
    std::size_t top_ = 0;
    std::ptrdiff_t move_ = 0;
    std::ptrdiff_t move_pages_ = 0;
    End end_ = End::None;
    std::optional<std::size_t> line_;
};

}  // namespace tt::alloc_trace::watch
