// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The namespaces this program runs in itself, as far as they change what ids and clocks mean.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

struct OwnNamespaces {
    std::uint32_t pid_namespace = 0;       // its inode; 0: the machine's first one
    std::int64_t monotonic_offset_ns = 0;  // of our CLOCK_MONOTONIC from the kernel's
    std::int64_t boottime_offset_ns = 0;   // of our CLOCK_BOOTTIME
};

// Error RunTime if /proc shows another pid namespace than ours: a number read there is another process to kill() and to perf.
[[nodiscard]] Result<OwnNamespaces> own_namespaces(const std::string& proc_root = kProcRoot);

}  // namespace tt::alloc_trace
