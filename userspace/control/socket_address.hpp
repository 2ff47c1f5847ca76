// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>
#include <string>

namespace tt::alloc_trace {

struct SocketAddress {
    sockaddr_un address{};

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
    [[nodiscard]] static socklen_t size() { return sizeof(sockaddr_un); }
};

// nullopt: the path is too long for one.
[[nodiscard]] inline std::optional<SocketAddress> socket_address(const std::string& path) {
    SocketAddress made;
    if (path.size() >= sizeof(made.address.sun_path)) {
        return std::nullopt;
    }
    made.address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), made.address.sun_path);
    return made;
}

}  // namespace tt::alloc_trace
