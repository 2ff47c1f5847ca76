// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where the exceptions of a process are thrown: __cxa_throw of libstdc++ or libc++abi, or of whatever else has its own copy
// (a wheel's bundled library, a program linked statically).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "event/session_info.hpp"
#include "target/module_table.hpp"

namespace tt::alloc_trace {

// `outcome.offset` is where to probe, with all arguments in their registers; an outcome without a symbol has no such place.
struct ThrowSite {
    MappedModule module;
    ProbeOutcome outcome;
};

class ExceptionRuntimeFinder {
public:
    ExceptionRuntimeFinder();

    // Of the files that `process` has mapped, those that define the function and were not found before. Errors: as
    // ModuleFinder::scan(). That there is none is no error.
    [[nodiscard]] Result<std::vector<ThrowSite>> find_new(const ProcessHandle& process);

private:
    ModuleFinder finder_;
    std::unordered_set<FileIdentity, FileIdentityHash> found_;
};

}  // namespace tt::alloc_trace
