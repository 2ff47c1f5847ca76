// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a view answers to a stream, replayed as `report` does it.
#pragma once

#include <string>
#include <vector>

#include "report/view.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {

struct Answer {
    std::string text;
    nlohmann::ordered_json json;
};

[[nodiscard]] inline Answer answer(
    const std::string& view_name, const std::vector<Event>& events, const ViewOptions& options = {}, TextStyle style = {},
    const SessionInfo& info = session()
) {
    const auto view = find_view(view_name)->make(options);
    Tracker tracker;
    bool open = false;
    const auto open_once = [&] {
        if (!std::exchange(open, true) && view->observer() != nullptr) {
            view->observer()->begin(tracker.view());
            tracker.listen(view->observer());
        }
    };
    for (const Event& event : events) {
        if (header_of(event).t_ns >= options.window.since_t_ns) {
            open_once();
        }
        const Applied applied = tracker.apply(event);
        if (open && view->observer() != nullptr) {
            view->observer()->observe(event, applied);
        }
    }
    open_once();
    tracker.listen(nullptr);
    if (view->observer() != nullptr) {
        view->observer()->end(tracker.view());
    }
    const std::string warning;
    const TrackerView state = tracker.view();
    const ReplayedStream stream{state, info, state.complete(), warning};
    return {view->text(stream, style), view->json(stream)};
}

}  // namespace tt::alloc_trace::test
