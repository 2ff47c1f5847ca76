// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "control/mark_client.hpp"
#include "control/runtime_directory.hpp"
#include "report/json_envelope.hpp"
#include "report/mark_view.hpp"

namespace tt::alloc_trace {

Result<int> run_mark(const Options& options) {
    if (const std::string problem = mark_name_problem(options.mark); !problem.empty()) {
        return fail(
            ErrorCode::Usage, fmt::format("'{}' cannot be the name of a mark: {}", options.mark, problem),
            fmt::format("a name is printable text of 1 to {} bytes", kMaxMarkNameBytes)
        );
    }
    const auto& pids = options.target.pids;
    const FoundRecorders found = find_recorders(run_directories());
    const Result<std::size_t> chosen =
        choose_recorder(found, {options.output, pids.empty() ? std::nullopt : std::optional(pids.front())});
    if (!chosen) {
        return tl::make_unexpected(chosen.error());
    }
    const FoundRecorder& recorder = found.recorders[*chosen];
    const Result<MarkPlaced> placed = send_mark(recorder, options.mark);
    if (!placed) {
        return tl::make_unexpected(placed.error());
    }
    show_mark(found, recorder.info, options.mark);
    const MarkView view{options.mark, recorder.info.file, placed->event, placed->t_ns, placed->attached_t_ns};
    const Status written = write_stdout(options.format == OutputFormat::Json ? json_document(mark_json(view)) : render_mark_text(view));
    return written ? Result<int>(0) : tl::make_unexpected(written.error());
}

}  // namespace tt::alloc_trace
