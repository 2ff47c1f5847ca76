// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recording, or a part of it, replayed into a tracker.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "analysis/last_use.hpp"
#include "analysis/observer.hpp"
#include "base/error.hpp"
#include "event/session_info.hpp"
#include "report/view.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct Replay {
    explicit Replay(StackTable::Namer namer = {}) { tracker.name_frames(std::move(namer)); }

    SessionInfo session;   // during the replay: as the recording's head has it
    Tracker tracker;
    bool complete = true;  // no doubts, and the file is whole
    std::string warning;   // about the file
    LastUse last_use;      // within the window
};

// LastCheckpoint: not from the beginning, but from the last state stored before the end of the window. The final state is the same,
// and the events before are neither seen nor checked.
enum class ReplayStart { Beginning, LastCheckpoint };

using ReplayStep = std::function<Status(const SessionInfo&, const Event&, const Applied&)>;

// Replays `window`; `observer` (may be nullptr) watches it, and `step`, if given, sees every event of it after it was applied; its
// error ends the replay. `replay` must be new.
[[nodiscard]] Status replay_recording(
    const std::string& path, Replay& replay, const ReplayWindow& window = {}, Observer* observer = nullptr, const ReplayStep& step = {},
    ReplayStart start = ReplayStart::Beginning
);

// The part of a recording between two moments as people give them (report/time_point.hpp), each empty if not given. `until_option` is
// what the second one is called in errors.
[[nodiscard]] Result<ReplayWindow> read_window(
    const std::string& path, const std::string& since, const std::string& until, std::string_view until_option = "--until"
);

}  // namespace tt::alloc_trace
