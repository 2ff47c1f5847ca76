// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How output looks on whatever it goes to.
#pragma once

#include "cli/options.hpp"
#include "report/display_text.hpp"

namespace tt::alloc_trace {

// Colour if wanted and possible (NO_COLOR), UTF-8 if the locale says so, the terminal's width; no width limit on a pipe.
[[nodiscard]] TextStyle stdout_style(ColorMode color);

[[nodiscard]] bool stdout_is_terminal();

// What open() or mkstemp() said, in words. Status Usage: it exists; NotPermitted; RunTime.
[[nodiscard]] tl::unexpected<Error> cannot_create(const std::string& path, int error);

// All of `text`; error if it cannot be written. A closed pipe is no error: the reader has seen enough. `closed` tells.
[[nodiscard]] Status write_stdout(const std::string& text, bool* closed = nullptr);

// Refuses, before any work is done, what write_output() would refuse behind it, and `recording` itself, which is read for it.
[[nodiscard]] Status check_output(const std::string& path, bool force, const std::string& recording);

// All of `text` into a file for its owner alone, or to standard output if `path` is empty or "-". An existing file is replaced only
// by `force`, and only by all of it.
[[nodiscard]] Status write_output(const std::string& text, const std::string& path, bool force);

}  // namespace tt::alloc_trace
