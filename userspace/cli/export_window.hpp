// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What of a recording an export is about.
#pragma once

#include "base/error.hpp"
#include "cli/options.hpp"
#include "export/export_kind.hpp"
#include "export/export_options.hpp"

namespace tt::alloc_trace {

// The options with what --at, --since, --until and the format want found in the recording.
[[nodiscard]] Result<ExportOptions> export_options(const Options& options, const ExportKind& kind);

}  // namespace tt::alloc_trace
