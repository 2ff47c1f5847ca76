// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/display_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace tt::alloc_trace {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 0;  // bytes; 0: no valid UTF-8 here
};

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

// Decodes the first character of a text that is not empty. Overlong forms and surrogates are invalid.
CodePoint decode(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        return {first, 1};
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) {
        return {};
    }
    auto value = static_cast<char32_t>(first & (0x7FU >> length));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (!is_continuation(byte)) {
            return {};
        }
        value = (value << 6) | (byte & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value < kSmallest[length] || surrogate || value > 0x10FFFF ? CodePoint{} : CodePoint{value, length};
}

struct Range {
    char32_t first, last;
};

template <std::size_t N>
bool in_any(char32_t c, const Range (&ranges)[N]) {  // sorted
    const auto* found = std::lower_bound(
        std::begin(ranges), std::end(ranges), c, [](const Range& range, char32_t value) { return range.last < value; }
    );
    return found != std::end(ranges) && c >= found->first;
}

// Invisible characters, and such that change the direction or the look of the text around them. Not characters of a
// script.
constexpr Range kUnsafe[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},    {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},    {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
    {0xE000, 0xF8FF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
};

// Marks drawn over the character before them (the common blocks).
constexpr Range kNoWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2}, {0x05C4, 0x05C5},
    {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x0900, 0x0902},
    {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F},
};

// East Asian wide and full width, emoji.
constexpr Range kTwoColumns[] = {
    {0x1100, 0x115E},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF}, {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335},
    {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D},
    {0x1F54B, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F},
    {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6D2}, {0x1F6D5, 0x1F6FC}, {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1FAFF},
    {0x20000, 0x3FFFD},
};

std::size_t width_of(char32_t c) {
    if (c < 0x300) {
        return 1;
    }
    if (in_any(c, kNoWidth)) {
        return 0;
    }
    return in_any(c, kTwoColumns) ? 2 : 1;
}

// How many bytes of the text fit into so many columns.
std::size_t bytes_within(std::string_view text, std::size_t columns) {
    std::size_t width = 0;
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const CodePoint c = decode(text.substr(bytes));
        width += c.length == 0 ? 1 : width_of(c.value);
        if (width > columns) {
            break;
        }
        bytes += std::max<std::size_t>(c.length, 1);
    }
    return bytes;
}

void append_escaped(std::string& out, char32_t c) {
    switch (c) {
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += c < 0x80 ? fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c))
                            : fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
    }
}

}  // namespace

std::string printable(std::string_view text, bool utf8) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint c = decode(text);
        if (c.length == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
            text.remove_prefix(1);
            continue;
        }
        if (in_any(c.value, kUnsafe) || (!utf8 && c.value >= 0x80)) {
            append_escaped(out, c.value);
        } else {
            out += text.substr(0, c.length);
        }
        text.remove_prefix(c.length);
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const CodePoint c = decode(text);
        width += c.length == 0 ? 1 : width_of(c.value);
        text.remove_prefix(std::max<std::size_t>(c.length, 1));
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns, bool utf8) {
    if (display_width(text) <= columns) {
        return std::string(text);
    }
    std::string_view mark = utf8 ? "…" : "...";
    if (columns < 2 * display_width(mark)) {
        mark = "";  // too narrow to give columns away for the mark
    }
    return std::string(text.substr(0, bytes_within(text, columns - display_width(mark)))).append(mark);
}

std::vector<std::string> wrap_to_width(std::string_view text, std::size_t columns, std::size_t hang) {
    const std::string indent(columns > 2 * hang ? hang : 0, ' ');
    std::vector<std::string> lines{{}};
    for (std::size_t room = columns; display_width(text) > room; room = columns - indent.size()) {
        const std::size_t fits = std::max(bytes_within(text, room), std::max<std::size_t>(decode(text).length, 1));
        const std::size_t word = text.find_first_not_of(' ');
        const std::size_t space = text.rfind(' ', fits);
        const std::size_t end = space == std::string_view::npos || space < word ? fits : space;
        lines.back().append(text.substr(0, text.find_last_not_of(' ', end - 1) + 1));
        text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
        lines.push_back(indent);
    }
    lines.back().append(text);
    return lines;
}

std::string inked(std::string_view text, Ink ink, bool color) {
    if (!color || ink == Ink::Plain || text.empty()) {
        return std::string(text);
    }
    const char* code = "1";
    switch (ink) {
        case Ink::Plain:
        case Ink::Strong:
            code = "1";
            break;
        case Ink::Dim:
            code = "2";
            break;
        case Ink::Good:
            code = "32";
            break;
        case Ink::Warning:
            code = "33";
            break;
        case Ink::Bad:
            code = "1;31";
            break;
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace tt::alloc_trace
