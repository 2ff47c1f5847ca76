// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <chrono>
#include <list>
#include <optional>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "live/host_session.hpp"
#include "probes/traceable_module.hpp"
#include "report/json_envelope.hpp"
#include "report/snapshot_view.hpp"
#include "target/memory_map.hpp"
#include "target/module_table.hpp"
#include "target/process.hpp"
#include "target/target_memory.hpp"
#include "walk/process_walk.hpp"
#include "walk/walk_proof.hpp"

namespace tt::alloc_trace {
namespace {

// The runtime's modules in the process, each as often as it is loaded.
struct Runtime {
    std::list<TraceableModule> modules;  // WalkModule refers to them
    std::vector<WalkModule> walk_modules;
};

Result<Runtime> find_runtime(const ProcessHandle& process, const Options& options) {
    ModuleFinder finder(screening_symbols());
    const Result<ModuleScan> scan = finder.scan(process);
    if (!scan) {
        return tl::make_unexpected(scan.error());
    }
    Runtime runtime;
    std::optional<Error> refused;
    for (const MappedModule& mapped : scan->modules) {
        const LayoutSources sources{options.layout_file, process.path_of("root")};
        Result<TraceableModule> module = resolve_module(mapped.elf, sources);
        if (!module) {
            refused = module.error();
            continue;
        }
        module->path = mapped.path;
        const TraceableModule& kept = runtime.modules.emplace_back(*std::move(module));
        for (const std::uint64_t bias : mapped.load_biases) {
            runtime.walk_modules.push_back({kept.layout, bias});
        }
    }
    if (runtime.modules.empty()) {
        return tl::make_unexpected(refused ? *refused : not_a_tt_metal_process(process, *scan));
    }
    if (refused) {
        spdlog::warn("{}", refused->message);
    }
    return runtime;
}

std::uint64_t now_unix_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

Result<SnapshotView> take_snapshot(const ProcessHandle& process, const Runtime& runtime, const Options& options) {
    const ProcessMemory memory(process);
    const Status readable = memory.check();
    const Result<ProcessInfo> info = read_process_info(process);
    if (!readable || !info) {
        return tl::make_unexpected(readable ? info.error() : readable.error());
    }
    SnapshotContext context{info->pid, info->command, now_unix_ns(), 0};
    const auto begin = std::chrono::steady_clock::now();
    WalkOptions reading;
    reading.heap = [&process] { return heap_of(read_memory_map(process).value_or(std::vector<MapEntry>{})); };
    const Walk walk = walk_process(memory, runtime.walk_modules, {}, reading);
    const auto duration = std::chrono::steady_clock::now() - begin;
    if (!walk.contradiction.empty()) {
        return tl::make_unexpected(layout_error(info->pid, walk));
    }
    context.duration_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
    if (const Status there = memory.check(); !walk.complete && !there) {
        return tl::make_unexpected(there.error());
    }
    if (!walk.roots_known && walk.allocators.empty()) {
        return fail(
            ErrorCode::NotTraceable,
            "cannot find the allocators of process " + std::to_string(info->pid) + ": " + walk.incomplete_reason,
            "'tt-alloc-trace -p " + std::to_string(info->pid) + "' shows them as their buffers come and go; --layout FILE tells where they are"
        );
    }
    return build_snapshot_view(walk, context, options.filter);
}

}  // namespace

Result<int> run_snapshot(const Options& options) {
    const Result<ResolvedPid> pid = resolve_pid(options.target.pids.front());
    if (!pid) {
        return tl::make_unexpected(pid.error());
    }
    if (!pid->note.empty()) {
        spdlog::info("{}", pid->note);
    }
    const Result<ProcessHandle> process = ProcessHandle::open(pid->pid);
    const Result<Runtime> runtime = process ? find_runtime(*process, options) : tl::make_unexpected(process.error());
    const Result<SnapshotView> snapshot = runtime ? take_snapshot(*process, *runtime, options) : tl::make_unexpected(runtime.error());
    if (!snapshot) {
        return tl::make_unexpected(snapshot.error());
    }
    SessionInfo session = host_session("pid " + std::to_string(pid->pid));
    session.known_before_attach = snapshot->complete ? KnownBefore::Full : KnownBefore::Partial;
    for (const TraceableModule& module : runtime->modules) {
        session.modules.push_back(module_info(module));
    }
    const std::string text = options.format == OutputFormat::Json
                                 ? json_document(snapshot_json(*snapshot, session))
                                 : render_snapshot_text(*snapshot, session, stdout_style(options.color), options.top);
    if (Status written = write_stdout(text); !written) {
        return tl::make_unexpected(written.error());
    }
    return 0;
}

}  // namespace tt::alloc_trace
