// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What watch and record share: a live session in an event loop, until a signal, a time limit or the end of the targets.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "cli/options.hpp"
#include "control/mark_channel.hpp"
#include "live/event_loop.hpp"
#include "live/live_session.hpp"
#include "sinks/pipeline.hpp"

namespace tt::alloc_trace {

class LiveRunner {
public:
    enum class End { Interrupted, TimeLimit, TargetsEnded, Asked, Failed };

    // Attaches. The command, if there is one, waits for run().
    [[nodiscard]] static Result<std::unique_ptr<LiveRunner>> start(const Options& options, Pipeline& pipeline);

    // Calls `on_tick` after `first`, then every `period`, and once more after everything is drained. An error of it ends
    // the run.
    [[nodiscard]] Status run(
        std::chrono::milliseconds first, std::chrono::milliseconds period, std::function<Status()> on_tick
    );
    void end(End reason);  // from within a callback
    [[nodiscard]] bool ended() const { return ended_; }

    // From now on marks are taken for the recording at `file`, which who called sudo may make, too; empty: to be shown only.
    [[nodiscard]] Status take_marks(const std::string& file);
    // Takes one of our own; why not, or empty.
    [[nodiscard]] std::string mark(const std::string& name);

    // Serve another descriptor as well.
    [[nodiscard]] EventLoop& loop() { return *loop_; }
    [[nodiscard]] LiveSession& session() { return *session_; }
    [[nodiscard]] std::string end_reason() const;  // for people

    // The exit status of a run that went well: the command's own, or 0; 130 if a second Ctrl-C ended it before.
    [[nodiscard]] int exit_status();

private:
    LiveRunner(const Options& options, Pipeline& pipeline) : options_(options), pipeline_(pipeline) {}

    [[nodiscard]] Status loop_until_end();
    void on_signal(int signal);
    [[nodiscard]] std::string take_mark(const std::string& name);
    void answer_marks();

    const Options& options_;
    Pipeline& pipeline_;
    std::unique_ptr<LiveSession> session_;
    std::unique_ptr<EventLoop> loop_;
    std::unique_ptr<MarkChannel> marks_;
    std::size_t marks_taken_ = 0;
    std::size_t marks_answered_ = 0;
    bool ended_ = false;
    bool interrupted_once_ = false;  // and the command goes on
    End reason_ = End::TargetsEnded;
    Status failure_;
};

}  // namespace tt::alloc_trace
