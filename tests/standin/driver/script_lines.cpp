// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script_lines.hpp"

#include <utility>

#include "driver/csv_source.hpp"
#include "driver/script_words.hpp"

namespace standin {

namespace {

ScriptLine loop_head(std::size_t number, const std::string& text, Words& words) {
    ScriptLine loop{number, text, words.word("VARIABLE"), words.number("TIMES"), {}};
    if (words.more()) {
        throw BadLine("more than 'loop VARIABLE TIMES'");
    }
    return loop;
}

// Innermost block last; the first one is the script itself.
class Blocks {
public:
    void add(std::size_t number, const std::string& text) {
        Words words(text);
        if (!words.more() || text[text.find_first_not_of(" \t")] == '#') {
            return;
        }
        if (words.take("loop")) {
            open_.push_back(loop_head(number, text, words));
        } else if (words.take("end")) {
            close_loop();
        } else {
            open_.back().body.push_back({number, text, {}, 0, {}});
        }
    }
    bool in_loop() const { return open_.size() > 1; }
    std::size_t loop_line() const { return open_.back().number; }
    std::vector<ScriptLine> take() { return std::move(open_.front().body); }

private:
    void close_loop() {
        if (!in_loop()) {
            throw BadLine("'end' without a 'loop' before it");
        }
        ScriptLine loop = std::move(open_.back());
        open_.pop_back();
        open_.back().body.push_back(std::move(loop));
    }

    std::vector<ScriptLine> open_{1};
};

}  // namespace

std::vector<ScriptLine> read_script(const std::string& path) {
    LineSource source(path);
    Blocks blocks;
    std::size_t number = 0;
    for (std::string text; source.next(text);) {
        ++number;
        try {
            blocks.add(number, text);
        } catch (const BadLine& error) {
            throw ScriptError(path, number, error.what());
        }
    }
    if (blocks.in_loop()) {
        throw ScriptError(path, blocks.loop_line(), "this loop has no 'end'");
    }
    return blocks.take();
}

}  // namespace standin
