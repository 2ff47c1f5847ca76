// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A side of a comparison, from a small stream.
#pragma once

#include "report/diff_view.hpp"
#include "report/process_health.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] inline DiffSide side_of(const Stream& stream) {
    const TrackerView view = stream.view();
    DiffSide side;
    side.name = "x.ttar@9s";
    side.moment = DiffMoment::Time;
    side.session = session();
    side.t_ns = view.last_t_ns;
    side.events = view.events;
    side.groups = held_live(view);
    side.complete = view.complete();
    side.doubts = view.doubts();
    side.known_before = known_before_attach(view, side.session);
    return side;
}

}  // namespace tt::alloc_trace::test
