// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/live_screen.hpp"
#include "cli/output.hpp"
#include "report/display_text.hpp"
#include "report/render_watch_lines.hpp"
#include "report/render_watch_text.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::chrono::milliseconds kFirstTable{250};  // nobody should wait for a long refresh to see anything

// One watch run: what is shown, and how.
class Watch {
public:
    Watch(const Options& options, Pipeline& pipeline, LiveRunner& runner) :
        options_(options), runner_(runner), samples_(options.filter, pipeline, runner), style_(stdout_style(options.color)) {
        format_ = options.format != OutputFormat::Auto ? options.format
                  : stdout_is_terminal()               ? OutputFormat::Text
                                                       : OutputFormat::Plain;
        if (format_ == OutputFormat::Text && stdout_is_terminal() && !options.once) {
            screen_ = LiveScreen::open(options, style_, pipeline, runner, samples_);
            if (!screen_ && options.format == OutputFormat::Auto) {
                format_ = OutputFormat::Plain;  // a terminal that only goes on writing
            }
        }
    }

    [[nodiscard]] Status start() { return screen_ ? screen_->start() : Status{}; }

    // The regular refresh.
    [[nodiscard]] Status tick() {
        if (options_.once && !runner_.ended()) {
            runner_.end(LiveRunner::End::Asked);  // and once more after it, when everything is known
            return {};
        }
        if (screen_) {
            screen_->refresh();
            return {};
        }
        return show();
    }

    // After the end: the last state stays on the screen of a terminal.
    [[nodiscard]] Status finish() {
        const bool painted = screen_ != nullptr;
        screen_.reset();
        return painted ? write_stdout(render_watch_text(samples_.model(false), style_)) : Status{};
    }

private:
    [[nodiscard]] Status show() {
        if (options_.baseline && !samples_.has_baseline()) {
            samples_.take_baseline();
        }
        const WatchModel model = samples_.model(true);
        std::string text;
        switch (format_) {
            case OutputFormat::Json: text = json_line(watch_json(model, runner_.session().info())); break;
            case OutputFormat::Text: text = render_watch_text(model, style_); break;
            default: text = render_watch_plain(model);
        }
        bool closed = false;
        Status written = write_stdout(text, &closed);
        if (closed) {
            runner_.end(LiveRunner::End::Asked);
        }
        return written;
    }

    const Options& options_;
    LiveRunner& runner_;
    WatchSamples samples_;
    TextStyle style_;
    OutputFormat format_ = OutputFormat::Plain;
    std::unique_ptr<LiveScreen> screen_;
};

}  // namespace

Result<int> run_watch(const Options& options) {
    Pipeline pipeline;
    Result<std::unique_ptr<LiveRunner>> runner = LiveRunner::start(options, pipeline);
    if (!runner) {
        return tl::make_unexpected(runner.error());
    }
    if (!options.once) {
        if (Status taken = (*runner)->take_marks({}); !taken) {
            spdlog::debug("marks are not shown: {}", printable(taken.error().message));
        }
    }
    Watch watch(options, pipeline, **runner);
    Status status = watch.start();
    if (status) {
        const std::chrono::milliseconds period(options.refresh_ms);
        const auto first = options.once ? period : std::min(period, kFirstTable);
        status = (*runner)->run(first, period, [&watch] { return watch.tick(); });
    }
    if (status) {
        status = watch.finish();
    }
    if (!status) {
        return tl::make_unexpected(status.error());
    }
    return (*runner)->exit_status();
}

}  // namespace tt::alloc_trace
