// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The interpreters of this machine.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "python/python_version.hpp"

namespace tt::alloc_trace::test {

struct Python {
    std::string path;  // of the executable
    PythonVersion version{};
    std::string name;  // fit for the name of a test, e.g. "cpython_3_10"
};

inline std::ostream& operator<<(std::ostream& to, const Python& python) { return to << python.path; }

// Each CPython 3 of pyenv, and the system's. TAT_PYTHONS, paths separated by colons, replaces them all.
[[nodiscard]] std::vector<Python> pythons();

}  // namespace tt::alloc_trace::test
