// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/export_output.hpp"
#include "cli/export_window.hpp"
#include "cli/frame_namer.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "export/export_kind.hpp"
#include "report/filter_words.hpp"
#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int /*signal*/) { interrupted = 1; }

bool to_stdout(const Options& options) { return options.output.empty() || options.output == "-"; }

Status check_target(const Options& options, const ExportKind& kind) {
    const std::string name(kind.name);
    if (to_stdout(options) && kind.needs_path) {
        return fail(ErrorCode::Usage, name + " cannot go to standard output", "name a file with -o FILE");
    }
    if (to_stdout(options) && kind.binary && stdout_is_terminal()) {
        return fail(ErrorCode::Usage, name + " is binary and standard output a terminal", "name a file with -o FILE");
    }
    return check_output(options.output, options.force, options.file);
}

// What the exporter has to say goes to its file; the replay's own fault comes first.
Status export_recording(const std::string& path, const ReplayWindow& window, Exporter& exporter, Replay& replay) {
    ExportProgress progress;
    const auto step = [&](const SessionInfo&, const Event& event, const Applied&) -> Status {
        progress.step(header_of(event).t_ns);
        return interrupted != 0 ? fail(ErrorCode::RunTime, "interrupted") : exporter.status();
    };
    if (Status replayed = replay_recording(path, replay, window, &exporter, step); !replayed) {
        return replayed;
    }
    const TrackerView tracker = replay.tracker.view();
    return exporter.finish({tracker, replay.session, replay.complete, replay.warning});
}

// A filter that nothing passes must not look like a job that did nothing.
void warn_of_filters(const Options& options, const ExportOptions& exporting, const TrackerView& tracker) {
    if (const auto nothing = nothing_passes(tracker, exporting.filter, exporting.origins)) {
        spdlog::warn("{}: {}", printable(options.file), *nothing);
    }
    for (const std::uint32_t pid : exporting.processes) {
        if (std::none_of(tracker.processes.begin(), tracker.processes.end(), [pid](const auto& process) { return process->pid == pid; })) {
            spdlog::warn("{}: process {} is not in it", printable(options.file), pid);
        }
    }
}

}  // namespace

Result<int> run_export(const Options& options) {
    const ExportKind& kind = *find_export_kind(options.export_format);
    if (Status possible = check_target(options, kind); !possible) {
        return tl::make_unexpected(possible.error());
    }
    const Result<ExportOptions> exporting = export_options(options, kind);
    if (!exporting) {
        return tl::make_unexpected(exporting.error());
    }
    const Result<StackTable::Namer> namer = frame_namer(options.symbols);
    if (!namer) {
        return tl::make_unexpected(namer.error());
    }
    // The unfinished file goes when the process is asked to end.
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    std::optional<ExportFile> file;
    if (!to_stdout(options)) {
        Result<ExportFile> created = ExportFile::create(options.output, options.force);
        if (!created) {
            return tl::make_unexpected(created.error());
        }
        file.emplace(std::move(*created));
    }
    ExportSink sink(file ? &*file : nullptr);
    Replay replay(*namer);
    const std::unique_ptr<Exporter> exporter =
        kind.make(*exporting, {&sink, file ? file->temporary_path() : std::string(), options.output, replay.session});
    Status done = export_recording(options.file, exporting->window, *exporter, replay);
    if (sink.closed()) {
        return 0;
    }
    if (done && file) {
        done = file->publish();
    }
    if (!done) {
        return tl::make_unexpected(done.error());
    }
    for (const std::string& note : exporter->notes()) {
        spdlog::warn("{}", printable(note));
    }
    if (!replay.warning.empty()) {
        spdlog::warn("{}: {}", printable(options.file), printable(replay.warning));
    }
    const TrackerView tracker = replay.tracker.view();
    warn_of_filters(options, *exporting, tracker);
    const bool known = replay.complete && nothing_unknown(tracker, replay.session);
    return static_cast<int>(options.strict && !known ? ExitCode::Incomplete : ExitCode::Ok);
}

}  // namespace tt::alloc_trace
