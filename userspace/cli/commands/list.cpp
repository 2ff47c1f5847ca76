// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <optional>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "live/host_session.hpp"
#include "probes/traceable_module.hpp"
#include "report/json_envelope.hpp"
#include "report/process_list_view.hpp"
#include "target/container.hpp"
#include "target/module_table.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {
namespace {

ProcessListRow row_of(const ProcessInfo& info, const std::optional<ContainerInfo>& container, const MappedModule& module, const std::string& root) {
    ProcessListRow row;
    if (container) {
        row.container = {container->runtime, container->id, container->name, container->image};
    }
    row.pid = info.pid;
    row.namespace_pid = info.namespace_pid;
    row.user = info.user;
    row.command = info.command;
    row.library = module.path;
    row.build_id = module.elf.build_id();
    row.devices.assign(info.devices.begin(), info.devices.end());
    const Result<TraceableModule> traceable = resolve_module(module.elf, {"", root, false});
    row.supported = traceable.has_value();
    row.reason = traceable ? "" : traceable.error().message;
    row.what_to_do = traceable ? "" : traceable.error().hint;
    return row;
}

}  // namespace

Result<int> run_list(const Options& options) {
    const Result<std::vector<std::uint32_t>> pids = list_pids();
    if (!pids) {
        return tl::make_unexpected(pids.error());
    }
    ModuleFinder finder(screening_symbols());
    std::vector<ProcessListRow> rows;
    std::size_t not_permitted = 0;
    for (const std::uint32_t pid : *pids) {
        const Result<ProcessHandle> process = ProcessHandle::open(pid);
        const Result<ModuleScan> scan = process ? finder.scan(*process) : tl::make_unexpected(process.error());
        not_permitted += !scan && scan.error().code == ErrorCode::NotPermitted ? 1 : 0;
        if (!scan || scan->modules.empty()) {
            continue;
        }
        if (const Result<ProcessInfo> info = read_process_info(*process)) {
            const std::optional<ContainerInfo> container = container_of(*process);
            for (const MappedModule& module : scan->modules) {
                rows.push_back(row_of(*info, container, module, process->path_of("root")));
            }
        }
    }
    if (rows.empty() && not_permitted > 0 && geteuid() != 0) {
        return fail(
            ErrorCode::NotPermitted,
            "cannot look into " + std::to_string(not_permitted) + " processes of other users, and found none among the others",
            "run it as root: sudo tt-alloc-trace list"
        );
    }
    const std::string text = options.format == OutputFormat::Json
                                 ? json_document(process_list_json(rows, host_session("list")))
                                 : render_process_list_text(rows, stdout_style(options.color));
    if (Status written = write_stdout(text); !written) {
        return tl::make_unexpected(written.error());
    }
    return 0;
}

}  // namespace tt::alloc_trace
