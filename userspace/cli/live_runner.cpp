// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/live_runner.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

#include "cli/output.hpp"
#include "cli/sudo_caller.hpp"
#include "control/mark_message.hpp"
#include "control/runtime_directory.hpp"
#include "report/live_view.hpp"

namespace tt::alloc_trace {
namespace {

// The programs wake us only when much is waiting; this is how old an event may get otherwise.
constexpr std::chrono::milliseconds kDrainPeriod{50};
constexpr std::chrono::milliseconds kCheckPeriod{1000};
constexpr int kPriority = -15;
constexpr int kInterruptedStatus = 128 + SIGINT;  // as shells say it

// Under nohup the end of the terminal is nobody's wish.
std::vector<int> signals_to_watch() {
    std::vector<int> signals{SIGINT, SIGTERM, SIGUSR1};
    struct sigaction hangup {};
    if (sigaction(SIGHUP, nullptr, &hangup) != 0 || hangup.sa_handler != SIG_IGN) {
        signals.push_back(SIGHUP);
    }
    return signals;
}

// From here on we execute no program. Of one that somebody made us execute nothing would be gained.
void give_up_what_programs_gain() {
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
        (void)prctl(PR_CAPBSET_DROP, capability);  // not permitted: it is not ours to give on
    }
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

}  // namespace

Result<std::unique_ptr<LiveRunner>> LiveRunner::start(const Options& options, Pipeline& pipeline) {
    std::unique_ptr<LiveRunner> runner(new LiveRunner(options, pipeline));
    Result<std::unique_ptr<EventLoop>> loop = EventLoop::create();
    if (!loop) {
        return tl::make_unexpected(loop.error());
    }
    runner->loop_ = std::move(*loop);
    // Before anything is attached: a Ctrl-C from now on ends the run in order.
    LiveRunner* self = runner.get();
    Status watched = self->loop_->watch_signals(
        signals_to_watch(), [self](int signal) { self->on_signal(signal); }
    );
    if (!watched) {
        return tl::make_unexpected(watched.error());
    }
    LiveOptions live;
    live.target = options.target;
    live.ring_bytes = options.ring_bytes;
    live.layout_file = options.layout_file;
    live.snapshot = options.snapshot;
    live.lossless = options.lossless;
    const bool lines = options.command == Command::Watch && (options.once || !stdout_is_terminal());
    live.stacks = lines ? StackKinds{} : options.stacks;  // its lines have no place for calls
    live.max_frames = options.max_frames;
    live.notice = [](const std::string& text) { spdlog::warn("{}", printable(text)); };
    Result<std::unique_ptr<LiveSession>> session = LiveSession::start(std::move(live), pipeline);
    if (!session) {
        return tl::make_unexpected(session.error());
    }
    runner->session_ = std::move(*session);
    give_up_what_programs_gain();
    // Among many busy threads of the target an equal share is too little to keep up. A command, started already, keeps its own.
    (void)setpriority(PRIO_PROCESS, 0, kPriority);
    return runner;
}

void LiveRunner::end(End reason) {
    if (!std::exchange(ended_, true)) {
        reason_ = reason;
    }
}

void LiveRunner::on_signal(int signal) {
    if (signal == SIGUSR1) {
        std::cerr << render_live_text(build_live_view(pipeline_.view(), session_->info()), session_->info(), TextStyle{});
        return;
    }
    // A terminal interrupts the command, too: what it does until its end is to be seen.
    if (signal == SIGINT && !options_.target.command.empty() && !std::exchange(interrupted_once_, true)) {
        spdlog::info("waiting for the command to end; Ctrl-C again ends the tracing");
        return;
    }
    end(End::Interrupted);
}

Status LiveRunner::take_marks(const std::string& file) {
    Result<std::string> directory = make_run_directory();
    if (!directory) {
        return tl::make_unexpected(directory.error());
    }
    MarkChannelOptions channel;
    channel.directory = std::move(*directory);
    channel.owner = sudo_caller().uid;
    channel.who = [this, path = file.empty() ? file : std::filesystem::weakly_canonical(file).string()] {
        std::set<std::uint32_t> pids = session_->traced();
        pids.insert(options_.target.pids.begin(), options_.target.pids.end());  // a container's own number
        return RecorderInfo{static_cast<std::uint32_t>(getpid()), path, {pids.begin(), pids.end()}};
    };
    channel.mark = [this](const std::string& name) { return take_mark(name); };
    Result<std::unique_ptr<MarkChannel>> opened = MarkChannel::open(std::move(channel));
    if (!opened) {
        return tl::make_unexpected(opened.error());
    }
    marks_ = std::move(*opened);
    return loop_->watch(marks_->fd(), Trigger::Level, [this] { marks_->serve(); });
}

std::string LiveRunner::take_mark(const std::string& name) {
    if (marks_taken_ >= kMaxMarks) {
        return fmt::format("the recording has {} marks, and more are not kept", marks_taken_);
    }
    ++marks_taken_;
    session_->mark(name);
    return {};
}

std::string LiveRunner::mark(const std::string& name) {
    std::string problem = mark_name_problem(name);
    problem = problem.empty() ? take_mark(name) : "the name does not do: " + problem;
    if (problem.empty() && marks_) {
        marks_->place_own();
    }
    return problem;
}

void LiveRunner::answer_marks() {
    const std::vector<PhaseMark>& placed = pipeline_.view().marks;
    for (; marks_ && marks_answered_ < placed.size(); ++marks_answered_) {
        const PhaseMark& mark = placed[marks_answered_];
        marks_->answer({mark.event, mark.t_ns, session_->info().attached_monotonic_ns});
    }
}

Status LiveRunner::loop_until_end() {
    const auto start = std::chrono::steady_clock::now();
    const std::chrono::duration<double> limit(options_.duration_s);
    bool drained = true;
    while (!ended_ && failure_) {
        // A target faster than we are must not keep us from signals and painting: one batch, then a look around.
        if (Status waited = loop_->wait(drained ? kDrainPeriod : std::chrono::milliseconds(0)); !waited) {
            return waited;
        }
        const Result<bool> pumped = session_->pump();
        if (!pumped) {
            return tl::make_unexpected(pumped.error());
        }
        drained = *pumped;
        answer_marks();
        if (session_->targets_ended()) {
            end(End::TargetsEnded);
        } else if (options_.duration_s > 0 && std::chrono::steady_clock::now() - start >= limit) {
            end(End::TimeLimit);
        }
    }
    return failure_;
}

Status LiveRunner::run(
    std::chrono::milliseconds first, std::chrono::milliseconds period, std::function<Status()> on_tick
) {
    Status ready = loop_->watch(session_->ring_fd(), Trigger::Edge, [] {});
    if (ready) {
        ready = loop_->watch(session_->walk_fd(), Trigger::Edge, [] {});
    }
    if (ready) {
        ready = loop_->tick_every(first, period, [this, &on_tick] { failure_ = failure_ ? on_tick() : failure_; });
    }
    if (ready) {
        ready = loop_->tick_every(kCheckPeriod, kCheckPeriod, [this] { session_->check_targets(); });
    }
    if (ready) {
        ready = session_->run_command();
    }
    if (!ready) {
        return ready;
    }
    const Status looped = loop_until_end();
    if (!looped) {
        end(End::Failed);
    }
    if (marks_) {
        marks_->close();  // what was taken is still placed
    }
    const Status stopped = session_->stop();
    answer_marks();
    if (!looped) {
        return looped;
    }
    return stopped ? on_tick() : stopped;
}

std::string LiveRunner::end_reason() const {
    switch (reason_) {
        case End::Interrupted: return "interrupted";
        case End::TimeLimit: return "time limit reached";
        case End::TargetsEnded: return "target ended";
        case End::Asked: return "ended by user";
        case End::Failed: return "given up";
    }
    return "";
}

int LiveRunner::exit_status() {
    if (reason_ == End::Interrupted && interrupted_once_) {
        return kInterruptedStatus;
    }
    if (reason_ != End::TargetsEnded) {
        return 0;  // the command goes on without us
    }
    return session_->wait_for_command().value_or(0);
}

}  // namespace tt::alloc_trace
