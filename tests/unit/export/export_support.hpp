// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Exports a stream of events without a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "export/export_kind.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {

struct Exported {
    std::string text;
    Status status;
    std::vector<std::string> notes;
};

// As the command does it; `path` for formats that need one.
[[nodiscard]] Exported export_events(
    std::string_view format, const std::vector<Event>& events, const ExportOptions& options = {}, const std::string& path = {}
);

// A mesh of 2 chips that knows its regions: two DRAM buffers, one of them freed; an L1 buffer; a program with circular buffers; a
// failed allocation, a clash and a gap.
[[nodiscard]] Stream busy_stream();

}  // namespace tt::alloc_trace::test
