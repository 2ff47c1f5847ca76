// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the running kernel and our privileges allow, told before anything is attached.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace tt::alloc_trace {

struct KernelCheck {
    std::string name;    // e.g. "uprobes"
    bool passed = false;
    std::string detail;  // what was found
    std::string advice;  // what to do if not passed
};

// All of them, in order of dependence: kernel, BTF, uprobes, capabilities, pid namespace, ring buffer.
[[nodiscard]] std::vector<KernelCheck> check_kernel();

// Major and minor; 0.0 if it cannot be read.
[[nodiscard]] std::pair<int, int> linux_version();

// The first failed check as an error. Cheap enough for every start.
[[nodiscard]] Status require_kernel_support();

// Why the kernel may have refused to load the programs with this errno.
[[nodiscard]] Error explain_load_failure(int system_error);

// Sends libbpf's own messages to the log: warnings as debug, they are about things reported as errors anyway.
void log_libbpf_messages();

}  // namespace tt::alloc_trace
