// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

namespace tt::alloc_trace {

// The process's exit status; documented in README.md. `-- COMMAND` passes the command's own status instead of Ok.
enum class ExitCode : int {
    Ok = 0,
    Failed = 1,         // at run time
    Usage = 2,
    NotPermitted = 3,
    NotTraceable = 4,   // no such process, not a TT-Metal process, unsupported build
    Incomplete = 5,     // finished, but something is missing or not known; only with --strict
    OverLimit = 10,     // finished, and the condition of a --fail-... option holds
};

[[nodiscard]] constexpr ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::RunTime: return ExitCode::Failed;
        case ErrorCode::Usage: return ExitCode::Usage;
        case ErrorCode::NotPermitted: return ExitCode::NotPermitted;
        case ErrorCode::NoSuchProcess:
        case ErrorCode::NotTraceable: return ExitCode::NotTraceable;
    }
    return ExitCode::Failed;
}

}  // namespace tt::alloc_trace
