// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The formats: `export FILE --to NAME`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "export/exporter.hpp"

namespace tt::alloc_trace {

// Where an export goes, and what it is of. All outlives the exporter.
struct ExportTarget {
    TextSink* text = nullptr;  // formats that can be written piece by piece
    std::string path;          // the others: an empty file of their own, which the caller takes care of
    std::string shown_path;    // what errors call it
    const SessionInfo& session;  // as the recording's head has it, from begin() on
};

struct ExportKind {
    std::string_view name;  // as on the command line
    std::string_view help;  // one line
    bool binary;            // not for a terminal
    bool needs_path;        // ExportTarget::path, else text
    bool wants_peaks;       // ExportOptions::peaks
    bool takes_origins;     // ExportOptions::origins
    std::unique_ptr<Exporter> (*make)(const ExportOptions& options, const ExportTarget& target);
};

[[nodiscard]] std::span<const ExportKind> export_kinds();
[[nodiscard]] const ExportKind* find_export_kind(std::string_view name);  // nullptr: there is none

}  // namespace tt::alloc_trace
