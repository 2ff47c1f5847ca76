// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/stretch_notes.hpp"

#include <algorithm>
#include <utility>

#include "report/human_size.hpp"
#include "report/phase_words.hpp"
#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

Note known_before_note(KnownBefore known) {
    switch (known) {
        case KnownBefore::Full: return {"what was live before is known in full", Ink::Dim};
        case KnownBefore::Partial: return {"what was live before is known in part: older buffers may be missing", Ink::Warning};
        case KnownBefore::None: break;
    }
    return {"what was live before is not known: older buffers are not included", Ink::Warning};
}

}  // namespace

std::vector<Note> stretch_notes(const ReplayedStream& stream, const ReplayWindow& window) {
    const TrackerView& tracker = stream.tracker;
    if (tracker.events == 0) {
        return {{"no events: nothing was seen of any process, so this says nothing about its memory", Ink::Warning}};
    }
    const SessionInfo& session = stream.session;
    const std::uint64_t start = session.attached_unix_ns == 0 ? tracker.first_t_ns : session.attached_monotonic_ns;
    std::vector<Note> notes;
    std::string seen = session.attached_unix_ns == 0 ? "seen" : "attached " + utc_date_time(session.attached_unix_ns) + ", seen";
    const std::uint64_t from = std::max(window.since_t_ns, tracker.first_t_ns);
    notes.push_back({seen + " from " + human_offset(from, start) + " to " + human_offset(tracker.last_t_ns, start), Ink::Dim});
    for (Note& note : phase_notes(tracker, session, window)) {
        notes.push_back(std::move(note));
    }
    notes.push_back(known_before_note(known_before_attach(tracker, session)));
    for (Note& note : doubt_notes(tracker.doubts())) {
        notes.push_back(std::move(note));
    }
    if (!stream.warning.empty()) {
        notes.push_back({stream.warning, Ink::Bad});
    }
    return notes;
}

}  // namespace tt::alloc_trace
