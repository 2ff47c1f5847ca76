// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "report/diff_view.hpp"
#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

struct Moment {
    std::string path;
    std::string time;  // empty: the end
};

// "FILE" or "FILE@TIME"; a file may have an @ in its name.
Moment parse_moment(const std::string& text) {
    const std::size_t at = text.rfind('@');
    std::error_code ignored;
    if (at == std::string::npos || std::filesystem::exists(text, ignored)) {
        return {text, {}};
    }
    return {text.substr(0, at), text.substr(at + 1)};
}

Result<DiffSide> read_side(const std::string& text) {
    const Moment moment = parse_moment(text);
    const Result<ReplayWindow> window =
        moment.time.empty() ? ReplayWindow{} : read_window(moment.path, {}, moment.time, "FILE@TIME");
    if (!window) {
        return tl::make_unexpected(window.error());
    }
    DiffSide side;
    side.whole = moment.time.empty();
    HeldAtEnd held;
    Replay replay;
    const ReplayStart start = side.whole ? ReplayStart::Beginning : ReplayStart::LastCheckpoint;
    Observer* observer = side.whole ? &held : nullptr;
    if (Status replayed = replay_recording(moment.path, replay, *window, observer, {}, start); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    const TrackerView tracker = replay.tracker.view();
    side.name = text;
    side.session = replay.session;
    side.t_ns = tracker.last_t_ns;
    side.events = tracker.events;
    side.groups = side.whole ? held.groups() : held_live(tracker);
    side.ended_processes = held.ended_processes();
    side.not_kept = held.not_kept();
    side.complete = replay.complete;
    side.doubts = tracker.doubts();
    side.known_before = known_before_attach(tracker, replay.session);
    side.warning = replay.warning;
    return side;
}

}  // namespace

Result<int> run_diff(const Options& options) {
    Result<DiffSide> before = read_side(options.file);
    if (!before) {
        return tl::make_unexpected(before.error());
    }
    Result<DiffSide> after = read_side(options.new_file);
    if (!after) {
        return tl::make_unexpected(after.error());
    }
    const DiffModel diff = build_diff(std::move(*before), std::move(*after), options.filter, options.fail_over);
    const std::string output = options.format == OutputFormat::Json
                                   ? json_document(diff_json(diff))
                                   : render_diff_text(diff, stdout_style(options.color), options.top);
    if (Status written = write_stdout(output); !written) {
        return tl::make_unexpected(written.error());
    }
    for (const DiffSide* side : {&diff.before, &diff.after}) {
        if (!side->warning.empty()) {
            spdlog::warn("{}: {}", printable(side->name), printable(side->warning));
        }
    }
    return static_cast<int>(diff.over.empty() ? ExitCode::Ok : ExitCode::OverLimit);
}

}  // namespace tt::alloc_trace
