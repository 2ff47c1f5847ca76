// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/script.hpp"

#include <stdexcept>

#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {

std::string case_file(const std::string& name) { return TAT_CASES "/" + name; }

namespace {

std::string output_of(const std::vector<std::string>& arguments) {
    const Outcome outcome = run_tool(arguments);
    if (outcome.status != 0) {
        throw std::runtime_error(arguments.front() + " ended with " + std::to_string(outcome.status) + ": " + outcome.err);
    }
    return outcome.out;
}

// True if the script came to its end, and its process waits for a line.
bool ran_through(Subprocess& job) {
    const auto done = [&job] { return job.out().find("\ndone\n") != std::string::npos; };
    job.wait_until([&] { return done() || job.ended(); }, "the end of the script");
    return done();
}

std::string record_file(const TempDir& dir, const std::string& script, const std::vector<std::string>& options) {
    SpawnOptions command;
    command.arguments = {standin_path(), "--control", "--script", script};
    command.environment = {"TT_METAL_DISABLE_BACKTRACE=1"};
    Subprocess job(command);
    const std::string ready = job.read_line();
    std::string recording = dir.file(script.substr(script.rfind('/') + 1) + ".ttar");
    Recorder recorder({"-p", ready.substr(ready.find(' ') + 1)}, recording, options);
    job.send("go\n");
    const Outcome recorded = ran_through(job) ? recorder.interrupt() : recorder.wait();
    if (recorded.status != 0) {
        throw std::runtime_error("record of " + script + " ended with " + std::to_string(recorded.status) + ": " + recorded.err);
    }
    return recording;
}

std::string written(const TempDir& dir, const std::string& name, const std::string& lines) {
    std::string script = dir.file(name);
    write_file(script, lines);
    return script;
}

std::string script_of(const TempDir& dir, const std::string& name, const std::string& job) {
    return job.find('\n') == std::string::npos ? case_file(job) : written(dir, name, job);
}

}  // namespace

std::string record_case(const TempDir& dir, const std::string& name, const std::vector<std::string>& options) {
    return record_file(dir, case_file(name), options);
}

std::string record_script(const TempDir& dir, const std::string& lines, const std::vector<std::string>& options) {
    return record_file(dir, written(dir, "script", lines), options);
}

std::string record_short(const TempDir& dir, const std::vector<std::string>& jobs) {
    std::string commands;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        commands += standin_path() + " --script " + script_of(dir, "job" + std::to_string(i), jobs[i]) + ";";
    }
    std::string recording = dir.file("short.ttar");
    (void)output_of({"record", "-o", recording, "--", "sh", "-c", commands});
    return recording;
}

std::string report_text(const std::string& recording, const std::vector<std::string>& view) {
    std::vector<std::string> arguments{"report", recording};
    arguments.insert(arguments.end(), view.begin(), view.end());
    return output_of(arguments);
}

}  // namespace tt::alloc_trace::test
