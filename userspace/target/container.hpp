// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The container a process runs in, as far as /proc tells. Name and image are for people: the process could have forged them.
#pragma once

#include <optional>
#include <string>

#include "target/process.hpp"

namespace tt::alloc_trace {

struct ContainerInfo {
    std::string runtime;  // docker, podman, containerd or cri-o; empty if its cgroup does not say
    std::string id;       // 64 hexadecimal digits
    std::string name;     // podman's, or the host name it has (a pod's name); empty if unknown
    std::string image;    // told by privileged podman containers only; else empty
};

// Nothing if its cgroup is not that of a container.
[[nodiscard]] std::optional<ContainerInfo> container_of(const ProcessHandle& process, const std::string& proc_root = kProcRoot);

}  // namespace tt::alloc_trace
