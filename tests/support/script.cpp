// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/script.hpp"

#include <stdexcept>

#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

std::string output_of(const std::vector<std::string>& arguments) {
    const Outcome outcome = run_tool(arguments);
    if (outcome.status != 0) {
        throw std::runtime_error(arguments.front() + " ended with " + std::to_string(outcome.status) + ": " + outcome.err);
    }
    return outcome.out;
}

std::string record_file(const TempDir& dir, const std::string& script, const std::vector<std::string>& options) {
    std::string recording = dir.file(script.substr(script.rfind('/') + 1) + ".ttar");
    std::vector<std::string> arguments{"record", "--force", "-o", recording};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--", standin_path(), "--script", script});
    (void)output_of(arguments);
    return recording;
}

}  // namespace

std::string case_file(const std::string& name) { return TAT_CASES "/" + name; }

std::string record_case(const TempDir& dir, const std::string& name, const std::vector<std::string>& options) {
    return record_file(dir, case_file(name), options);
}

std::string record_script(const TempDir& dir, const std::string& lines, const std::vector<std::string>& options) {
    const std::string script = dir.file("script");
    write_file(script, lines);
    return record_file(dir, script, options);
}

std::string report_text(const std::string& recording, const std::vector<std::string>& view) {
    std::vector<std::string> arguments{"report", recording};
    arguments.insert(arguments.end(), view.begin(), view.end());
    return output_of(arguments);
}

}  // namespace tt::alloc_trace::test
