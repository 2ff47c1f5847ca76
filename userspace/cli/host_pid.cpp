// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/host_pid.hpp"

#include <algorithm>
#include <string>

#include "probes/traceable_module.hpp"
#include "target/module_table.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {
namespace {

// TT-Metal processes by what they are called in their own pid namespace.
std::vector<ProcessInfo> find_by_namespace_pid(const std::vector<std::uint32_t>& pids) {
    ModuleFinder finder(screening_symbols());
    std::vector<ProcessInfo> found;
    for (const std::uint32_t pid : list_pids().value_or(std::vector<std::uint32_t>{})) {
        const Result<ProcessHandle> process = ProcessHandle::open(pid);
        Result<ProcessInfo> info = process ? read_process_info(*process) : tl::make_unexpected(process.error());
        if (!info || std::find(pids.begin(), pids.end(), info->namespace_pid) == pids.end()) {
            continue;
        }
        const Result<ModuleScan> scan = finder.scan(*process);
        if (scan && !scan->modules.empty()) {
            found.push_back(*std::move(info));
        }
    }
    return found;
}

}  // namespace

Error with_host_pid(Error error, const std::vector<std::uint32_t>& pids) {
    if (error.code == ErrorCode::Usage || error.code == ErrorCode::RunTime) {
        return error;  // not about the process
    }
    std::string hint;
    for (const ProcessInfo& info : find_by_namespace_pid(pids)) {
        hint += (hint.empty() ? "" : "; ") + std::to_string(info.namespace_pid) + " of a container is process " +
                std::to_string(info.pid) + " here: -p " + std::to_string(info.pid);
    }
    error.hint = hint.empty() ? error.hint : hint;
    return error;
}

}  // namespace tt::alloc_trace
