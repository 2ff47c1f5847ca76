// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The terminal the live view is painted on, by ncurses. A terminal that takes nothing for a while (Ctrl-S, a dead connection) holds up
// nobody: what ncurses writes is kept in memory and sent on as the terminal takes it, and no new screen is drawn meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "watch/key.hpp"
#include "watch/screen.hpp"

namespace tt::alloc_trace::watch {

// Of stdout; $COLUMNS and $LINES where that is no terminal.
[[nodiscard]] Size terminal_size();

class Terminal {
public:
    // On stdout. nullptr: it cannot be painted on (no entry in terminfo, or one without a cursor that moves).
    [[nodiscard]] static std::unique_ptr<Terminal> open(bool color);
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();  // gives the screen back

    // False: the last screen is still on its way to the terminal, and this one is dropped. Draw again when flush() says so.
    bool paint(const Screen& screen);
    // Sends on what waits. True: all is sent, and a screen was dropped meanwhile.
    bool flush();
    [[nodiscard]] int output_fd() const;  // of which to wait until it can be written

    // Keys are read only if stdin is a terminal and we are in its foreground.
    [[nodiscard]] bool reads_keys() const;
    [[nodiscard]] std::optional<Key> read_key();  // nothing if there is none waiting
    [[nodiscard]] bool input_ended() const;       // behind a read_key() that gave nothing: there will be none any more

    void resized();     // takes the terminal's new size
    void leave();       // gives the screen back for a while
    void enter();       // and takes it again

private:
    struct State;
    explicit Terminal(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace tt::alloc_trace::watch
