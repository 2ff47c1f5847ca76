// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/screen.hpp"

#include <algorithm>

namespace tt::alloc_trace::watch {

Line& Line::add(std::string_view text, Ink ink) {
    if (room() > 0 && !text.empty()) {
        std::string shown = cut_to_width(printable(text, utf8_), room(), utf8_);
        used_ += std::min(room(), display_width(shown));
        spans_.push_back({std::move(shown), ink});
    }
    return *this;
}

Line& Line::left(std::string_view text, std::size_t columns, Ink ink) {
    const std::string shown = cut_to_width(printable(text, utf8_), columns, utf8_);
    add(shown, ink);
    return add(std::string(columns - std::min(columns, display_width(shown)) + 1, ' '));
}

Line& Line::right(std::string_view text, std::size_t columns, Ink ink) {
    const std::string shown = cut_to_width(printable(text, utf8_), columns, utf8_);
    add(std::string(columns - std::min(columns, display_width(shown)), ' '));
    add(shown, ink);
    return add(" ");
}

Line& Line::add(const std::vector<Span>& spans) {
    for (const Span& span : spans) {
        add(span.text, span.ink);
    }
    return *this;
}

Line& Line::add_whole(std::string_view text, Ink ink) {
    const std::string shown = printable(text, utf8_);
    return display_width(shown) <= room() ? add(shown, ink) : *this;
}

Line& Line::at_end(std::string_view text, Ink ink) {
    const std::string shown = printable(text, utf8_);
    const std::size_t columns = display_width(shown);
    if (columns <= room()) {
        add(std::string(room() - columns, ' '));
        add(shown, ink);
    }
    return *this;
}

std::string Line::text() const {
    std::string text;
    for (const Span& span : spans_) {
        text += span.text;
    }
    return text;
}

std::string plain_text(const Screen& screen) {
    std::string text;
    for (const Line& line : screen.lines) {
        std::string one = line.text();
        one.erase(one.find_last_not_of(' ') + 1);
        text += one + '\n';
    }
    return text;
}

}  // namespace tt::alloc_trace::watch
