// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/stand_in.hpp"

#include <cstdlib>
#include <filesystem>
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

std::vector<std::string> job_with_many_children(const std::string& truth_file) {
    const std::string count = std::getenv("TAT_LONG_TESTS") != nullptr ? "5000" : "150";
    const std::string script = "\"$0\" --threads 2 --ops 2000 --no-close --truth \"$1\"; i=0; while [ $i -lt " + count +
                               " ]; do /bin/true; i=$((i + 1)); done";
    return {"sh", "-c", script, standin_path(), truth_file};
}

SpawnOptions starter_with_own_linker(const std::string& folder, bool linker_tells) {
    const std::string linker = "/lib64/ld-linux-x86-64.so.2";
    std::filesystem::create_directories(folder);
    std::filesystem::copy(standin_library(), folder + "/libtt_metal.so");
    std::string program = read_file(standin_path());
    const std::string relative = "ld.so";
    program.replace(program.find(linker), linker.size(), relative + std::string(linker.size() - relative.size(), '\0'));
    write_file(folder + "/tt-standin", program);
    std::string copy = read_file(linker);
    const std::string function = "_dl_debug_state";
    for (std::size_t at = copy.find(function); !linker_tells && at != std::string::npos; at = copy.find(function, at)) {
        copy[at] = 'x';
    }
    write_file(folder + "/" + relative, copy);
    for (const char* name : {"/tt-standin", "/ld.so"}) {
        std::filesystem::permissions(folder + name, std::filesystem::perms::owner_all);
    }
    SpawnOptions options;
    options.arguments = {"sh", "-c", "cd \"$0\" && shift && exec ./tt-standin \"$@\"", folder};
    return options;
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
