// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "report/live_view.hpp"
#include "report/summary_view.hpp"

namespace tt::alloc_trace {
namespace {

std::string render(const Options& options, const Replay& replay) {
    const bool json = options.format == OutputFormat::Json;
    const TextStyle style = stdout_style(options.color);
    const TrackerView view = replay.tracker.view();
    if (options.view == "live") {
        const LiveView live = build_live_view(view, replay.session, options.filter);
        return json ? json_document(live_json(live, replay.session, replay.complete))
                    : render_live_text(live, replay.session, style, options.top);
    }
    const SummaryView summary = build_summary_view(view, replay.counter, replay.warning, replay.session, options.filter);
    return json ? json_document(summary_json(summary, replay.session))
                : render_summary_text(summary, replay.session, style);
}

}  // namespace

Result<int> run_report(const Options& options) {
    Replay replay;
    if (Status replayed = replay_recording(options.file, replay); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    if (Status written = write_stdout(render(options, replay)); !written) {
        return tl::make_unexpected(written.error());
    }
    if (!replay.warning.empty()) {
        spdlog::warn("{}: {}", printable(options.file), printable(replay.warning));
    }
    return static_cast<int>(options.strict && !replay.complete ? ExitCode::Incomplete : ExitCode::Ok);
}

}  // namespace tt::alloc_trace
