// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <utility>

#include "driver/script_commands.hpp"

namespace standin {

namespace {

using Variables = std::map<std::string, std::string>;

void answer(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

const ScriptCommand& command_of(Words& words) {
    const std::string name = words.word("COMMAND");
    const ScriptCommand* command = find_command(name);
    if (command == nullptr) {
        throw BadLine("no command is called '" + name + "'; there are " + command_names());
    }
    return *command;
}

// Before the first line has an effect. Settings are for what is opened behind them.
void check(const std::string& path, const std::vector<ScriptLine>& lines, bool at_head) {
    for (const ScriptLine& line : lines) {
        try {
            Words words(line.text);
            const bool sets = line.variable.empty() && command_of(words).name == std::string("set");
            if (sets && !at_head) {
                throw BadLine("settings belong to the head of the script; move this line up");
            }
            at_head = sets;
        } catch (const BadLine& error) {
            throw ScriptError(path, line.number, error.what());
        }
        check(path, line.body, false);
    }
}

std::string with_values(std::string text, const Variables& variables) {
    for (const auto& [name, value] : variables) {
        text = replaced(std::move(text), name, value);
    }
    return text;
}

class Interpreter {
public:
    explicit Interpreter(const std::string& path) : path_(path) {}

    void run(const std::vector<ScriptLine>& lines, const Variables& variables) {
        for (const ScriptLine& line : lines) {
            if (line.variable.empty()) {
                obey(line.number, with_values(line.text, variables));
            } else {
                repeat(line, variables);
            }
        }
    }

private:
    void repeat(const ScriptLine& loop, Variables variables) {
        for (std::uint64_t round = 0; round < loop.times; ++round) {
            variables["$" + loop.variable] = std::to_string(round);
            run(loop.body, variables);
        }
    }

    void obey(std::size_t number, const std::string& text) {
        Words words(text);
        const ScriptCommand& command = command_of(words);
        try {
            command.run(objects_, words);
            if (words.more()) {
                throw BadLine("'" + words.rest() + "' is too much");
            }
        } catch (const BadLine& error) {
            const std::string usage = std::string(command.name) + " " + command.words;
            throw ScriptError(path_, number, std::string(error.what()) + "; write: " + usage);
        } catch (const std::runtime_error& error) {
            answer("line " + std::to_string(number) + " failed: " + error.what());
        }
    }

    const std::string& path_;
    ScriptObjects objects_;
};

}  // namespace

void run_script(const std::string& path, bool controlled) {
    const std::vector<ScriptLine> lines = read_script(path);
    check(path, lines, true);
    const auto wait = [controlled] {
        std::string line;
        if (controlled) {
            std::getline(std::cin, line);
        }
    };
    Interpreter interpreter(path);
    answer("ready " + std::to_string(::getpid()));
    wait();
    interpreter.run(lines, {});
    answer("done");
    wait();
}

}  // namespace standin
