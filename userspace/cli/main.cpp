// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/host_pid.hpp"
#include "cli/options.hpp"
#include "report/display_text.hpp"

namespace tt::alloc_trace {
namespace {

void set_up_logging(const std::string& level) {
    auto logger = spdlog::stderr_color_mt("tt-alloc-trace");
    logger->set_pattern("%n: %v");
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

Result<int> run(const Options& options) {
    switch (options.command) {
        case Command::Watch: return run_watch(options);
        case Command::Record: return run_record(options);
        case Command::Log: return run_log(options);
        case Command::Mark: return run_mark(options);
        case Command::Report: return run_report(options);
        case Command::Diff: return run_diff(options);
        case Command::Export: return run_export(options);
        case Command::Snapshot: return run_snapshot(options);
        case Command::List: return run_list(options);
        case Command::Doctor: return run_doctor(options);
    }
    return fail(ErrorCode::Usage, "unknown command");
}

int run_main(int argc, const char* const* argv) {
    // A closed pipe and a file-size limit are write errors, noticed where they happen.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    const ParsedCommandLine parsed = parse_command_line(argc, argv);
    if (parsed.exit_code >= 0) {
        return parsed.exit_code;
    }
    set_up_logging(parsed.options.log_level);
    const Result<int> status = run(parsed.options);
    if (status) {
        return *status;
    }
    const Error error = with_host_pid(status.error(), parsed.options.target.pids);
    std::cerr << "tt-alloc-trace: error: " << printable(error.message) << '\n';
    if (!error.hint.empty()) {
        std::cerr << "  " << printable(error.hint) << '\n';
    }
    return static_cast<int>(exit_code_of(error.code));
}

// Started with stdin, stdout or stderr closed, some file of ours would get that number, and be read or written by mistake.
void keep_standard_descriptors() {
    for (int fd = 0; fd >= 0 && fd <= STDERR_FILENO;) {
        fd = open("/dev/null", O_RDWR);
        if (fd > STDERR_FILENO) {
            close(fd);
        }
    }
}

}  // namespace
}  // namespace tt::alloc_trace

int main(int argc, char** argv) {
    try {
        tt::alloc_trace::keep_standard_descriptors();
        return tt::alloc_trace::run_main(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "tt-alloc-trace: internal error: " << error.what() << '\n';
        return static_cast<int>(tt::alloc_trace::ExitCode::Failed);
    }
}
