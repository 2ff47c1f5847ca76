// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/live_session.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "abi/config_abi.h"
#include "base/clock.hpp"
#include "kernel/kernel_support.hpp"
#include "live/host_session.hpp"
#include "target/elf_text.hpp"
#include "target/process_pause.hpp"

namespace tt::alloc_trace {
namespace {

// What a process holds already is read before it is called attached to; a busy one may take longer than that.
constexpr std::uint64_t kMaxFirstWalkNs = 3'000'000'000;
constexpr std::uint64_t kMaxLastWalkNs = 3'000'000'000;
constexpr const char* kAttachLater = "when it has loaded tt-metal, attach with -p PID";
constexpr std::size_t kBatch = 1U << 16U;  // records per pump(): some 20 ms of work

// As records carry them.
std::array<std::uint32_t, TAT_LOSS_CLASSES> by_class(const LossCounters& losses) {
    std::array<std::uint32_t, TAT_LOSS_CLASSES> counts{};
    counts[TAT_LOSS_ALLOCATED] = static_cast<std::uint32_t>(losses.allocated);
    counts[TAT_LOSS_FREED] = static_cast<std::uint32_t>(losses.freed);
    counts[TAT_LOSS_CIRCULAR_BUFFERS] = static_cast<std::uint32_t>(losses.circular_buffers);
    counts[TAT_LOSS_LIFECYCLE] = static_cast<std::uint32_t>(losses.lifecycle);
    return counts;
}

}  // namespace

Result<std::unique_ptr<LiveSession>> LiveSession::start(LiveOptions options, EventConsumer& consumer) {
    if (Status supported = require_kernel_support(); !supported) {
        return tl::make_unexpected(supported.error());
    }
    log_libbpf_messages();
    std::unique_ptr<LiveSession> session(new LiveSession(std::move(options), consumer));
    const LiveTarget& target = session->options_.target;
    Status started = !target.command.empty() ? session->hold_command()
                     : target.all            ? session->attach_all()
                                             : session->attach_pids();
    if (!started) {
        return tl::make_unexpected(started.error());
    }
    session->tell_alive();
    session->programs_->collect(true);
    session->update_info();
    if (Status walked = session->pump_until_walked(kMaxFirstWalkNs); !walked) {
        return tl::make_unexpected(walked.error());
    }
    return session;
}

LiveSession::~LiveSession() {
    if (programs_) {
        programs_->collect(false);
        (void)continue_paused();
    }
}

Status LiveSession::load() {
    const LiveTarget& target = options_.target;
    ProgramConfig config;
    config.ring_bytes = options_.ring_bytes;
    config.scoped = scope() != kAnyProcess;
    config.trace_all = target.all;
    config.follow_children = target.follow_children || !target.command.empty();
    config.hold = !target.command.empty();
    config.lossless = options_.lossless;
    config.stacks = options_.stacks;
    config.max_frames = options_.max_frames;
    const Result<OwnNamespaces> own = own_namespaces();
    if (!own) {
        return tl::make_unexpected(own.error());
    }
    config.own = *own;

    Result<BpfPrograms> programs = BpfPrograms::load(config);
    if (!programs) {
        return tl::make_unexpected(programs.error());
    }
    programs_.emplace(std::move(*programs));
    if (options_.stacks.native) {
        auto maps = programs_->open_unwind_maps();
        if (!maps) {
            return tl::make_unexpected(maps.error());
        }
        stack_tables_.emplace(unwind_maps_.emplace(*std::move(maps)));
    }
    if (config.hold || options_.lossless || options_.snapshot.freeze) {
        Result<StopGuardian> guardian = StopGuardian::start(*programs_);
        if (!guardian) {
            return tl::make_unexpected(guardian.error());
        }
        guardian_.emplace(std::move(*guardian));
    }
    registry_.emplace(*programs_, attacher_, decoder_, scope(), options_.layout_file);
    Result<std::unique_ptr<RingReader>> ring = RingReader::open(programs_->ring_fd(), [this](std::span<const std::byte> record) {
        if (const std::optional<ProcessNews> news = decoder_.decode(record, *this)) {
            news_.push_back(*news);
        }
    });
    if (!ring) {
        return tl::make_unexpected(ring.error());
    }
    ring_ = std::move(*ring);
    return attacher_.attach_process_programs(*programs_);
}

// One given process without its children: the probes need to exist in its address space only. The kernel ties them to its main
// thread.
pid_t LiveSession::scope() const {
    const LiveTarget& target = options_.target;
    return target.pids.size() == 1 && !target.follow_children && has_main_thread_ ? static_cast<pid_t>(target.pids.front()) : kAnyProcess;
}

Status LiveSession::attach_pids() {
    std::vector<ProcessHandle> processes;
    for (std::uint32_t& pid : options_.target.pids) {
        const Result<ResolvedPid> resolved = resolve_pid(pid);
        if (!resolved) {
            return tl::make_unexpected(resolved.error());
        }
        if (!resolved->note.empty()) {
            options_.notice(resolved->note);
        }
        pid = resolved->pid;
        Result<ProcessHandle> process = ProcessHandle::open(pid);
        if (!process) {
            return tl::make_unexpected(process.error());
        }
        has_main_thread_ = has_main_thread_ && process->has_main_thread();
        processes.push_back(std::move(*process));
    }
    if (Status loaded = load(); !loaded) {
        return loaded;
    }
    const LiveTarget& target = options_.target;
    for (const ProcessHandle& process : processes) {
        if (target.wait) {  // what it loads from here on is told, whatever is mapped a moment later
            if (Status watched = watch_loading(process); !watched) {
                return watched;
            }
        } else {
            add_linkers_of(process);
        }
        const Result<std::size_t> found = add_modules_of(process);
        if (!found) {
            return tl::make_unexpected(found.error());
        }
        if (*found == 0 && !target.wait) {
            return tl::make_unexpected(not_a_tt_metal_process(process, registry_->last_scan()));
        }
        if (Status added = add_target(process, false); !added) {
            return added;
        }
        tell_refused(process, true);
    }
    return {};
}

Status LiveSession::watch_loading(const ProcessHandle& process) {
    if (Status attached = attach_linkers_of(process); !attached) {
        return attached;
    }
    return add_target(process, false);
}

Status LiveSession::attach_all() {
    if (Status loaded = load(); !loaded) {
        return loaded;
    }
    const Result<std::vector<std::uint32_t>> pids = list_pids();
    if (!pids) {
        return tl::make_unexpected(pids.error());
    }
    for (const std::uint32_t pid : *pids) {
        const Result<ProcessHandle> process = ProcessHandle::open(pid);
        if (!process) {
            continue;
        }
        add_linkers_of(*process);
        const Result<std::size_t> found = add_modules_of(*process);
        const bool traced = found && *found > 0;
        if (traced) {
            // It may end any time; what it did until then is worth having.
            (void)add_target(*process, false);
        }
        tell_refused(*process, traced);
        tell_hidden(*process, traced);
    }
    return {};
}

Status LiveSession::hold_command() {
    Result<CommandProcess> command = CommandProcess::start_paused(options_.target.command);
    if (!command) {
        return tl::make_unexpected(command.error());
    }
    command_.emplace(std::move(*command));
    if (Status loaded = load(); !loaded) {
        return loaded;
    }
    const Result<ProcessHandle> process = ProcessHandle::open(static_cast<std::uint32_t>(command_->pid()));
    if (!process) {
        return tl::make_unexpected(process.error());
    }
    return add_target(*process, true);
}

// First the probes, then its libraries are looked at: what it loads in between is told by the probes.
void LiveSession::add_linkers_of(const ProcessHandle& process) {
    const Status attached = attach_linkers_of(process);
    if (attached || attached.error().code == ErrorCode::NoSuchProcess) {
        return;
    }
    if (attached.error().code == ErrorCode::NotPermitted) {  // nothing is known of it, not even whether it has a linker
        ++unreadable_;
        options_.notice("process " + std::to_string(process.pid()) + " cannot be looked at: " + attached.error().message);
        return;
    }
    tell_not_seen(process, true, {attached.error().code, attached.error().message + ": what it loads later is not seen", kAttachLater});
}

Status LiveSession::attach_linkers_of(const ProcessHandle& process) {
    const Result<std::vector<DynamicLinker>> linkers = linkers_.find_new(process);
    if (!linkers) {
        return tl::make_unexpected(linkers.error());
    }
    for (const DynamicLinker& linker : *linkers) {
        if (Status attached = attach_linker_probe(linker); !attached) {
            return attached;
        }
    }
    return {};
}

Status LiveSession::attach_linker_probe(const DynamicLinker& linker) {
    const Result<bpf_program*> program = programs_->load_linker_program(linker.state_delta);
    if (!program) {
        return tl::make_unexpected(program.error());
    }
    const ProbedFile file{linker.module.elf.fd(), linker.module.path};
    return attacher_.attach_at(*program, file, linker.notification_offset, scope());
}

Status LiveSession::add_target(const ProcessHandle& process, bool from_first_event) {
    const Result<bool> added = programs_->add_target(process.pid());
    if (!added) {
        return tl::make_unexpected(added.error());
    }
    if (!*added) {
        return {};
    }
    const Result<ProcessInfo> info = read_process_info(process);
    if (!info) {
        return tl::make_unexpected(info.error());
    }
    if (info->zombie) {  // from here on its end would be an event
        return fail(ErrorCode::NoSuchProcess, "process " + std::to_string(process.pid()) + " ended while being attached to");
    }
    if (info->exiting) {
        exiting_.insert(info->pid);
    }
    if (info->namespace_pid != 0) {
        options_.notice(
            "process " + std::to_string(info->pid) + " is process " + std::to_string(info->namespace_pid) + " of its container"
        );
    }
    ProcessSeen seen;
    seen.header = {monotonic_ns(), info->pid, 0};
    seen.parent_pid = info->parent_pid;
    seen.start_time_ns = info->start_time_ns;
    seen.from_first_event = from_first_event;
    seen.command = info->command;
    consume(seen);
    return {};
}

void LiveSession::mark(std::string name) { marks_.push_back({{monotonic_ns(), 0, 0}, std::move(name)}); }

void LiveSession::place_marks(std::uint64_t before_t_ns) {
    while (!marks_.empty() && marks_.front().header.t_ns < before_t_ns) {
        keeper_.consume(marks_.front());
        marks_.pop_front();
    }
}

void LiveSession::consume(const Event& event) {
    place_marks(header_of(event).t_ns);
    const std::uint32_t pid = header_of(event).pid;
    if (const auto* seen = std::get_if<ProcessSeen>(&event)) {
        alive_.insert(pid);
        appeared_.push_back(pid);
        // The kernel tells 15 characters of a name; the whole command line is in /proc while the process lives.
        const Result<ProcessHandle> process = ProcessHandle::open(pid);
        const Result<ProcessInfo> info = process ? read_process_info(*process) : tl::make_unexpected(process.error());
        if (info && info->start_time_ns == seen->start_time_ns && !info->command.empty()) {
            ProcessSeen complete = *seen;
            complete.command = info->command;
            keeper_.consume(complete);
            return;
        }
    } else if (const auto* forked = std::get_if<ProcessForked>(&event)) {
        decoder_.stacks().code().fork(pid, forked->child_pid);
        pythons_.forked(pid, forked->child_pid);
    } else if (std::holds_alternative<ProcessExec>(event)) {
        forget_stacks(pid);
        decoder_.forget(pid);
    } else if (std::holds_alternative<ProcessExited>(event)) {
        forget_stacks(pid);
        decoder_.forget(pid);
        alive_.erase(pid);
        exiting_.erase(pid);
        told_not_seen_.erase(pid);
    }
    keeper_.consume(event);
}

Result<std::size_t> LiveSession::add_modules_of(const ProcessHandle& process) {
    Result<std::size_t> found = registry_->add_modules_of(process);
    if (found) {
        keeper_.set_modules(process.pid(), registry_->mapped_layouts());
    }
    if (options_.stacks.any() && found && *found > 0) {  // of others no events come
        look_at_calls(process);
    }
    return found;
}

void LiveSession::look_at_calls(const ProcessHandle& process) {
    decoder_.stacks().code().update(process);
    if (options_.stacks.python) {
        pythons_.look_at(process, *programs_);
    }
    if (stack_tables_) {
        update_stack_tables(process);
    }
}

void LiveSession::update_stack_tables(const ProcessHandle& process) {
    const Status updated = stack_tables_->update(process);
    if (!updated && updated.error().code != ErrorCode::NoSuchProcess) {
        options_.notice("stacks of process " + std::to_string(process.pid()) + " are cut short: " + updated.error().message);
    }
    for (const std::string& note : stack_tables_->take_notes()) {
        options_.notice("stacks are cut short: " + note);
    }
}

void LiveSession::forget_stacks(std::uint32_t pid) {
    decoder_.stacks().forget(pid);
    pythons_.forget(pid);
    if (stack_tables_) {
        stack_tables_->forget(pid);
    }
}

// A process that was held for us went on untraced if we were silent for too long: it is said, never known by ourselves.
void LiveSession::tell_alive() {
    const std::uint64_t now = monotonic_ns();
    if (command_ && alive_ns_ != 0 && now - alive_ns_ > TAT_HOLD_NS) {
        consume(Lost{{now, 0, 0}, 0, 0, 0, 1});
        options_.notice("the tracer stood still for more than 20 s: what processes loaded meanwhile may be missing");
    }
    alive_ns_ = now;
    programs_->tell_alive();
    if (guardian_) {
        guardian_->tell_alive();
    }
}

Result<bool> LiveSession::pump() {
    const std::uint64_t began_ns = monotonic_ns();
    tell_alive();
    const LossCounters lost_before = programs_->losses();
    const Result<std::size_t> taken = ring_->consume(kBatch);
    if (!taken) {
        return tl::make_unexpected(taken.error());
    }
    for (const std::uint32_t pid : std::exchange(appeared_, {})) {
        if (const Result<ProcessHandle> process = ProcessHandle::open(pid)) {
            // It was probed already; this is for walking it. What a forked one has from its parent was told of the parent.
            (void)add_modules_of(*process);
        }
    }
    for (const std::uint32_t pid : decoder_.stacks().take_changed()) {
        if (const Result<ProcessHandle> process = ProcessHandle::open(pid); process && stack_tables_) {
            update_stack_tables(*process);
        }
    }
    for (const ProcessNews& news : std::exchange(news_, {})) {
        act_on(news);
    }
    const bool drained = *taken < kBatch;
    if (drained) {  // a job that rests after a loss makes no record that would reveal it
        decoder_.report_losses(by_class(lost_before), began_ns, *this);
        decoder_.tell_overdue(began_ns, *this);
        place_marks();
    }
    if (drained && options_.lossless) {
        for (const ProcessPaused& paused : continue_paused()) {
            consume(paused);
        }
    }
    keeper_.proceed(drained);
    if (Status others = refuse_contradicting(); !others) {
        return tl::make_unexpected(others.error());
    }
    return drained;
}

// An error if none is left that could be traced: with -a there always may be one.
Status LiveSession::refuse_contradicting() {
    std::vector<Contradiction> refused = decoder_.take_contradictions();
    for (Contradiction& walked : keeper_.take_contradictions()) {
        decoder_.refuse(walked.pid);
        refused.push_back(std::move(walked));
    }
    for (const Contradiction& contradiction : refused) {
        const bool any_other = std::any_of(alive_.begin(), alive_.end(), [&](std::uint32_t pid) { return !decoder_.is_refused(pid); });
        if (!options_.target.all && !any_other) {
            return tl::make_unexpected(contradiction.why);
        }
        if (const Result<ProcessHandle> process = ProcessHandle::open(contradiction.pid)) {
            tell_not_seen(*process, false, contradiction.why);
        }
    }
    return {};
}

// Continues what the programs stopped because the ring ran full.
std::vector<ProcessPaused> LiveSession::continue_paused() {
    std::vector<ProcessPaused> pauses;
    for (const BpfPrograms::Paused& paused : programs_->take_paused()) {
        const Result<ProcessHandle> process = ProcessHandle::open(paused.pid);
        if (process && send_signal(*process, SIGCONT)) {
            const std::uint64_t now = monotonic_ns();
            pauses.push_back({{now, paused.pid, 0}, now - paused.since_ns});
        }
    }
    return pauses;
}

void LiveSession::act_on(const ProcessNews& news) {
    switch (news.what) {
        case ProcessNews::What::MainThreadEnded: follow_without_main_thread(news.pid); return;
        case ProcessNews::What::Owner:
            keeper_.read_capacities(news.pid);
            continue_held(news.pid);
            return;
        case ProcessNews::What::Libraries:
        case ProcessNews::What::Program: add_late_modules(news); return;
    }
}

// It stopped itself to wait for us.
void LiveSession::continue_held(std::uint32_t pid) {
    programs_->release_held(pid);
    if (const Result<ProcessHandle> process = ProcessHandle::open(pid)) {
        (void)send_signal(*process, SIGCONT);
    }
}

void LiveSession::add_late_modules(const ProcessNews& news) {
    const std::size_t before = registry_->probe_count();
    const Result<ProcessHandle> process = ProcessHandle::open(news.pid);
    if (!process) {
        return;
    }
    if (news.what == ProcessNews::What::Program) {
        add_linkers_of(*process);
    }
    const Result<std::size_t> found = add_modules_of(*process);
    const bool traced = found && *found > 0;
    tell_refused(*process, traced);
    if (registry_->probe_count() != before) {
        update_info();
    }
    if (options_.target.all && traced) {
        add_if_older_than_probes(*process);
    }
    if (command_) {
        continue_held(news.pid);
    }
    tell_hidden(*process, traced);
}

// Until its probes are in every process that has the files nothing is seen of it.
void LiveSession::follow_without_main_thread(std::uint32_t pid) {
    programs_->end_scope();
    registry_->end_scope();
    const Status attached = attacher_.attach_everywhere();
    consume(Lost{{monotonic_ns(), 0, 0}, 0, 0, 0, 1});
    options_.notice(
        "process " + std::to_string(pid) + ": its main thread ended while others go on, or one of these executed a program: " +
        (attached ? "what it did in that moment may be missing" : "nothing more is seen of it: " + attached.error().message)
    );
}

// It may hold buffers, and rest: it is not left to its next event to be met.
void LiveSession::add_if_older_than_probes(const ProcessHandle& process) {
    const Result<ProcessInfo> info = read_process_info(process);
    if (info && !programs_->is_complete_since(info->start_time_ns)) {
        (void)add_target(process, false);  // it may end any time
    }
}

void LiveSession::tell_refused(const ProcessHandle& process, bool traced) {
    if (const std::optional<Error> refused = registry_->refused()) {
        tell_not_seen(process, traced, *refused);
    }
}

void LiveSession::tell_hidden(const ProcessHandle& process, bool traced) {
    if (traced || registry_->refused()) {
        return;
    }
    if (const std::optional<std::string> path = hidden_.find(process)) {
        tell_not_seen(process, false, hidden_runtime(*path));
    }
}

void LiveSession::tell_not_seen(const ProcessHandle& process, bool partly, const Error& why) {
    const Result<ProcessInfo> info = read_process_info(process);
    if (!info || !told_not_seen_[process.pid()].insert({info->start_time_ns, partly, why.message}).second) {
        return;
    }
    if (!alive_.contains(process.pid())) {
        (void)add_target(process, false);  // for its command line and its end
    }
    consume(ProcessNotSeen{{monotonic_ns(), process.pid(), 0}, partly, why.message, why.hint});
    options_.notice(
        "pid " + std::to_string(process.pid()) + " (" + info->command + ") is " + (partly ? "seen only in part: " : "not seen: ") +
        why.message + (why.hint.empty() ? "" : "; " + why.hint)
    );
}

bool LiveSession::has_ended(std::uint32_t pid) {
    const Result<ProcessHandle> process = ProcessHandle::open(pid);
    const Result<ProcessInfo> info = process ? read_process_info(*process) : tl::make_unexpected(process.error());
    return info ? info->zombie : info.error().code == ErrorCode::NoSuchProcess;
}

void LiveSession::check_targets() {
    const bool lost = decoder_.losses_seen()[TAT_LOSS_LIFECYCLE] != 0;
    std::vector<std::uint32_t> ended;
    std::copy_if(alive_.begin(), alive_.end(), std::back_inserter(ended), [&](std::uint32_t pid) {
        return (lost || exiting_.contains(pid)) && has_ended(pid);
    });
    if (ended.empty() || !pump().value_or(false)) {  // what they did, and maybe their end, is in the ring; failures come again
        return;
    }
    for (const std::uint32_t pid : ended) {
        if (alive_.contains(pid)) {
            consume(ProcessExited{{monotonic_ns(), pid, 0}});
        }
    }
}

Status LiveSession::stop() {
    if (std::exchange(stopped_, true)) {
        return {};
    }
    if (Status walked = finish_snapshots(); !walked) {
        return walked;
    }
    programs_->collect(false);
    attacher_.detach_all();
    for (bool drained = false; !drained;) {
        const Result<bool> pumped = pump();
        if (!pumped) {
            return tl::make_unexpected(pumped.error());
        }
        drained = *pumped;
    }
    decoder_.finish(*this);
    keeper_.release_held();
    update_info();
    for (const std::string& silent : registry_->silent_probes()) {
        options_.notice(silent);
    }
    guardian_.reset();
    return {};
}

// What is shown at the end is what the processes hold at the end.
Status LiveSession::finish_snapshots() {
    keeper_.request_all(WalkReason::End);
    return pump_until_walked(kMaxLastWalkNs);
}

Status LiveSession::pump_until_walked(std::uint64_t max_ns) {
    constexpr int kPollMs = 20;
    const std::uint64_t since = monotonic_ns();
    while (true) {  // what there is to walk shows in the first turn
        if (const Result<bool> pumped = pump(); !pumped) {
            return tl::make_unexpected(pumped.error());
        }
        if (keeper_.idle() || monotonic_ns() - since >= max_ns) {
            return {};
        }
        pollfd walk{keeper_.fd(), POLLIN, 0};
        (void)::poll(&walk, 1, kPollMs);
    }
}

std::optional<int> LiveSession::wait_for_command() {
    return command_ ? std::optional(command_->wait_for_end()) : std::nullopt;
}

void LiveSession::update_info() {
    ++info_version_;
    if (info_.attached_monotonic_ns == 0) {
        info_ = host_session(describe_target());
        info_.attached_monotonic_ns = monotonic_ns();
        info_.attached_unix_ns = clock_ns(CLOCK_REALTIME);
        info_.known_before_attach = command_ ? KnownBefore::Full : KnownBefore::None;
    }
    info_.modules = registry_->modules();
    info_.probes = registry_->probes();
}

std::string LiveSession::describe_target() const {
    const LiveTarget& target = options_.target;
    if (target.all) {
        return "all";
    }
    std::string text = target.command.empty() ? "pid" : "command:";
    for (const std::uint32_t pid : target.pids) {
        text += " " + std::to_string(pid);
    }
    for (const std::string& argument : target.command) {
        text += " " + argument;
    }
    return text;
}

}  // namespace tt::alloc_trace
