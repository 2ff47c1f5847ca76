// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "event/session_info.hpp"

namespace tt::alloc_trace {

// What can be said of a session before anything is attached: this tool, this machine, and the target in words.
[[nodiscard]] SessionInfo host_session(std::string target);

}  // namespace tt::alloc_trace
