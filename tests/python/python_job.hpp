// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// job.py under an interpreter, with the probed extension made for it; and its own record of its stacks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/pythons.hpp"
#include "support/subprocess.hpp"
#include "support/temp_dir.hpp"

namespace tt::alloc_trace::test {

class PythonJob {
public:
    explicit PythonJob(const Python& python);  // makes the extension; throws std::runtime_error

    // `on_ready` is called for each process that waits to be let go.
    void start(const std::string& scenario, int rounds, std::function<void(std::uint32_t pid)> on_ready);
    void let_go_whoever_waits();
    [[nodiscard]] Subprocess& process() { return *process_; }
    [[nodiscard]] std::string library() const { return directory_.file("probed.so"); }

    struct Frame {
        std::string file;
        std::int64_t line = 0;
        std::string name;
    };

    struct Call {
        std::uint32_t pid = 0;
        std::uint64_t number = 0;
        std::uint32_t evaluators = 0;      // native frames of the interpreter's loop
        const std::vector<Frame>* stack = nullptr;
    };

    [[nodiscard]] std::vector<Call> truth();  // throws std::runtime_error

private:
    Python python_;
    TempDir directory_;
    std::unique_ptr<Subprocess> process_;
    std::function<void(std::uint32_t pid)> on_ready_;
    std::size_t looked_at_ = 0;
    std::vector<std::unique_ptr<std::vector<Frame>>> stacks_;
};

}  // namespace tt::alloc_trace::test
