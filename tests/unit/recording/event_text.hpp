// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every field of an event or a session as text: for comparing, and to see the difference when a test fails. A new field
// does not compile until it is printed here.
#pragma once

#include <string>
#include <vector>

#include "event/event.hpp"
#include "event/session_info.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] std::string text(const Event& event);
[[nodiscard]] std::vector<std::string> texts(const std::vector<Event>& events);
[[nodiscard]] std::string text(const SessionInfo& session);

}  // namespace tt::alloc_trace::test
