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
#include <vector>

#include "report/view.hpp"

namespace tt::alloc_trace::test {

class ViewRun {
public:
    ViewRun(std::string_view name, const ViewOptions& options, const std::vector<Event>& events, SessionInfo session = {})
        : view_(find_view(name)->make(options)), session_(std::move(session)) {
        for (std::optional<ReplayWindow> window = options.window; window; window = view_->next_window()) {
            replay(events, *window);
        }
    }

    [[nodiscard]] std::string text(std::size_t width = 0) const {
        const TrackerView tracker = tracker_->view();
        return view_->text({tracker, session_, true, warning_}, {width, false, true});
    }
    [[nodiscard]] std::optional<std::string> problem() const { return view_->problem(); }
    [[nodiscard]] nlohmann::ordered_json json() const {
        const TrackerView tracker = tracker_->view();
        return view_->json({tracker, session_, true, warning_});
    }

private:
    void replay(const std::vector<Event>& events, const ReplayWindow& window) {
        tracker_ = std::make_unique<Tracker>();
        Observer* observer = view_->observer();
        observer->begin(tracker_->view());
        tracker_->listen(observer);
        std::uint64_t number = 0;
        for (const Event& event : events) {
            if (header_of(event).t_ns <= window.until_t_ns && ++number <= window.until_event) {
                observer->observe(event, tracker_->apply(event));
            }
        }
        tracker_->listen(nullptr);
        observer->end(tracker_->view());
    }

    std::unique_ptr<View> view_;
    SessionInfo session_;
    std::string warning_;
    std::unique_ptr<Tracker> tracker_;
};

}  // namespace tt::alloc_trace::test
