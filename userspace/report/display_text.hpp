// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Text for a terminal. What comes from the traced process or from a recording may hold anything, and the terminal is
// often root's: it passes through printable() before it is shown. TextTable and the renderers do so themselves.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tt::alloc_trace {

// How a text is to look; who writes it decides (isatty, NO_COLOR, LANG, $COLUMNS).
struct TextStyle {
    std::size_t width = 0;  // columns; 0: as wide as it takes
    bool color = false;     // ANSI colours
    bool utf8 = true;       // else plain ASCII
};

enum class Ink { Plain, Strong, Dim, Good, Warning, Bad };

// Control characters, invalid UTF-8, and characters that turn, hide or join the text around them (bidirectional
// controls, zero-width and line separators, private use) become \n, \t, \x1b, \u{202e}. Everything that is not ASCII
// does if !utf8. The result holds no newline. Applying it twice changes nothing.
[[nodiscard]] std::string printable(std::string_view text, bool utf8 = true);

// Terminal columns of a printable text: East Asian wide and emoji take two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view text);

// At most `columns` wide, cut between characters; "…" ("..." if !utf8) marks the cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns, bool utf8 = true);

// A printable text in lines of at most `columns`, broken at spaces, and within words that are longer; all but the first are indented
// by `hang` columns, if that leaves room.
[[nodiscard]] std::vector<std::string> wrap_to_width(std::string_view text, std::size_t columns, std::size_t hang);

// `text` in `ink`, or as it is if !color.
[[nodiscard]] std::string inked(std::string_view text, Ink ink, bool color);

}  // namespace tt::alloc_trace
