// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the live view puts on a terminal, as data: lines of text in inks. The terminal paints it, tests read it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/display_text.hpp"

namespace tt::alloc_trace::watch {

struct Size {
    std::size_t width = 80;
    std::size_t height = 24;
};

struct Span {
    std::string text;
    Ink ink = Ink::Plain;
};

// Whatever is added is made printable here, and no line is ever wider than it may be.
class Line {
public:
    Line(std::size_t width, bool utf8) : width_(width), utf8_(utf8) {}

    Line& add(std::string_view text, Ink ink = Ink::Plain);
    // In a field of so many columns and one more behind it: cut or filled up.
    Line& left(std::string_view text, std::size_t columns, Ink ink = Ink::Plain);
    Line& right(std::string_view text, std::size_t columns, Ink ink = Ink::Plain);
    Line& add(const std::vector<Span>& spans);
    // If there is room for all of it.
    Line& add_whole(std::string_view text, Ink ink = Ink::Plain);
    // Likewise, at the right edge.
    Line& at_end(std::string_view text, Ink ink = Ink::Plain);

    [[nodiscard]] std::size_t room() const { return width_ - used_; }  // columns
    [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
    [[nodiscard]] std::string text() const;

    bool selected = false;

private:
    std::size_t width_;
    bool utf8_;
    std::size_t used_ = 0;
    std::vector<Span> spans_;
};

struct Screen {
    std::vector<Line> lines;  // from the top; at most as many as the screen is high
};

[[nodiscard]] std::string plain_text(const Screen& screen);  // each line ends in \n; no spaces at their ends

}  // namespace tt::alloc_trace::watch
