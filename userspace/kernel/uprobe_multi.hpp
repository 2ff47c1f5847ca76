// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Uprobe links of the kernel's own (BPF_TRACE_UPROBE_MULTI), where it has them: needing no perf event they come and go without
// the lock under which those are given back one after the other. By bpf(2), as libbpf 1.1 does not know them.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

struct bpf_object;
struct bpf_program;

namespace tt::alloc_trace {

// Asked of the kernel once. Before 6.10 there was none that counts a process's other threads to it (kernel commit 46ba0e49b642).
[[nodiscard]] bool has_uprobe_multi();

// Before it is loaded: its uprobe programs are attached by such links, and by no other.
void use_uprobe_multi(bpf_object& object);
[[nodiscard]] bool uses_uprobe_multi(const bpf_program* program);

// At `offset` of the file at `path`, in process `pid`, 0: in all. An invalid descriptor: errno says why.
[[nodiscard]] UniqueFd attach_uprobe_multi(const bpf_program* program, const char* path, std::uint64_t offset, pid_t pid);

}  // namespace tt::alloc_trace
