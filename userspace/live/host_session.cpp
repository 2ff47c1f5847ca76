// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/host_session.hpp"

#include <sys/utsname.h>

#include <utility>

#include "base/version.hpp"

namespace tt::alloc_trace {

SessionInfo host_session(std::string target) {
    utsname name{};
    uname(&name);
    SessionInfo session;
    session.tool_version = kVersion;
    session.host = name.nodename;
    session.kernel = name.release;
    session.target = std::move(target);
    return session;
}

}  // namespace tt::alloc_trace
