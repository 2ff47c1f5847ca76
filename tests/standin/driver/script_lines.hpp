// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The lines of a script, with its loops as blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace standin {

// A script that cannot be obeyed: "FILE:LINE: what is wrong".
class ScriptError : public std::logic_error {
public:
    ScriptError(const std::string& path, std::size_t line, const std::string& what) :
        std::logic_error(path + ":" + std::to_string(line) + ": " + what) {}
};

struct ScriptLine {
    std::size_t number = 0;
    std::string text;
    // Of a loop only.
    std::string variable;
    std::uint64_t times = 0;
    std::vector<ScriptLine> body;
};

// Without comments and empty lines. Throws ScriptError for loops that do not match, std::runtime_error if it cannot be read.
std::vector<ScriptLine> read_script(const std::string& path);

}  // namespace standin
