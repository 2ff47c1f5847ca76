// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The one error type and the one error-or-value type of the project. Libraries return them; only the edge (cli/, sinks/)
// prints. Exceptions are left to programming errors and to running out of memory.
#pragma once

#include <cerrno>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tt::alloc_trace {

// What the caller may do about it; cli/exit_code.hpp maps each to the process's exit status.
enum class ErrorCode {
    RunTime,        // failed while working: I/O, corrupt file, kernel refused a valid request
    Usage,          // the request itself is wrong
    NotPermitted,   // a privilege is missing
    NoSuchProcess,  // the process does not exist (any more)
    NotTraceable,   // the process is no TT-Metal process, or its build is not supported
};

struct Error {
    ErrorCode code = ErrorCode::RunTime;
    std::string message;   // what failed, on what, and the system's reason
    std::string hint;      // what to do about it; empty if nothing helps
    int system_error = 0;  // errno at the time, 0 if none
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
    return tl::make_unexpected(Error{code, std::move(message), std::move(hint), 0});
}

// Appends ": <strerror(error)>" to `what`.
[[nodiscard]] tl::unexpected<Error> fail_errno(ErrorCode code, const std::string& what, int error, std::string hint = {});

}  // namespace tt::alloc_trace
