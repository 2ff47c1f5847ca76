// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recording, or a part of it, replayed into a tracker.
#pragma once

#include <functional>
#include <string>

#include "analysis/observer.hpp"
#include "base/error.hpp"
#include "event/session_info.hpp"
#include "report/view.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct Replay {
    SessionInfo session;   // during the replay: as the recording's head has it
    Tracker tracker;
    bool complete = true;  // the file is whole, nothing was lost, and walks found no unexplained difference
    std::string warning;   // about the file
};

using ReplayStep = std::function<Status(const SessionInfo&, const Event&, const Applied&)>;

// Replays `window`; `observer` (may be nullptr) watches it, and `step`, if given, sees every event of it after it was applied; its
// error ends the replay. `replay` must be new.
[[nodiscard]] Status replay_recording(
    const std::string& path, Replay& replay, const ReplayWindow& window = {}, Observer* observer = nullptr, const ReplayStep& step = {}
);

}  // namespace tt::alloc_trace
