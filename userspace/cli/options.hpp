// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The command line: declared here, executed by commands/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "export/export_options.hpp"
#include "live/live_session.hpp"
#include "analysis/iteration_hint.hpp"
#include "analysis/scale_rule.hpp"
#include "origin/origin_key.hpp"
#include "report/memory_kind.hpp"

namespace tt::alloc_trace {

enum class Command { Watch, Record, Log, Mark, Report, Diff, Export, Snapshot, List, Doctor };
enum class OutputFormat { Auto, Text, Plain, Json, Html };
enum class ColorMode { Auto, Always, Never };

struct Options {
    Command command = Command::Watch;
    LiveTarget target;
    std::uint64_t ring_bytes = std::uint64_t{64} << 20U;
    OutputFormat format = OutputFormat::Auto;
    ColorMode color = ColorMode::Auto;
    ViewFilter filter;
    OriginFilter origins;             // report, export, log
    std::optional<OriginKey> by;      // report, diff
    std::string symbols;              // report, export: a folder; empty: not given
    std::string log_level = "info";

    std::uint32_t refresh_ms = 1000;  // watch
    bool once = false;                // watch
    bool baseline = false;            // watch
    double duration_s = 0;            // watch, record; 0: no limit
    std::string output;               // record, export, report; mark: of the recorder that is meant
    std::string mark;                 // mark: the name
    bool force = false;               // record, export, report
    bool strict = false;
    std::string file;                 // report, export, diff: the old one
    std::string new_file;             // diff
    std::optional<std::uint64_t> fail_over;  // diff; bytes
    std::string view = "summary";     // report
    std::optional<std::uint64_t> need;  // report
    std::uint64_t need_tolerance = 0;
    IterationHint iterations;         // report
    std::vector<ScaleRule> scale;     // report
    bool fail_misfit = false;         // report
    std::string at, since, until;     // report, export: moments (report/time_point.hpp); empty: not given
    std::uint64_t max_bytes = 0;      // record, of all parts together; 0: no limit
    std::size_t top = 20;             // report, diff, snapshot
    std::string export_format = "jsonl";
    ExportOptions exporting;          // export, log; its filter is the one above
    std::string layout_file;          // watch, record, snapshot, doctor
    std::string library;              // doctor
    bool dump_layout = false;         // doctor
    SnapshotOptions snapshot;         // watch, record
    bool lossless = false;            // watch, record
    StackKinds stacks{true, true};    // watch, record, log
    std::uint32_t max_frames = ProgramConfig::kMostFrames;  // likewise
};

struct ParsedCommandLine {
    Options options;
    int exit_code = -1;  // not negative: parsing has said all (help, version, error); leave with it
};

[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace tt::alloc_trace
