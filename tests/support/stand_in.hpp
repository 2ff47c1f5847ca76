// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A tt-standin that does what it is told (tests/standin/README.md, "--control").
#pragma once

#include <string>
#include <vector>

#include "support/subprocess.hpp"
#include "support/temp_dir.hpp"
#include "support/truth.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] const std::string& standin_path();
[[nodiscard]] const std::string& standin_library();  // libtt_metal.so

// A stand-in as in a container: in `folder`, with copies of its library and of the dynamic linker. `linker_tells`: that has the function
// at which debuggers wait. To be followed by the path of the stand-in, which is not used, and its arguments.
[[nodiscard]] SpawnOptions starter_with_own_linker(const std::string& folder, bool linker_tells = true);

// A shell that runs one, to write its truth there, and then 150 processes without the runtime; 5,000 with TAT_LONG_TESTS=1.
[[nodiscard]] std::vector<std::string> job_with_many_children(const std::string& truth_file);

class StandIn {
public:
    // Returns when its devices are open. `arguments` besides --control.
    explicit StandIn(const std::vector<std::string>& arguments = {});

    // Started by another program, which passes its stdin and stdout on.
    static SpawnOptions under(const SpawnOptions& starter, const std::vector<std::string>& arguments);
    explicit StandIn(const SpawnOptions& options);

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] std::string pid_text() const { return std::to_string(pid_); }

    void start() { command("start", "started"); }
    void wait() { command("wait", "quiescent"); }
    void stop() { command("stop", "quiescent"); }
    void run_all() {
        start();
        wait();
    }
    [[nodiscard]] Truth truth();  // of now; its threads must rest
    void close() { command("close", "closed"); }
    void reopen() { command("reopen", "ok"); }
    void free_all() { command("free-all", "quiescent"); }
    // Its exit status, or that of its starter.
    int exit();
    // Itself, or its starter.
    [[nodiscard]] Subprocess& process() { return process_; }

private:
    void command(const std::string& line, const std::string& answer);

    TempDir dir_;
    Subprocess process_;
    pid_t pid_ = -1;
};

}  // namespace tt::alloc_trace::test
