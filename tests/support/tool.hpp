// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product under test.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/subprocess.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] const std::string& tool_path();

// tt-alloc-trace with these arguments; change the rest as needed.
[[nodiscard]] SpawnOptions tool_with(const std::vector<std::string>& arguments);

// From start to end.
[[nodiscard]] Outcome run_tool(const std::vector<std::string>& arguments, std::chrono::milliseconds limit = kDeadline);

// stdout of a run that must succeed, as JSON; throws otherwise.
[[nodiscard]] nlohmann::json run_tool_json(const std::vector<std::string>& arguments);

// `tt-alloc-trace record`, attached when the constructor returns.
class Recorder {
public:
    Recorder(const std::vector<std::string>& target, const std::string& file, const std::vector<std::string>& options = {});

    // Ends it as an operator does; it has seen all that its target did until now.
    Outcome interrupt();
    // Ends by itself with its targets.
    Outcome wait() { return process_.wait(); }
    [[nodiscard]] Subprocess& process() { return process_; }

private:
    Subprocess process_;
};

}  // namespace tt::alloc_trace::test
