// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.hpp"

#include <utility>

#include "recording/recording_reader.hpp"

namespace tt::alloc_trace {
namespace {

// Opens the window for the observer when its first event comes, or at the end if none does.
class Window {
public:
    Window(const ReplayWindow& window, Tracker& tracker, Observer* observer)
        : window_(window), tracker_(tracker), observer_(observer) {}

    [[nodiscard]] bool ends_before(const Event& event) {
        return ++number_ > window_.until_event || header_of(event).t_ns > window_.until_t_ns;
    }
    [[nodiscard]] bool open_for(const Event& event) {
        if (!open_ && header_of(event).t_ns >= window_.since_t_ns) {
            open();
        }
        return open_;
    }
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
    std::uint64_t number_ = 0;  // of the latest event
    bool open_ = false;
};

}  // namespace

Status replay_recording(
    const std::string& path, Replay& replay, const ReplayWindow& window, Observer* observer, const ReplayStep& step
) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        return tl::make_unexpected(reader.error());
    }
    replay.session = reader->session();
    Window watched(window, replay.tracker, observer);
    Event event;
    bool whole = false;
    for (;;) {
        const Result<bool> more = reader->next(event);
        if (!more) {
            return tl::make_unexpected(more.error());
        }
        whole = !*more;
        if (whole || watched.ends_before(event)) {
            break;
        }
        const bool open = watched.open_for(event);
        const Applied applied = replay.tracker.apply(event);
        if (!open) {
            continue;
        }
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
    replay.warning = reader->warning();
    replay.complete = (!whole || reader->complete()) && replay.tracker.view().complete();
    return {};
}

}  // namespace tt::alloc_trace
