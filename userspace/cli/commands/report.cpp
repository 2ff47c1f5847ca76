// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "report/html_page.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {

Result<int> run_report(const Options& options) {
    const ViewOptions view_options{options.filter, options.top, {}};
    if (Status possible = check_output(options.output, options.force); !possible) {
        return tl::make_unexpected(possible.error());
    }
    // The page has all that it can show, whatever view was named.
    const std::unique_ptr<View> view = options.format == OutputFormat::Html ? make_html_view(view_options)
                                                                            : find_view(options.view)->make(view_options);
    std::unique_ptr<Replay> replay;
    for (std::optional<ReplayWindow> window = view_options.window; window; window = view->next_window()) {
        replay = std::make_unique<Replay>();
        if (Status replayed = replay_recording(options.file, *replay, *window, view->observer()); !replayed) {
            return tl::make_unexpected(replayed.error());
        }
    }
    const TrackerView tracker = replay->tracker.view();
    const ReplayedStream stream{tracker, replay->session, replay->complete, replay->warning};
    const TextStyle style = options.output.empty() ? stdout_style(options.color) : TextStyle{};
    const std::string output = options.format == OutputFormat::Json
                                   ? json_document(view->json(stream))
                                   : view->text(stream, style);
    if (Status written = write_output(output, options.output, options.force); !written) {
        return tl::make_unexpected(written.error());
    }
    if (!replay->warning.empty()) {
        spdlog::warn("{}: {}", printable(options.file), printable(replay->warning));
    }
    return static_cast<int>(options.strict && !replay->complete ? ExitCode::Incomplete : ExitCode::Ok);
}

}  // namespace tt::alloc_trace
