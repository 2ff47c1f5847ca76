// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One function per command; each returns the process's exit status or the error to print.
#pragma once

#include "base/error.hpp"
#include "cli/options.hpp"

namespace tt::alloc_trace {

[[nodiscard]] Result<int> run_watch(const Options& options);
[[nodiscard]] Result<int> run_record(const Options& options);
[[nodiscard]] Result<int> run_log(const Options& options);
[[nodiscard]] Result<int> run_mark(const Options& options);
[[nodiscard]] Result<int> run_report(const Options& options);
[[nodiscard]] Result<int> run_diff(const Options& options);
[[nodiscard]] Result<int> run_export(const Options& options);
[[nodiscard]] Result<int> run_snapshot(const Options& options);
[[nodiscard]] Result<int> run_list(const Options& options);
[[nodiscard]] Result<int> run_doctor(const Options& options);

}  // namespace tt::alloc_trace
