// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a person does at the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tt::alloc_trace::watch {

enum class KeyKind : std::uint8_t {
    Text,  // `text`: one character, UTF-8
    Up, Down, PageUp, PageDown, Home, End, Left, Right,
    Enter, Escape, Backspace, Tab,
    Click,  // at `row`, from 0
    OpenClick,  // twice there
    WheelUp, WheelDown,
};

struct Key {
    KeyKind kind = KeyKind::Text;
    std::string text{};
    std::size_t row = 0;
};

}  // namespace tt::alloc_trace::watch
