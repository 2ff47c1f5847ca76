// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The terminal the live table is painted on: in place, on the alternate screen, with single keys. Restored when this goes.
#pragma once

#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tt::alloc_trace {

struct TerminalSize {
    std::size_t width = 80;
    std::size_t height = 24;
};

// Of stdout; $COLUMNS and $LINES where that is no terminal.
[[nodiscard]] TerminalSize terminal_size();

class Terminal {
public:
    Terminal();  // keys are read only if stdin is a terminal and we are in its foreground
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    // Replaces what is on the screen without flicker.
    void paint(const std::vector<std::string>& lines);

    [[nodiscard]] bool reads_keys() const { return saved_.has_value(); }
    [[nodiscard]] std::optional<char> read_key();  // nothing if there is none waiting

private:
    std::optional<termios> saved_;
};

}  // namespace tt::alloc_trace
