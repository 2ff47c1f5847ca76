// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recording replayed from start to end.
#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "event/event.hpp"
#include "event/session_info.hpp"
#include "report/event_json.hpp"
#include "report/summary_view.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct Replay {
    SessionInfo session;
    Tracker tracker;
    EventCounter counter;
    bool complete = true;  // the file is whole, nothing was lost, and walks found no unexplained difference
    std::string warning;   // about the file
};

using ReplayObserver = std::function<Status(const SessionInfo&, const Event&, const Applied&)>;

// `observe`, if given, sees every event after it was applied; its error ends the replay.
[[nodiscard]] Status replay_recording(const std::string& path, Replay& replay, const ReplayObserver& observe = {});

}  // namespace tt::alloc_trace
