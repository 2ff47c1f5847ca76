// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

#include "analysis/phases.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/named_moments.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "report/diff_view.hpp"
#include "report/peak_words.hpp"
#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

struct Moment {
    std::string path;
    std::string time;  // "peak", "failure" or a time; empty: the end
};

// "FILE" or "FILE@TIME"; a file and a mark may have an @ in their names.
Moment parse_moment(const std::string& text) {
    const std::size_t mark = std::min(text.find("@mark:"), text.find("@phase:"));
    const std::size_t at = mark != std::string::npos ? mark : text.rfind('@');
    std::error_code ignored;
    if (at == std::string::npos || std::filesystem::exists(text, ignored)) {
        return {text, {}};
    }
    return {text.substr(0, at), text.substr(at + 1)};
}

Result<DiffSide> read_side(const Moment& moment, const std::string& name, DiffMoment kind, const ReplayWindow& window, const Options& options) {
    DiffSide side;
    side.moment = kind;
    HeldAtEnd held(options.by);
    Replay replay;
    const bool whole = kind == DiffMoment::End;
    const ReplayStart start = whole ? ReplayStart::Beginning : ReplayStart::LastCheckpoint;
    Observer* observer = whole ? &held : nullptr;
    if (Status replayed = replay_recording(moment.path, replay, window, observer, {}, start); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    const TrackerView tracker = replay.tracker.view();
    side.name = name;
    side.session = replay.session;
    side.t_ns = tracker.last_t_ns;
    side.events = tracker.events;
    side.phase = phase_at(tracker.marks, ~std::uint64_t{0});
    side.groups = whole ? held.groups() : held_live(tracker, options.by);
    name_call_sites(side, tracker.stacks);
    side.ended_processes = held.ended_processes();
    side.not_kept = held.not_kept();
    side.complete = replay.complete;
    side.doubts = tracker.doubts();
    side.known_before = known_before_attach(tracker, replay.session);
    side.warning = replay.warning;
    return side;
}

Result<DiffSide> read_at_peak(
    const Moment& moment, const std::string& name, std::vector<FoundPeak> peaks, const Options& options,
    const std::optional<DiffPeak>& wanted
) {
    const FoundPeak* peak = highest(peaks, [&](const FoundPeak& found) {
        return wanted ? found.key.place == wanted->place && found.key.of == wanted->of
                      : options.filter.passes(found.key.place) && passes(options.filter, found.key.of);
    });
    ReplayWindow window;
    if (peak != nullptr) {
        window.until_event = shown_moment(*peak).place.event;
    }
    Result<DiffSide> side = read_side(moment, name, DiffMoment::Peak, window, options);
    if (side) {
        side->peak = peak == nullptr ? std::nullopt : std::optional(peak->key);
        side->peaks = std::move(peaks);
    }
    return side;
}

Result<DiffSide> read_at_failure(const Moment& moment, const std::string& name, const Options& options) {
    const Result<std::uint64_t> failure = find_first_failure(moment.path, name);
    if (!failure) {
        return tl::make_unexpected(failure.error());
    }
    ReplayWindow window;
    window.until_event = *failure;
    return read_side(moment, name, DiffMoment::Failure, window, options);
}

Result<DiffSide> read_moment(const std::string& text, const Options& options) {
    const Moment moment = parse_moment(text);
    if (moment.time == "failure") {
        return read_at_failure(moment, text, options);
    }
    if (!moment.time.empty() && moment.time != "peak") {
        const Result<ReplayWindow> window = read_window(moment.path, {}, moment.time, "FILE@TIME");
        return window ? read_side(moment, text, DiffMoment::Time, *window, options) : tl::make_unexpected(window.error());
    }
    Result<std::vector<FoundPeak>> peaks = find_peaks(moment.path);
    if (!peaks) {
        return tl::make_unexpected(peaks.error());
    }
    if (!moment.time.empty()) {
        return read_at_peak(moment, text, std::move(*peaks), options, std::nullopt);
    }
    Result<DiffSide> side = read_side(moment, text, DiffMoment::End, {}, options);
    if (side) {
        side->peaks = std::move(*peaks);
    }
    return side;
}

// Of two jobs that gave everything back, what they held at the peak that tells most.
Result<DiffModel> compare_at_peaks(const DiffModel& ends, const Options& options) {
    const std::optional<DiffPeak> telling = telling_peak(ends);
    std::vector<DiffSide> sides;
    for (const DiffSide* end : {&ends.before, &ends.after}) {
        Result<DiffSide> side = read_at_peak(parse_moment(end->name), end->name, *end->peaks, options, telling);
        if (!side) {
            return tl::make_unexpected(side.error());
        }
        sides.push_back(std::move(*side));
    }
    DiffModel diff = build_diff(std::move(sides[0]), std::move(sides[1]), options.filter, options.fail_over);
    diff.ends_empty = true;
    return diff;
}

Result<DiffModel> compare(const Options& options) {
    Result<DiffSide> before = read_moment(options.file, options);
    if (!before) {
        return tl::make_unexpected(before.error());
    }
    Result<DiffSide> after = read_moment(options.new_file, options);
    if (!after) {
        return tl::make_unexpected(after.error());
    }
    const bool ends = before->moment == DiffMoment::End && after->moment == DiffMoment::End;
    DiffModel diff = build_diff(std::move(*before), std::move(*after), options.filter, options.fail_over);
    return ends && diff.totals.empty() && telling_peak(diff) ? compare_at_peaks(diff, options) : diff;
}

}  // namespace

Result<int> run_diff(const Options& options) {
    const Result<DiffModel> compared = compare(options);
    if (!compared) {
        return tl::make_unexpected(compared.error());
    }
    const DiffModel& diff = *compared;
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
    return static_cast<int>(!diff.is_over() ? ExitCode::Ok : ExitCode::OverLimit);
}

}  // namespace tt::alloc_trace
