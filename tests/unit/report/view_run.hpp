// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A view over a list of events, replayed as often as it asks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/last_use.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace::test {

class ViewRun {
    template <typename Say>
    [[nodiscard]] auto with_stream(const Say& say) const {
        const TrackerView tracker = tracker_->view();
        const std::optional<TrackerView> held = held_ ? std::optional(held_->view()) : std::nullopt;
        ReplayedStream stream{tracker, session_, true, warning_, held ? &*held : nullptr, &last_use_};
        for (const auto& [process, own] : ended_) {
            stream.ended[process] = own->view().find(process);
        }
        return say(stream);
    }

public:
    ViewRun(std::string_view name, const ViewOptions& options, const std::vector<Event>& events, SessionInfo session = {})
        : ViewRun(find_view(name)->make(options), options, events, std::move(session)) {}
    ViewRun(std::unique_ptr<View> view, const ViewOptions& options, const std::vector<Event>& events, SessionInfo session = {})
        : view_(std::move(view)), session_(std::move(session)) {
        for (std::optional<ReplayWindow> window = options.window; window; window = view_->next_window()) {
            tracker_ = replay(events, *window, view_->observer());
        }
        const bool empty = options.window.to_the_end() && !any_in_use(tracker_->view().processes);
        if (view_->shows_live() && empty && last_use_.event() > 0) {
            ReplayWindow until;
            until.until_event = last_use_.event();
            held_ = replay(events, until, nullptr);
        }
        if (view_->shows_ended() && options.window.to_the_end()) {
            for (const LiveMoment::Ended& ended : with_stream([](const ReplayedStream& stream) { return stream.live_moment(); }).ended) {
                ReplayWindow until;
                until.until_event = ended.last_use.event;
                ended_.emplace_back(ended.process, replay(events, until, nullptr));
            }
        }
    }

    [[nodiscard]] std::string text(std::size_t width = 0) const {
        return with_stream([&](const ReplayedStream& stream) { return view_->text(stream, {width, false, true}); });
    }
    [[nodiscard]] std::optional<std::string> problem() const { return view_->problem(); }
    [[nodiscard]] bool fails() const { return view_->fails(); }
    [[nodiscard]] nlohmann::ordered_json json() const {
        return with_stream([&](const ReplayedStream& stream) { return view_->json(stream); });
    }

private:
    std::unique_ptr<Tracker> replay(const std::vector<Event>& events, const ReplayWindow& window, Observer* observer) {
        auto tracker = std::make_unique<Tracker>();
        if (observer != nullptr) {
            observer->begin(tracker->view());
        }
        tracker->listen(observer);
        std::uint64_t number = 0;
        for (const Event& event : events) {
            if (header_of(event).t_ns > window.until_t_ns || ++number > window.until_event) {
                break;
            }
            const Applied applied = tracker->apply(event);
            last_use_.observe(event, number, *tracker);
            if (observer != nullptr) {
                observer->observe(event, applied);
            }
        }
        tracker->listen(nullptr);
        if (observer != nullptr) {
            observer->end(tracker->view());
        }
        return tracker;
    }

    std::unique_ptr<View> view_;
    SessionInfo session_;
    std::string warning_;
    std::unique_ptr<Tracker> tracker_;
    std::unique_ptr<Tracker> held_;  // at the last use, if the view wants it
    std::vector<std::pair<std::uint32_t, std::unique_ptr<Tracker>>> ended_;  // by number: at the last use of each, likewise
    LastUse last_use_;
};

}  // namespace tt::alloc_trace::test
