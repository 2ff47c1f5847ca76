// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A terminal that can be looked at: a program in a tmux of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace tt::alloc_trace::test {

class Tmux {
public:
    // `command`: for a shell. When it ends the screen stays, with "ended STATUS" behind it.
    Tmux(const std::string& command, int width, int height, const std::vector<std::string>& environment = {"LC_ALL=C.UTF-8"});
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;
    ~Tmux();

    void press(const std::string& key);  // as tmux names it: "Enter", "C-c", "b"
    void type(const std::string& text);
    void resize(int width, int height);
    [[nodiscard]] std::string screen();
    // Looks until `done`; what was seen then. Throws with what is there if it never is.
    std::string wait_until(const std::function<bool(const std::string&)>& done, const std::string& what);
    std::string wait_for(const std::string& text);

private:
    std::string tmux(std::vector<std::string> arguments);

    TempDir dir_;
};

// A word as a shell takes it.
[[nodiscard]] std::string quoted(const std::vector<std::string>& words);

}  // namespace tt::alloc_trace::test
