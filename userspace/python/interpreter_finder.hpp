// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The CPython in a process: a library of its own or part of the executable, stripped or not, with or without a virtual environment.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "python/python_abi.hpp"
#include "python/python_version.hpp"
#include "target/memory_map.hpp"
#include "target/module_table.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

enum class PythonState : std::uint8_t {
    None,     // no CPython is mapped
    NotYet,   // it does not run Python yet: ask again
    Found,
    Refused,  // native frames only
};

struct PythonInterpreter {
    PythonState state = PythonState::None;
    std::string why{};   // NotYet, Refused: in words
    std::string path{};  // of its module, as the process sees it
    PythonVersion version{};
    tat_python settings{};       // Found: for the programs
    AddressRange evaluator{};    // Found: in the process, the function whose native frames stand for Python frames
};

// Not thread-safe.
class InterpreterFinder {
public:
    InterpreterFinder();

    // Errors: NoSuchProcess, NotPermitted, RunTime.
    [[nodiscard]] Result<PythonInterpreter> find(const ProcessHandle& process);

private:
    ModuleFinder modules_;
};

}  // namespace tt::alloc_trace
