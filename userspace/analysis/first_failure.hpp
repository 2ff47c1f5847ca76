// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where in the stream device memory could not be had for the first time: an allocation failed, or a launch was refused.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "analysis/observer.hpp"
#include "analysis/stream_place.hpp"
#include "tracker/failure_message.hpp"

namespace tt::alloc_trace {

class FirstFailure final : public Observer {
public:
    void begin(const TrackerView& view) override { number_.begin(view); }
    void observe(const Event& event, const Applied& /*applied*/) override {
        if (!event_ && is_failure(event)) {
            event_ = number_.current();
        }
        number_.observed();
    }

    [[nodiscard]] std::optional<std::uint64_t> event() const { return event_; }  // its number; nullopt: there was none

private:
    static bool is_failure(const Event& event) {
        const auto* refused = std::get_if<RequestRefused>(&event);
        return std::holds_alternative<AllocationFailed>(event) || std::holds_alternative<CircularBufferClash>(event) ||
               (refused != nullptr && parse_refusal(refused->message).kind != RefusalKind::Other);
    }

    EventNumber number_;
    std::optional<std::uint64_t> event_;
};

}  // namespace tt::alloc_trace
