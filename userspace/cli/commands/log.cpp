// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `log`: a recording that is exported while it is made, and never written.
#include <chrono>

#include "cli/commands/commands.hpp"
#include "cli/live_runner.hpp"
#include "cli/output.hpp"
#include "export/export_kind.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::chrono::milliseconds kWrite{100};  // how long a line may wait

class StdoutSink final : public TextSink {
public:
    [[nodiscard]] Status write(std::string_view text) override { return write_stdout(std::string(text), &closed_); }
    [[nodiscard]] bool closed() const { return closed_; }

private:
    bool closed_ = false;
};

// Plays the stream to an exporter as a replay does, from its very first event on.
class LiveExport final : public EventConsumer {
public:
    explicit LiveExport(Exporter& exporter) : exporter_(exporter) {
        tracker_.listen(&exporter);
        exporter.begin(tracker_.view());
    }
    void consume(const Event& event) override { exporter_.observe(event, tracker_.apply(event)); }
    [[nodiscard]] TrackerView view() const { return tracker_.view(); }

private:
    Exporter& exporter_;
    Tracker tracker_;
};

}  // namespace

Result<int> run_log(const Options& options) {
    Pipeline pipeline;
    pipeline.hold_for_recording();
    Result<std::unique_ptr<LiveRunner>> started = LiveRunner::start(options, pipeline);
    if (!started) {
        return tl::make_unexpected(started.error());
    }
    LiveRunner& runner = **started;
    StdoutSink sink;
    ExportOptions exporting = options.exporting;
    exporting.filter = options.filter;
    exporting.origins = options.origins;
    const ExportTarget target{&sink, {}, {}, runner.session().info()};
    const ExportKind& kind = *find_export_kind(options.format == OutputFormat::Json ? "jsonl" : "log");
    const std::unique_ptr<Exporter> exporter = kind.make(exporting, target);
    LiveExport live(*exporter);
    pipeline.record_to(live);
    const Status run = runner.run(kWrite, kWrite, [&] {
        exporter->flush();
        if (sink.closed()) {
            runner.end(LiveRunner::End::Asked);
        }
        return exporter->status();
    });
    if (!run) {
        return tl::make_unexpected(run.error());
    }
    const std::string warning;
    const TrackerView view = live.view();
    if (const Status finished = exporter->finish({view, runner.session().info(), view.complete(), warning}); !finished) {
        return tl::make_unexpected(finished.error());
    }
    return runner.exit_status();
}

}  // namespace tt::alloc_trace
