// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Tells the programs of the Python in each traced process, as soon as it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <unordered_set>

#include "kernel/bpf_programs.hpp"
#include "python/interpreter_finder.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

class PythonProcesses {
public:
    // Why a process has native frames only is said to `notice`, once for each reason.
    explicit PythonProcesses(std::function<void(const std::string&)> notice) : notice_(std::move(notice)) {}

    // To be called whenever it may have mapped something; does nothing for one that is settled.
    void look_at(const ProcessHandle& process, BpfPrograms& programs);
    void forked(std::uint32_t parent, std::uint32_t child);  // the programs know of themselves
    void forget(std::uint32_t pid) { settled_.erase(pid); }  // it has ended, or executed another program

private:
    std::function<void(const std::string&)> notice_;
    InterpreterFinder finder_;
    std::unordered_set<std::uint32_t> settled_;  // found or refused
    std::set<std::string> said_;
};

}  // namespace tt::alloc_trace
