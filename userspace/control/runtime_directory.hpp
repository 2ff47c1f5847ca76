// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where running recorders are found: a directory with one socket each. $TT_ALLOC_TRACE_RUN_DIR if set; else of root
// /run/tt-alloc-trace, of others $XDG_RUNTIME_DIR/tt-alloc-trace.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace tt::alloc_trace {

inline constexpr const char* kRunDirectoryVariable = "TT_ALLOC_TRACE_RUN_DIR";

// What to do if that one cannot be used.
[[nodiscard]] std::string run_directory_way_out();

// Where a recorder of this user puts its socket: made if it is not there, and nobody else's to write to.
[[nodiscard]] Result<std::string> make_run_directory();

// Where this user's `mark` looks: root's, too, as sudo hands a recording to who called it.
[[nodiscard]] std::vector<std::string> run_directories();

// Sockets of recorders, in order of their names; none if the directory is not there.
[[nodiscard]] std::vector<std::string> sockets_in(const std::string& directory);

}  // namespace tt::alloc_trace
