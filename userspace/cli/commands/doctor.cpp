// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include <chrono>
#include <memory>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/host_pid.hpp"
#include "cli/live_runner.hpp"
#include "cli/output.hpp"
#include "kernel/kernel_support.hpp"
#include "live/host_session.hpp"
#include "probes/layout/layout_file.hpp"
#include "probes/traceable_module.hpp"
#include "report/doctor_view.hpp"
#include "report/json_envelope.hpp"
#include "sinks/pipeline.hpp"

namespace tt::alloc_trace {
namespace {

struct Examination {
    std::vector<DoctorCheck> checks;
    SessionInfo session;
};

void examine_kernel(Examination& examination) {
    for (const KernelCheck& check : check_kernel()) {
        const CheckOutcome outcome = check.passed ? CheckOutcome::Ok : CheckOutcome::Failed;
        examination.checks.push_back({check.name, outcome, check.detail, check.passed ? "" : check.advice});
    }
}

void note_failure(Examination& examination, const std::string& name, const Error& error) {
    examination.checks.push_back({name, CheckOutcome::Failed, error.message, error.hint});
}

Result<TraceableModule> resolve_library(const Options& options) {
    Result<ModuleFile> file = open_library_file(options.library);
    const Result<ElfFile> elf = file ? ElfFile::open(std::move(*file), options.library) : tl::make_unexpected(file.error());
    return elf ? resolve_module(*elf, {options.layout_file, ""}) : tl::make_unexpected(elf.error());
}

void examine_library(Examination& examination, const Options& options) {
    examination.session.target = "library " + options.library;
    const Result<TraceableModule> module = resolve_library(options);
    if (!module) {
        note_failure(examination, "library", module.error());
        return;
    }
    examination.checks.push_back({"library", CheckOutcome::Ok, "can be traced", ""});
    examination.session.modules.push_back(module_info(*module));
    for (const ProbeRequest& request : module->plan.requests) {
        examination.session.probes.push_back(to_outcome(request, options.library));
        examination.session.probes.back().planned = true;
    }
    for (const SkippedProbe& skipped : module->plan.skipped) {
        examination.session.probes.push_back(to_outcome(skipped, options.library));
    }
}

// Traces for a moment: the only proof that it works, and the only way to see which probes are hit.
Status trace_process(Examination& examination, const Options& options) {
    constexpr double kDefaultSeconds = 1;
    constexpr std::chrono::milliseconds kNever{3'600'000};
    Options moment = options;
    moment.duration_s = options.duration_s > 0 ? options.duration_s : kDefaultSeconds;
    Pipeline ignored;
    Result<std::unique_ptr<LiveRunner>> runner = LiveRunner::start(moment, ignored);
    if (!runner) {
        return tl::make_unexpected(runner.error());
    }
    const Status run = (*runner)->run(kNever, kNever, [] { return Status{}; });
    examination.session = (*runner)->session().info();
    return run;
}

void examine_process(Examination& examination, const Options& options) {
    if (const Status traced = trace_process(examination, options); !traced) {
        examination.session.target = "pid " + std::to_string(options.target.pids.front());
        note_failure(examination, "attach", with_host_pid(traced.error(), options.target.pids));
        return;
    }
    examination.checks.push_back({"attach", CheckOutcome::Ok, "attached and detached again", ""});
}

}  // namespace

Result<int> dump_layout(const Options& options) {
    const Result<TraceableModule> module = resolve_library(options);
    if (!module) {
        return tl::make_unexpected(module.error());
    }
    const Status written = write_stdout(to_json(module->layout, module->build_id));
    return written ? Result<int>(0) : tl::make_unexpected(written.error());
}

Result<int> run_doctor(const Options& options) {
    if (options.dump_layout) {
        return dump_layout(options);
    }
    Examination examination;
    examination.session = host_session("none");
    if (!options.library.empty()) {
        examine_library(examination, options);
    } else {
        examine_kernel(examination);
        if (!options.target.pids.empty()) {
            examine_process(examination, options);
        }
    }
    const std::string text =
        options.format == OutputFormat::Json
            ? json_document(doctor_json(examination.checks, examination.session))
            : render_doctor_text(examination.checks, examination.session, stdout_style(options.color));
    if (Status written = write_stdout(text); !written) {
        return tl::make_unexpected(written.error());
    }
    for (const DoctorCheck& check : examination.checks) {
        if (check.outcome == CheckOutcome::Failed) {
            return static_cast<int>(ExitCode::Failed);
        }
    }
    return 0;
}

}  // namespace tt::alloc_trace
