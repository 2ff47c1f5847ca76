// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/python_job.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tt::alloc_trace::test {
namespace {

Outcome run_or_throw(std::vector<std::string> arguments) {
    SpawnOptions options;
    options.arguments = std::move(arguments);
    Outcome outcome = run(options);
    if (outcome.status != 0) {
        throw std::runtime_error(outcome.err);
    }
    return outcome;
}

}  // namespace

PythonJob::PythonJob(const Python& python) : python_(python) {
    std::string headers =
        run_or_throw({python.path, "-c", "import sysconfig; print(sysconfig.get_paths()['include'], end='')"}).out;
    run_or_throw(
        {"cc", "-O2", "-shared", "-fPIC", "-I" + headers, TAT_PYTHON_JOBS "/probed.c", "-o", library(), "-ldl", "-lpthread"}
    );
}

void PythonJob::start(const std::string& scenario, int rounds, std::function<void(std::uint32_t pid)> on_ready) {
    on_ready_ = std::move(on_ready);
    const std::string job = TAT_PYTHON_JOBS "/job.py";
    SpawnOptions options;
    options.arguments = {python_.path, "-B", job, directory_.path(), scenario, std::to_string(rounds)};
    process_ = std::make_unique<Subprocess>(options);
}

void PythonJob::let_go_whoever_waits() {
    constexpr std::string_view kReady = "ready ";
    for (std::size_t end = process_->out().find('\n', looked_at_); end != std::string::npos;
         end = process_->out().find('\n', looked_at_)) {
        const std::string line = process_->out().substr(looked_at_, end - looked_at_);
        looked_at_ = end + 1;
        if (line.rfind(kReady, 0) == 0) {
            const std::string pid = line.substr(kReady.size());
            on_ready_(static_cast<std::uint32_t>(std::stoul(pid)));
            write_file(directory_.file("gate." + pid), "go");
        }
    }
}

std::vector<PythonJob::Call> PythonJob::truth() {
    std::vector<Call> calls;
    for (const auto& entry : std::filesystem::directory_iterator{directory_.path()}) {
        const std::string name = entry.path().filename().string();
        if (name.rfind("truth.", 0) != 0) {
            continue;
        }
        const auto pid = static_cast<std::uint32_t>(std::stoul(name.substr(6)));
        const auto said = nlohmann::json::parse(read_file(entry.path().string()));
        const std::size_t first = stacks_.size();
        for (const auto& stack : said.at("stacks")) {
            auto& frames = *stacks_.emplace_back(std::make_unique<std::vector<Frame>>());
            for (const auto& frame : stack) {
                frames.push_back({frame.at(0), frame.at(1).is_null() ? -1 : frame.at(1).get<std::int64_t>(), frame.at(2)});
            }
        }
        for (const auto& call : said.at("calls")) {
            calls.push_back({pid, call.at(0), call.at(1), stacks_.at(first + call.at(2).get<std::size_t>()).get()});
        }
    }
    return calls;
}

}  // namespace tt::alloc_trace::test
