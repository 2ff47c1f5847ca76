// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cli/commands/commands.hpp"
#include "cli/live_runner.hpp"
#include "cli/output.hpp"
#include "report/display_text.hpp"
#include "report/live_view.hpp"
#include "report/render_watch_lines.hpp"
#include "report/render_watch_text.hpp"
#include "report/watch_model.hpp"
#include "sinks/terminal.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::chrono::milliseconds kFirstTable{250};  // nobody should wait for a long refresh to see anything

// One watch run: what is shown, against which earlier samples, and how.
class Watch {
public:
    Watch(const Options& options, Pipeline& pipeline, LiveRunner& runner) :
        options_(options), pipeline_(pipeline), runner_(runner), style_(stdout_style(options.color)) {
        format_ = options.format != OutputFormat::Auto ? options.format
                  : stdout_is_terminal()               ? OutputFormat::Text
                                                       : OutputFormat::Plain;
        if (format_ == OutputFormat::Text && stdout_is_terminal() && !options.once) {
            terminal_ = std::make_unique<Terminal>();
        }
        previous_ = take_sample(pipeline.view(), monotonic_ns());
    }

    [[nodiscard]] Status start() {
        if (!terminal_ || !terminal_->reads_keys()) {
            return {};
        }
        return runner_.loop().watch(STDIN_FILENO, Trigger::Level, [this] { on_keys(); });
    }

    // The regular refresh.
    [[nodiscard]] Status tick() {
        if (options_.once && !runner_.ended()) {
            runner_.end(LiveRunner::End::Asked);  // and once more after it, when everything is known
            return {};
        }
        const UsageSample now = take_sample(pipeline_.view(), monotonic_ns());
        if (options_.baseline && !baseline_) {
            baseline_ = now;
        }
        Status shown = show(now);
        previous_ = now;
        return shown;
    }

    // After the end: the last state stays on the screen of a terminal.
    [[nodiscard]] Status finish() {
        const bool painted = terminal_ != nullptr;
        terminal_.reset();
        if (!painted) {
            return {};
        }
        const UsageSample now = take_sample(pipeline_.view(), monotonic_ns());
        return write_stdout(render_watch_text(model(now), {style_, 0, false}));
    }

private:
    [[nodiscard]] WatchModel model(const UsageSample& now) const {
        WatchContext context;
        context.now_ns = now.t_ns;
        context.previous = &previous_;
        context.baseline = baseline_ ? &*baseline_ : nullptr;
        context.reset = reset_ ? &*reset_ : nullptr;
        const RingStatus ring = runner_.session().ring();
        context.ring = RingFill{ring.capacity_bytes, 0, ring.peak_bytes};
        context.filter = options_.filter;
        return build_watch_model(pipeline_.view(), runner_.session().info(), context);
    }

    [[nodiscard]] Status show(const UsageSample& now) {
        if (terminal_) {
            paint(now);
            return {};
        }
        std::string text;
        switch (format_) {
            case OutputFormat::Json: text = json_line(watch_json(model(now), runner_.session().info())); break;
            case OutputFormat::Text: text = render_watch_text(model(now), {style_, 0, false}); break;
            default: text = render_watch_plain(model(now));
        }
        bool closed = false;
        Status written = write_stdout(text, &closed);
        if (closed) {
            runner_.end(LiveRunner::End::Asked);
        }
        return written;
    }

    void paint(const UsageSample& now) {
        const TerminalSize size = terminal_size();
        style_.width = size.width;
        if (!show_buffers_) {
            terminal_->paint(watch_text_lines(model(now), {style_, size.height, terminal_->reads_keys()}));
            return;
        }
        const std::string text = render_live_text(
            build_live_view(pipeline_.view(), runner_.session().info(), options_.filter), runner_.session().info(), style_, rows_for(size)
        );
        std::vector<std::string> lines;
        for (std::size_t start = 0; start < text.size() && lines.size() + 1 < size.height;) {
            const std::size_t end = text.find('\n', start);
            lines.push_back(text.substr(start, end - start));
            start = end == std::string::npos ? text.size() : end + 1;
        }
        lines.emplace_back("d back to the table   q quit");
        terminal_->paint(lines);
    }

    // Groups and circular buffers share the screen, with headings between.
    static std::size_t rows_for(const TerminalSize& size) {
        constexpr std::size_t kHeadings = 10;
        return size.height > kHeadings + 2 ? (size.height - kHeadings) / 2 : 1;
    }

    void on_keys() {
        while (const std::optional<char> key = terminal_ ? terminal_->read_key() : std::nullopt) {
            const UsageSample now = take_sample(pipeline_.view(), monotonic_ns());
            switch (*key) {
                case 'b': baseline_ = now; break;
                case 'r':
                    reset_ = now;
                    pipeline_.tracker().reset_peaks();
                    break;
                case 'd': show_buffers_ = !show_buffers_; break;
                case 'q': runner_.end(LiveRunner::End::Asked); return;
                default: continue;
            }
            paint(now);
        }
    }

    const Options& options_;
    Pipeline& pipeline_;
    LiveRunner& runner_;
    TextStyle style_;
    OutputFormat format_ = OutputFormat::Plain;
    std::unique_ptr<Terminal> terminal_;
    bool show_buffers_ = false;
    UsageSample previous_;
    std::optional<UsageSample> baseline_;
    std::optional<UsageSample> reset_;
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
