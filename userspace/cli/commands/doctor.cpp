// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "kernel/kernel_support.hpp"
#include "live/host_session.hpp"
#include "live/live_session.hpp"
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

void examine_library(Examination& examination, const std::string& path) {
    examination.session.target = "library " + path;
    Result<ModuleFile> file = open_library_file(path);
    const Result<ElfFile> elf = file ? ElfFile::open(std::move(*file), path) : tl::make_unexpected(file.error());
    const Result<TraceableModule> module = elf ? resolve_module(*elf) : tl::make_unexpected(elf.error());
    if (!module) {
        note_failure(examination, "library", module.error());
        return;
    }
    examination.checks.push_back({"library", CheckOutcome::Ok, "can be traced", ""});
    examination.session.modules.push_back(module_info(*module));
    for (const ProbeRequest& request : module->plan.requests) {
        examination.session.probes.push_back(to_outcome(request, path));
        examination.session.probes.back().planned = true;
    }
    for (const SkippedProbe& skipped : module->plan.skipped) {
        examination.session.probes.push_back(to_outcome(skipped, path));
    }
}

// Attaches for a moment: the only proof that it works.
void examine_process(Examination& examination, const Options& options) {
    Pipeline ignored;
    LiveOptions live;
    live.target = options.target;
    live.ring_bytes = options.ring_bytes;
    const Result<std::unique_ptr<LiveSession>> session = LiveSession::start(std::move(live), ignored);
    if (!session) {
        examination.session.target = "pid " + std::to_string(options.target.pids.front());
        note_failure(examination, "attach", session.error());
        return;
    }
    examination.session = (*session)->info();
    examination.checks.push_back({"attach", CheckOutcome::Ok, "attached and detached again", ""});
    const Status stopped = (*session)->stop();
    if (!stopped) {
        note_failure(examination, "events", stopped.error());
    }
}

}  // namespace

Result<int> run_doctor(const Options& options) {
    Examination examination;
    examination.session = host_session("none");
    if (!options.library.empty()) {
        examine_library(examination, options.library);
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
