// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What stands behind every stream of events: the tracker, and before it, if asked for, the recording.
#pragma once

#include <vector>

#include "event/event_consumer.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

class Pipeline : public EventConsumer {
public:
    // From now on every event goes to `recording`, too, and before all others those that came so far: a session starts with
    // the processes it found and what they hold, before there is a file. `recording` must outlive this.
    void record_to(EventConsumer& recording) {
        recording_ = &recording;
        for (const Event& event : held_) {
            recording.consume(event);
        }
        held_.clear();
    }

    void consume(const Event& event) override {
        tracker_.apply(event);  // first: the recording may ask for the state behind the event (RecordingWriter::take_checkpoints)
        if (recording_ != nullptr) {
            recording_->consume(event);
        } else if (hold_) {
            held_.push_back(event);
        }
    }

    void hold_for_recording() { hold_ = true; }

    [[nodiscard]] Tracker& tracker() { return tracker_; }
    [[nodiscard]] TrackerView view() const { return tracker_.view(); }

private:
    Tracker tracker_;
    EventConsumer* recording_ = nullptr;
    bool hold_ = false;
    std::vector<Event> held_;
};

}  // namespace tt::alloc_trace
