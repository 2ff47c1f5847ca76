// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/stand_in.hpp"

#include <stdexcept>

namespace tt::alloc_trace::test {

const std::string& standin_path() {
    static const std::string path = TAT_STANDIN;
    return path;
}

const std::string& standin_library() {
    static const std::string path = TAT_STANDIN_LIBRARY;
    return path;
}

StandIn::StandIn(const std::vector<std::string>& arguments) : StandIn(under({}, arguments)) {}

SpawnOptions StandIn::under(const SpawnOptions& starter, const std::vector<std::string>& arguments) {
    SpawnOptions options = starter;
    options.arguments.insert(options.arguments.end(), {standin_path(), "--control"});
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    return options;
}

StandIn::StandIn(const SpawnOptions& options) : process_(options) {
    const std::string line = process_.read_line();
    if (!line.starts_with("ready ")) {
        throw std::runtime_error("tt-standin is not ready: " + line);
    }
    pid_ = std::stoi(line.substr(line.find(' ')));
}

void StandIn::command(const std::string& line, const std::string& answer) {
    process_.send(line + "\n");
    const std::string said = process_.read_line();
    if (!said.starts_with(answer)) {
        throw std::runtime_error("tt-standin was told '" + line + "' and said: " + said);
    }
}

Truth StandIn::truth() {
    const std::string path = dir_.file("truth.json");
    command("truth " + path, "ok");
    return read_truth(path);
}

int StandIn::exit() {
    process_.send("exit\n");
    return process_.wait().status;
}

}  // namespace tt::alloc_trace::test
