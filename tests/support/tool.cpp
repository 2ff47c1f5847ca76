// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/tool.hpp"

#include <csignal>
#include <stdexcept>

namespace tt::alloc_trace::test {
namespace {

SpawnOptions record_options(
    const std::vector<std::string>& target, const std::string& file, const std::vector<std::string>& options
) {
    std::vector<std::string> arguments{"record", "-o", file};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), target.begin(), target.end());
    return tool_with(arguments);
}

}  // namespace

const std::string& tool_path() {
    static const std::string path = TAT_TOOL;
    return path;
}

SpawnOptions tool_with(const std::vector<std::string>& arguments) {
    SpawnOptions options;
    options.arguments = {tool_path()};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    // Independent of who runs the tests and where.
    options.environment = {"SUDO_UID", "SUDO_GID", "NO_COLOR", "COLUMNS", "LINES", "LC_ALL=C.UTF-8"};
    return options;
}

Outcome run_tool(const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
    return run(tool_with(arguments), limit);
}

nlohmann::json run_tool_json(const std::vector<std::string>& arguments) {
    const Outcome outcome = run_tool(arguments);
    if (outcome.status != 0) {
        throw std::runtime_error(
            "tt-alloc-trace " + arguments.front() + " ended with " + std::to_string(outcome.status) + ": " + outcome.err
        );
    }
    return nlohmann::json::parse(outcome.out);
}

Recorder::Recorder(
    const std::vector<std::string>& target, const std::string& file, const std::vector<std::string>& options
) : process_(record_options(target, file, options)) {
    process_.wait_for_err("attached to");
}

Outcome Recorder::interrupt() {
    process_.signal(SIGINT);
    return process_.wait();
}

}  // namespace tt::alloc_trace::test
