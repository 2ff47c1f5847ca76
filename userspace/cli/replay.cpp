// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.hpp"

#include "recording/recording_reader.hpp"

namespace tt::alloc_trace {

Status replay_recording(const std::string& path, Replay& replay, const ReplayObserver& observe) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        return tl::make_unexpected(reader.error());
    }
    Event event;
    for (;;) {
        const Result<bool> more = reader->next(event);
        if (!more) {
            return tl::make_unexpected(more.error());
        }
        if (!*more) {
            break;
        }
        const Applied applied = replay.tracker.apply(event);
        replay.counter.observe(event);
        if (observe) {
            if (Status observed = observe(reader->session(), event, applied); !observed) {
                return observed;
            }
        }
    }
    replay.session = reader->session();
    replay.warning = reader->warning();
    replay.complete = reader->complete() && replay.tracker.view().complete();
    return {};
}

}  // namespace tt::alloc_trace
