// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/python_text.hpp"

#include <cstddef>

namespace tt::alloc_trace {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

void append(std::string& text, std::uint32_t character) {
    if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000)) {
        character = kReplacement;
    }
    const auto tail = [&text, character](unsigned shift) { text.push_back(static_cast<char>(0x80U | (character >> shift & 0x3fU))); };
    if (character < 0x80) {
        text.push_back(static_cast<char>(character));
    } else if (character < 0x800) {
        text.push_back(static_cast<char>(0xc0U | character >> 6U));
        tail(0);
    } else if (character < 0x10000) {
        text.push_back(static_cast<char>(0xe0U | character >> 12U));
        tail(6);
        tail(0);
    } else {
        text.push_back(static_cast<char>(0xf0U | character >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace

std::string python_text(std::span<const std::uint8_t> bytes, unsigned width) {
    std::string text;
    if (width != 1 && width != 2 && width != 4) {
        return text;
    }
    for (std::size_t i = 0; i + width <= bytes.size(); i += width) {
        std::uint32_t character = 0;
        for (unsigned byte = 0; byte < width; ++byte) {
            character |= static_cast<std::uint32_t>(bytes[i + byte]) << 8 * byte;
        }
        append(text, character);
    }
    return text;
}

}  // namespace tt::alloc_trace
