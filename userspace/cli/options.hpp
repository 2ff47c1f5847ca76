// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The command line: declared here, executed by commands/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "export/export_options.hpp"
#include "live/live_session.hpp"
#include "report/memory_kind.hpp"

namespace tt::alloc_trace {

enum class Command { Watch, Record, Report, Export, Snapshot, List, Doctor };
enum class OutputFormat { Auto, Text, Plain, Json };
enum class ColorMode { Auto, Always, Never };

struct Options {
    Command command = Command::Watch;
    LiveTarget target;
    std::uint64_t ring_bytes = std::uint64_t{64} << 20U;
    OutputFormat format = OutputFormat::Auto;
    ColorMode color = ColorMode::Auto;
    ViewFilter filter;
    std::string log_level = "info";

    std::uint32_t refresh_ms = 1000;  // watch
    bool once = false;                // watch
    bool baseline = false;            // watch
    double duration_s = 0;            // watch, record; 0: no limit
    std::string output;               // record, export
    bool force = false;               // record, export
    bool strict = false;
    std::string file;                 // report, export
    std::string view = "summary";     // report
    std::size_t top = 20;             // report, snapshot
    std::string export_format = "jsonl";
    ExportOptions exporting;          // export; its filter is the one above
    std::string layout_file;          // watch, record, snapshot, doctor
    std::string library;              // doctor
    bool dump_layout = false;         // doctor
    SnapshotOptions snapshot;         // watch, record
    bool lossless = false;            // watch, record
};

struct ParsedCommandLine {
    Options options;
    int exit_code = -1;  // not negative: parsing has said all (help, version, error); leave with it
};

[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace tt::alloc_trace
