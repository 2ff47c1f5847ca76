// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/frame_namer.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "report/filter_words.hpp"
#include "report/html_page.hpp"
#include "report/origin_words.hpp"
#include "report/process_health.hpp"
#include "report/text_table.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {
namespace {

// Which options go with which views.
Status check_times(const Options& options, const ViewKind& kind) {
    const bool stretch = !options.since.empty() || !options.until.empty();
    if (!options.at.empty() && kind.span == ViewSpan::Stretch) {
        return fail(
            ErrorCode::Usage,
            fmt::format("'{}' does not show one moment, so --at does not go with it", kind.name),
            "give a stretch of time with --since and --until"
        );
    }
    if (!options.at.empty() && stretch) {
        return fail(ErrorCode::Usage, "--at does not go with --since and --until", "give the one or the others");
    }
    if (!options.since.empty() && kind.span == ViewSpan::Moment) {
        return fail(ErrorCode::Usage, fmt::format("'{}' shows one moment, so --since does not go with it", kind.name), "give --at");
    }
    return {};
}

// What only some views look at is not to be given in vain; the page has none of it.
Status check_options(const Options& options, const ViewKind& kind) {
    const std::tuple<bool, std::string_view, ViewOption> given[] = {
        {options.need.has_value(), "--need", ViewOption::Need},
        {options.iterations.given(), options.iterations.by_mark() ? "--mark" : "--period", ViewOption::Iterations},
        {!options.scale.empty(), "--scale", ViewOption::Scale},
        {options.fail_misfit, "--fail-misfit", ViewOption::FailMisfit},
        {options.by.has_value(), "--by", ViewOption::OriginKey},
        {!options.origins.call.empty(), "--call", ViewOption::Origins},
        {!options.origins.operation.empty(), "--op", ViewOption::Origins},
    };
    for (const auto& [is_given, name, option] : given) {
        if (!is_given || (kind.takes(option) && options.format != OutputFormat::Html)) {
            continue;
        }
        std::string views;
        for (const ViewKind& other : view_kinds()) {
            views += other.takes(option) ? fmt::format("{}{}", views.empty() ? "" : ", ", other.name) : "";
        }
        return fail(
            ErrorCode::Usage,
            kind.takes(option) ? fmt::format("{} does not go with --format html", name) : fmt::format("'{}' does not look at {}", kind.name, name),
            fmt::format("it goes with {} as text or json", views)
        );
    }
    return {};
}

Result<ReplayWindow> select_window(const Options& options, const ViewKind& kind) {
    ReplayWindow window;
    if (options.at.empty() && options.since.empty() && options.until.empty()) {
        return window;
    }
    if (Status checked = check_times(options, kind); !checked) {
        return tl::make_unexpected(checked.error());
    }
    return read_window(options.file, options.since, options.at.empty() ? options.until : options.at, options.at.empty() ? "--until" : "--at");
}

// What was held last, if it is to be shown and nothing is held at the end; the events up to there are not looked at again.
Status replay_last_use(const std::string& path, const View& view, const ReplayWindow& window, const Replay& whole, const StackTable::Namer& namer, std::unique_ptr<Replay>& found) {
    const bool empty = window.to_the_end() && !any_in_use(whole.tracker.view().processes);
    if (!view.shows_live() || !empty || whole.last_use.event() == 0) {
        return {};
    }
    ReplayWindow until;
    until.until_event = whole.last_use.event();
    found = std::make_unique<Replay>(namer);
    return replay_recording(path, *found, until, nullptr, {}, ReplayStart::LastCheckpoint);
}

// By ProcessState::number: of the processes that ended before the moment that is shown, the latest, each as it was when it held memory last.
Status replay_ended(const std::string& path, const LiveMoment& moment, const StackTable::Namer& namer, std::vector<std::pair<std::uint32_t, std::unique_ptr<Replay>>>& found) {
    constexpr std::size_t kMost = 8;
    for (std::size_t i = moment.ended.size(); i-- > 0 && found.size() < kMost;) {
        ReplayWindow until;
        until.until_event = moment.ended[i].last_use.event;
        found.emplace_back(moment.ended[i].process, std::make_unique<Replay>(namer));
        if (Status replayed = replay_recording(path, *found.back().second, until, nullptr, {}, ReplayStart::LastCheckpoint); !replayed) {
            return replayed;
        }
    }
    return {};
}

// The page says itself that nothing passes the filter.
std::string document(
    const View& view, const ReplayedStream& stream, OutputFormat format, const std::optional<std::string>& unmatched, const TextStyle& style
) {
    if (format == OutputFormat::Json) {
        nlohmann::ordered_json json = view.json(stream);
        add_call_stacks(json, stream.tracker.stacks);
        if (unmatched) {
            json["nothing_passes"] = *unmatched;
        }
        return json_document(json);
    }
    std::vector<std::string> head;
    if (unmatched && format != OutputFormat::Html) {
        append_notes(head, {{*unmatched, Ink::Warning}}, style);
    }
    return joined(head) + view.text(stream, style);
}

}  // namespace

Result<int> run_report(const Options& options) {
    if (Status possible = check_output(options.output, options.force, options.file); !possible) {
        return tl::make_unexpected(possible.error());
    }
    const ViewKind& kind = *find_view(options.view);
    if (Status checked = check_options(options, kind); !checked) {
        return tl::make_unexpected(checked.error());
    }
    const Result<ReplayWindow> selected = select_window(options, kind);
    if (!selected) {
        return tl::make_unexpected(selected.error());
    }
    const Result<StackTable::Namer> namer = frame_namer(options.symbols);
    if (!namer) {
        return tl::make_unexpected(namer.error());
    }
    const ViewOptions view_options{
        options.filter, options.top, *selected, options.need, options.iterations, options.need_tolerance, options.scale,
        options.origins, options.by.value_or(OriginKey{})
    };
    const bool seek = !options.at.empty() && kind.span == ViewSpan::Moment;
    const ReplayStart start = seek ? ReplayStart::LastCheckpoint : ReplayStart::Beginning;
    // The page has all that it can show, whatever view was named.
    const std::unique_ptr<View> view =
        options.format == OutputFormat::Html ? make_html_view(view_options) : kind.make(view_options);
    std::unique_ptr<Replay> replay;
    for (std::optional<ReplayWindow> window = view_options.window; window; window = view->next_window()) {
        replay = std::make_unique<Replay>(*namer);
        if (Status replayed = replay_recording(options.file, *replay, *window, view->observer(), {}, start); !replayed) {
            return tl::make_unexpected(replayed.error());
        }
    }
    std::unique_ptr<Replay> held;
    if (Status replayed = replay_last_use(options.file, *view, view_options.window, *replay, *namer, held); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    if (const std::optional<std::string> problem = view->problem()) {
        return fail(ErrorCode::Usage, *problem);
    }
    const TrackerView tracker = replay->tracker.view();
    const std::optional<TrackerView> last_use = held ? std::optional(held->tracker.view()) : std::nullopt;
    ReplayedStream stream{tracker, replay->session, replay->complete, replay->warning, last_use ? &*last_use : nullptr, &replay->last_use};
    std::vector<std::pair<std::uint32_t, std::unique_ptr<Replay>>> ended;
    if (view->shows_ended() && view_options.window.to_the_end()) {
        if (Status replayed = replay_ended(options.file, stream.live_moment(), *namer, ended); !replayed) {
            return tl::make_unexpected(replayed.error());
        }
    }
    for (const auto& [process, own] : ended) {
        if (const ProcessState* then = own->tracker.view().find(process)) {
            stream.ended[process] = then;
        }
    }
    const TextStyle style = options.output.empty() ? stdout_style(options.color) : TextStyle{};
    const std::optional<std::string> unmatched = nothing_passes(tracker, options.filter, options.origins);
    const std::string output = document(*view, stream, options.format, unmatched, style);
    if (Status written = write_output(output, options.output, options.force); !written) {
        return tl::make_unexpected(written.error());
    }
    if (!replay->warning.empty()) {
        spdlog::warn("{}: {}", printable(options.file), printable(replay->warning));
    }
    if (options.fail_misfit && view->fails()) {
        return static_cast<int>(ExitCode::OverLimit);
    }
    const bool known = replay->complete && nothing_unknown(tracker, replay->session);
    return static_cast<int>(options.strict && !known ? ExitCode::Incomplete : ExitCode::Ok);
}

}  // namespace tt::alloc_trace
