// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/live_screen.hpp"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "checkpoint/checkpoint.hpp"
#include "cli/output.hpp"
#include "report/json_envelope.hpp"
#include "report/live_view.hpp"
#include "report/origin_words.hpp"

namespace tt::alloc_trace {

std::unique_ptr<LiveScreen> LiveScreen::open(
    const Options& options, const TextStyle& style, Pipeline& pipeline, LiveRunner& runner, WatchSamples& samples
) {
    std::unique_ptr<watch::Terminal> terminal = watch::Terminal::open(style.color);
    if (terminal == nullptr) {
        return nullptr;
    }
    return std::unique_ptr<LiveScreen>(new LiveScreen(options, style, pipeline, runner, samples, std::move(terminal)));
}

LiveScreen::LiveScreen(
    const Options& options, const TextStyle& style, Pipeline& pipeline, LiveRunner& runner, WatchSamples& samples,
    std::unique_ptr<watch::Terminal> terminal
) :
    options_(options), style_(style), pipeline_(pipeline), runner_(runner), samples_(samples), terminal_(std::move(terminal)),
    pages_(pipeline.view().stacks), model_(samples.model(false)) {}

Status LiveScreen::start() {
    EventLoop& loop = runner_.loop();
    Status ready = loop.watch(terminal_->output_fd(), Trigger::Writable, [this] {
        if (terminal_->flush()) {
            paint();
        }
    });
    if (ready) {
        ready = loop.watch_signals({SIGWINCH, SIGTSTP}, [this](int signal) { on_signal(signal); });
    }
    if (ready && terminal_->reads_keys()) {
        ready = loop.watch(STDIN_FILENO, Trigger::Level, [this] { on_keys(); });
    }
    return ready;
}

void LiveScreen::on_signal(int signal) {
    if (signal == SIGTSTP) {
        terminal_->leave();
        (void)raise(SIGSTOP);
        terminal_->enter();
    } else {
        terminal_->resized();
    }
    paint();
}

void LiveScreen::on_keys() {
    bool any = false;
    while (const std::optional<watch::Key> key = terminal_->read_key()) {
        grant(pages_.press(*key));
        (void)draw();  // for the next key to know where it is
        any = true;
    }
    if (terminal_->input_ended()) {
        runner_.loop().forget(STDIN_FILENO);
    }
    if (any) {
        paint();
    }
}

void LiveScreen::grant(watch::Wish wish) {
    switch (wish) {
        case watch::Wish::None: return;
        case watch::Wish::Quit: runner_.end(LiveRunner::End::Asked); return;
        case watch::Wish::Pause: pause(); return;
        case watch::Wish::Baseline:
            samples_.take_baseline();
            baseline_.emplace(pipeline_.view());
            break;
        case watch::Wish::Reset: samples_.reset(); break;
        case watch::Wish::Mark: {
            const std::string problem = runner_.mark(pages_.typed());
            pages_.say(problem.empty() ? "marked: " + pages_.typed() : problem);
            break;
        }
        case watch::Wish::Write: {
            const std::string problem = write(pages_.typed());
            pages_.say(problem.empty() ? "written: " + pages_.typed() : problem);
            break;
        }
    }
    if (!still_) {
        model_ = samples_.model(false);
    }
}

// The copy shares nothing with the tracker that goes on.
void LiveScreen::pause() {
    if (std::exchange(still_, nullptr) != nullptr) {
        model_ = samples_.model(false);
        return;
    }
    auto copy = std::make_unique<Tracker>();
    if (const Status copied = TrackerCheckpoint::decode(TrackerCheckpoint::encode(pipeline_.tracker()), *copy); !copied) {
        pages_.say("cannot pause: " + copied.error().message);
        return;
    }
    model_ = samples_.model(false);
    still_ = std::move(copy);
}

std::string LiveScreen::write(const std::string& path) {
    const SessionInfo& session = runner_.session().info();
    nlohmann::ordered_json json = live_json(build_live_view(view(), session, options_.filter), session);
    add_call_stacks(json, view().stacks);
    const Status written = write_output(json_document(json), path, false);
    return written ? std::string{} : written.error().message;
}

void LiveScreen::refresh() {
    if (options_.baseline && !samples_.has_baseline()) {
        samples_.take_baseline();
        baseline_.emplace(pipeline_.view());
    }
    WatchModel model = samples_.model(true);
    history_.add(model);
    if (!still_) {
        model_ = std::move(model);
    }
    paint();
}

watch::Screen LiveScreen::draw() {
    const TrackerView shown = view();
    const watch::Input input{model_, history_, shown, baseline_ ? &*baseline_ : nullptr, still_ != nullptr, options_.stacks.any()};
    return pages_.draw(input, watch::terminal_size(), style_.utf8);
}

void LiveScreen::paint() { (void)terminal_->paint(draw()); }

}  // namespace tt::alloc_trace
