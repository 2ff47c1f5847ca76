// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "checkpoint/checkpoint.hpp"
#include "event/regions_first.hpp"
#include "recording/recording_reader.hpp"
#include "report/human_size.hpp"
#include "report/phase_moment.hpp"
#include "report/time_point.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

// Opens the window for the observer when its first event comes, or at the end if none does.
class Window {
public:
    Window(const ReplayWindow& window, Tracker& tracker, Observer* observer, std::uint64_t events_before)
        : window_(window), tracker_(tracker), observer_(observer), number_(events_before) {}

    [[nodiscard]] bool ends_before(const Event& event) {
        return ++number_ > window_.until_event || header_of(event).t_ns > window_.until_t_ns;
    }
    [[nodiscard]] bool open_for(const Event& event) {
        if (!open_ && header_of(event).t_ns >= window_.since_t_ns && number_ >= window_.since_event) {
            open();
        }
        return open_;
    }
    [[nodiscard]] std::uint64_t number() const { return number_; }
    void open() {
        if (!std::exchange(open_, true) && observer_ != nullptr) {
            observer_->begin(tracker_.view());
            tracker_.listen(observer_);
        }
    }
    void close() {
        open();
        tracker_.listen(nullptr);
        if (observer_ != nullptr) {
            observer_->end(tracker_.view());
        }
    }

private:
    const ReplayWindow& window_;
    Tracker& tracker_;
    Observer* observer_;
    std::uint64_t number_;  // of the latest event
    bool open_ = false;
};

// The recording's events, each allocator's regions in front of its first buffer.
class Source {
public:
    Source(RecordingReader& reader, const TrackerView& start) : reader_(reader) {
        for (const auto& process : start.processes) {
            know_allocators(*process);
        }
    }

    // False at the end.
    [[nodiscard]] Result<bool> next(Event& event) {
        while (!order_.take(event)) {
            const Result<bool> more = reader_.next(event);
            if (more && *more && order_.pass(event)) {
                return true;
            }
            if (more && *more) {
                order_.put(std::move(event));
            } else if (more && order_.holds()) {
                order_.give_up();
            } else {
                return more;
            }
        }
        return true;
    }

private:
    void know_allocators(const ProcessState& process) {
        for (const auto& [pointer, index] : process.allocator_index) {
            const Allocator& allocator = process.allocators[index];
            if (allocator.regions != decltype(allocator.regions){}) {
                order_.know(process.pid, pointer, process.owners[allocator.owner].pointer);
            }
        }
    }

    RecordingReader& reader_;
    RegionsFirst order_;
};

std::string part_words(const RecordingReader& reader) {
    const SessionInfo& session = reader.session();
    if (session.part == 0 || !reader.start()) {
        return {};
    }
    return fmt::format(
        "part {} of a recording limited in size: its events begin at {}, what was before is in its sums only",
        session.part + 1,
        human_offset(reader.start()->last_t_ns, session.attached_monotonic_ns)
    );
}

// nullopt: there is no event.
Result<std::optional<RecordingTimes>> read_times(const std::string& path) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        return tl::make_unexpected(reader.error());
    }
    const auto range = reader->time_range();
    if (!range) {
        return tl::make_unexpected(range.error());
    }
    if (!*range) {
        return std::nullopt;
    }
    const SessionInfo& session = reader->session();
    const std::uint64_t attached = session.attached_monotonic_ns;
    const std::uint64_t first = session.part == 0 && attached != 0 ? std::min(attached, (*range)->first_t_ns) : (*range)->first_t_ns;
    return RecordingTimes{session.attached_unix_ns, attached, first, (*range)->last_t_ns, (*range)->last_event_t_ns};
}

// When the event so numbered came. Errors name the last one.
Result<std::uint64_t> time_of_event(const std::string& path, std::string_view option, std::uint64_t wanted) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        return tl::make_unexpected(reader.error());
    }
    if (Status sought = reader->seek(~std::uint64_t{0}, wanted - 1); !sought) {
        return tl::make_unexpected(sought.error());
    }
    Tracker tracker;
    if (reader->start()) {
        if (Status decoded = TrackerCheckpoint::decode(*reader->start(), tracker); !decoded) {
            return tl::make_unexpected(decoded.error());
        }
    }
    std::uint64_t number = reader->start() ? reader->start()->events : 0;
    if (number >= wanted) {
        return fail(
            ErrorCode::Usage, fmt::format("{} event:{} is before the beginning: {} begins with event:{}", option, wanted, path, number + 1)
        );
    }
    Source source(*reader, tracker.view());
    Event event;
    std::uint64_t t_ns = 0;
    while (number < wanted) {
        const Result<bool> more = source.next(event);
        if (!more) {
            return tl::make_unexpected(more.error());
        }
        if (!*more) {
            return fail(
                ErrorCode::Usage,
                fmt::format("{} event:{} is after the end: {} has {}", option, wanted, path, counted(number, "event")),
                fmt::format("the last is event:{}, at {}", number, human_offset(t_ns, reader->session().attached_monotonic_ns))
            );
        }
        ++number;
        t_ns = header_of(event).t_ns;
    }
    return t_ns;
}

// All that name a phase, from the last state that is stored on.
Result<RecordingMarks> read_marks(const std::string& path) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        return tl::make_unexpected(reader.error());
    }
    RecordingMarks found;
    found.first_event = 1 + (reader->start() ? reader->start()->events : 0);
    Status ready = reader->seek(~std::uint64_t{0}, ~std::uint64_t{0});
    Tracker tracker;
    if (ready && reader->start()) {
        ready = TrackerCheckpoint::decode(*reader->start(), tracker);
    }
    if (!ready) {
        return tl::make_unexpected(ready.error());
    }
    const TrackerView start = tracker.view();
    found.marks = start.marks;
    found.last_event = start.events + start.losses;
    found.last_t_ns = start.last_t_ns;
    Source source(*reader, start);
    Event event;
    while (true) {
        const Result<bool> more = source.next(event);
        if (!more) {
            return tl::make_unexpected(more.error());
        }
        if (!*more) {
            return found;
        }
        ++found.last_event;
        found.last_t_ns = std::max(found.last_t_ns, header_of(event).t_ns);
        if (const auto* marked = std::get_if<Marked>(&event); marked != nullptr && found.marks.size() < kMaxMarks) {
            found.marks.push_back({marked->name.substr(0, kMaxMarkNameBytes), found.last_event, marked->header.t_ns});
        }
    }
}

struct GivenMoment {
    std::uint64_t t_ns = 0;
    std::optional<std::uint64_t> event;  // nullopt: it was given as a time
};

Result<GivenMoment> read_mark(const std::string& path, std::string_view option, const std::string& text, MomentUse use) {
    const Result<RecordingMarks> recording = read_marks(path);
    if (!recording) {
        return tl::make_unexpected(recording.error());
    }
    const Result<MarkedMoment> moment = find_mark(option, text, use, *recording);
    if (!moment) {
        return tl::make_unexpected(moment.error());
    }
    if (!moment->note.empty()) {
        spdlog::info("{}", printable(moment->note));
    }
    return GivenMoment{moment->t_ns, moment->event};
}

// nullopt: none was given.
Result<std::optional<GivenMoment>> read_moment(
    const std::string& path, std::string_view option, const std::string& text, const RecordingTimes& times, MomentUse use
) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (names_mark(text)) {
        const Result<GivenMoment> marked = read_mark(path, option, text, use);
        return marked ? Result<std::optional<GivenMoment>>(*marked) : tl::make_unexpected(marked.error());
    }
    const Edge edge = use == MomentUse::Since ? Edge::Begin : Edge::End;
    const auto number = parse_event_number(option, text);
    if (!number) {
        return tl::make_unexpected(number.error());
    }
    const Result<std::uint64_t> t_ns = *number ? time_of_event(path, option, **number) : parse_time_point(option, text, times, edge);
    if (!t_ns) {
        return tl::make_unexpected(t_ns.error());
    }
    return GivenMoment{*t_ns, *number};
}

}  // namespace

Result<ReplayWindow> read_window(
    const std::string& path, const std::string& since, const std::string& until, std::string_view until_option
) {
    const auto times = read_times(path);
    if (!times) {
        return tl::make_unexpected(times.error());
    }
    ReplayWindow window;
    if (!*times) {
        return window;  // nothing to choose from: the view says so
    }
    const MomentUse end = until_option == "--until" ? MomentUse::Until : MomentUse::At;
    const auto from = read_moment(path, "--since", since, **times, MomentUse::Since);
    const auto to = from ? read_moment(path, until_option, until, **times, end) : from;
    if (!to) {
        return tl::make_unexpected(to.error());
    }
    if (*from) {
        window.since_t_ns = (*from)->t_ns;
        window.since_event = (*from)->event.value_or(0);
    }
    if (*to && (*to)->event) {
        window.until_event = *(*to)->event;
    } else if (*to) {
        window.until_t_ns = (*to)->t_ns;
    }
    if (*to && ((*to)->t_ns < window.since_t_ns || window.until_event < window.since_event)) {
        return fail(ErrorCode::Usage, "--since " + since + " is later than --until " + until);
    }
    return window;
}

Status replay_recording(
    const std::string& path,
    Replay& replay,
    const ReplayWindow& window,
    Observer* observer,
    const ReplayStep& step,
    ReplayStart start
) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        return tl::make_unexpected(reader.error());
    }
    replay.session = reader->session();
    std::string part = part_words(*reader);
    if (start == ReplayStart::LastCheckpoint) {
        if (Status sought = reader->seek(window.until_t_ns, window.until_event); !sought) {
            return sought;
        }
    }
    if (reader->start()) {
        if (Status decoded = TrackerCheckpoint::decode(*reader->start(), replay.tracker); !decoded) {
            return fail(decoded.error().code, "recording '" + path + "': " + decoded.error().message, decoded.error().hint);
        }
    }
    Window watched(window, replay.tracker, observer, reader->start() ? reader->start()->events : 0);
    Source source(*reader, replay.tracker.view());
    Event event;
    bool whole = false;
    for (;;) {
        const Result<bool> more = source.next(event);
        if (!more) {
            return tl::make_unexpected(more.error());
        }
        whole = !*more;
        if (whole || watched.ends_before(event)) {
            break;
        }
        const bool open = watched.open_for(event);
        const Applied applied = replay.tracker.apply(event);
        if (!replay.tracker.is_plausible()) {
            return fail(
                ErrorCode::RunTime,
                fmt::format("recording '{}' cannot be read on from event {}: it makes more work than a job could", path, watched.number()),
                "this is no recording of a job; --until reads what is before"
            );
        }
        if (!open) {
            continue;
        }
        replay.last_use.observe(event, watched.number(), replay.tracker);
        if (observer != nullptr) {
            observer->observe(event, applied);
        }
        if (step) {
            if (Status stepped = step(reader->session(), event, applied); !stepped) {
                return stepped;
            }
        }
    }
    watched.close();
    replay.session = reader->session();
    replay.warning = part.empty() || reader->warning().empty() ? part + reader->warning() : part + "; " + reader->warning();
    replay.complete = (!whole || reader->complete()) && replay.tracker.view().complete();
    return {};
}

}  // namespace tt::alloc_trace
