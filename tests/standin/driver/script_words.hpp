// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The words of one line of a script.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace standin {

// A line that the script's author has to change: what is wrong, and what to write instead.
class BadLine : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

// All places, from left to right.
std::string replaced(std::string text, const std::string& from, const std::string& to);

class Words {
public:
    explicit Words(const std::string& text);

    // The next word. Throws BadLine if there is none; `what`: as the usage line calls it.
    std::string word(const char* what);
    // As a number, decimal or 0x. Throws BadLine.
    std::uint64_t number(const char* what);
    bool more() const { return at_ < text_.size(); }
    // True if it is the next word, which is then behind us.
    bool take(const char* expected);
    // All that is left of the line, with "\n" for a line break.
    std::string rest();

private:
    std::string peek() const;
    void skip(std::size_t letters);

    std::string text_;
    std::size_t at_ = 0;
};

}  // namespace standin
