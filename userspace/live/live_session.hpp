// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A live trace from start to stop: targets found, probes attached, the ring drained into events. Used by one thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "event/event_consumer.hpp"
#include "event/session_info.hpp"
#include "kernel/attacher.hpp"
#include "kernel/bpf_programs.hpp"
#include "kernel/ring_reader.hpp"
#include "kernel/stop_guardian.hpp"
#include "live/command_process.hpp"
#include "live/dynamic_linker.hpp"
#include "live/module_registry.hpp"
#include "live/python_processes.hpp"
#include "live/record_decoder.hpp"
#include "live/snapshot_keeper.hpp"
#include "live/stack_tables.hpp"

namespace tt::alloc_trace {

struct LiveTarget {  // exactly one of pids, all, command
    std::vector<std::uint32_t> pids;
    bool all = false;
    std::vector<std::string> command;
    bool follow_children = false;  // always so with a command
    bool wait = false;             // a pid need not have loaded the runtime yet
};

struct LiveOptions {
    LiveTarget target;
    std::size_t ring_bytes = std::size_t{64} << 20U;
    std::string layout_file;  // empty: layouts are found by the tool itself
    SnapshotOptions snapshot;
    StackKinds stacks;      // which calls events carry that led to them
    std::uint32_t max_frames = ProgramConfig::kMostFrames;  // of them, native and Python each
    bool lossless = false;  // rather stop a process for a while than lose an event
    std::function<void(const std::string&)> notice = [](const std::string&) {};  // things the user should know
};

struct RingStatus {
    std::uint64_t capacity_bytes = 0;
    std::uint64_t peak_bytes = 0;
};

class LiveSession : private EventConsumer {
public:
    // Attaches everything; on return events are being collected. A command still waits. `consumer` must outlive this.
    [[nodiscard]] static Result<std::unique_ptr<LiveSession>> start(LiveOptions options, EventConsumer& consumer);
    ~LiveSession() override;

    // Lets the command run; nothing to do without one.
    [[nodiscard]] Status run_command() { return command_ ? command_->resume() : Status{}; }

    [[nodiscard]] const SessionInfo& info() const { return info_; }  // probes may be added while it runs
    [[nodiscard]] std::uint64_t info_version() const { return info_version_; }  // grows with each change

    // Edge-triggered: after it is readable, pump() until it says so.
    [[nodiscard]] int ring_fd() const { return ring_->fd(); }

    // Readable when a walk is through: pump().
    [[nodiscard]] int walk_fd() const { return keeper_.fd(); }
    // What lived before the attach is known, as far as it can be.
    [[nodiscard]] bool snapshot_done() const { return keeper_.idle(); }

    // Decodes a bounded batch. False if more may be waiting.
    [[nodiscard]] Result<bool> pump();

    // Names the present moment: a Marked event comes behind all events before it, and before those after it.
    void mark(std::string name);

    // Pids traced now.
    [[nodiscard]] const std::set<std::uint32_t>& traced() const { return alive_; }

    // Once in a while: notices ended processes whose exit event was lost, or came before they were targets.
    void check_targets();

    // No traced process is left (never so with `all`).
    [[nodiscard]] bool targets_ended() const { return !options_.target.all && alive_.empty(); }

    // Detaches, then drains what is left. Nothing more comes after it.
    [[nodiscard]] Status stop();

    // The command's exit status, waiting for its end; nothing without a command.
    [[nodiscard]] std::optional<int> wait_for_command();

    // How many processes could not be looked at: what was recorded may be less than what was done.
    [[nodiscard]] std::uint64_t unreadable_processes() const { return unreadable_; }

    [[nodiscard]] RingStatus ring() const { return {programs_->ring_bytes(), programs_->peak_fill_bytes()}; }
    [[nodiscard]] LossCounters losses() const { return programs_->losses(); }
    [[nodiscard]] const DecoderStatistics& decoder_statistics() const { return decoder_.statistics(); }

private:
    LiveSession(LiveOptions options, EventConsumer& consumer) : options_(std::move(options)), keeper_(consumer, options_.snapshot) {}

    void consume(const Event& event) override;

    [[nodiscard]] Status load();
    [[nodiscard]] Status attach_pids();
    [[nodiscard]] Status attach_all();
    [[nodiscard]] Status hold_command();
    // A dynamic linker that cannot be probed is said.
    void add_linkers_of(const ProcessHandle& process);
    [[nodiscard]] Status attach_linkers_of(const ProcessHandle& process);
    [[nodiscard]] Status watch_loading(const ProcessHandle& process);
    [[nodiscard]] Status attach_linker_probe(const DynamicLinker& linker);
    void add_if_older_than_probes(const ProcessHandle& process);
    [[nodiscard]] Status add_target(const ProcessHandle& process, bool from_first_event);
    [[nodiscard]] pid_t scope() const;
    void tell_alive();
    std::vector<ProcessPaused> continue_paused();
    [[nodiscard]] Status refuse_contradicting();
    void act_on(const ProcessNews& news);
    void continue_held(std::uint32_t pid);
    [[nodiscard]] static bool has_ended(std::uint32_t pid);
    void add_late_modules(const ProcessNews& news);
    void follow_without_main_thread(std::uint32_t pid);
    Result<std::size_t> add_modules_of(const ProcessHandle& process);
    void look_at_calls(const ProcessHandle& process);
    void update_stack_tables(const ProcessHandle& process);
    void forget_stacks(std::uint32_t pid);
    // That a runtime of the process looked at last is not traced. `traced`: another one of it is.
    void tell_refused(const ProcessHandle& process, bool traced);
    // That it has a runtime that shows nothing of itself.
    void tell_hidden(const ProcessHandle& process, bool traced);
    // Once for each reason.
    void tell_not_seen(const ProcessHandle& process, bool partly, const Error& why);
    [[nodiscard]] Status finish_snapshots();
    // Until no walk is running or wanted, or the time is over.
    [[nodiscard]] Status pump_until_walked(std::uint64_t max_ns);
    void place_marks(std::uint64_t before_t_ns = ~std::uint64_t{0});
    void update_info();
    [[nodiscard]] std::string describe_target() const;

    LiveOptions options_;
    SnapshotKeeper keeper_;
    SessionInfo info_;
    std::uint64_t info_version_ = 0;
    // Order of destruction, last first: the command's helper, ring, links, programs.
    std::optional<BpfPrograms> programs_;
    std::optional<UnwindMaps> unwind_maps_;
    std::optional<StackTables> stack_tables_;  // if stacks are wanted
    Attacher attacher_;
    RecordDecoder decoder_;
    std::optional<ModuleRegistry> registry_;
    std::unique_ptr<RingReader> ring_;
    std::optional<CommandProcess> command_;
    std::optional<StopGuardian> guardian_;
    bool has_main_thread_ = true;  // all that was given
    std::set<std::uint32_t> alive_;
    std::set<std::uint32_t> exiting_;  // were on the way to their end when they became targets
    struct ToldNotSeen {
        std::uint64_t start_time_ns = 0;
        bool partly = false;
        std::string why;

        auto operator<=>(const ToldNotSeen&) const = default;
    };
    std::map<std::uint32_t, std::set<ToldNotSeen>> told_not_seen_;  // by pid
    DynamicLinkerFinder linkers_;
    HiddenRuntimeFinder hidden_;
    PythonProcesses pythons_{options_.notice};
    std::uint64_t unreadable_ = 0;
    std::vector<ProcessNews> news_;  // to be looked at
    std::vector<std::uint32_t> appeared_;  // likewise, but they do not wait for it
    std::deque<Marked> marks_;  // not placed yet
    std::uint64_t alive_ns_ = 0;  // when the ring was looked at last
    bool stopped_ = false;
};

}  // namespace tt::alloc_trace
