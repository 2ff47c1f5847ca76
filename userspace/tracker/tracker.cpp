// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/tracker.hpp"

#include <algorithm>
#include <utility>

#include "tracker/object_table.hpp"

namespace tt::alloc_trace {
namespace {

// Going through the live set is paid for by events, so that a job failing thousands of times a second does not stall us:
// so many buffers per event, saved up to so many.
constexpr std::uint64_t kScanCreditPerEvent = 16;
constexpr std::uint64_t kMaxScanCredit = std::uint64_t{1} << 23U;
constexpr std::size_t kMaxReasonBytes = 512;  // of a walk
// What a process's events may make us go through: so much for each, and a device's closing or its allocators' regions now and then.
constexpr std::uint64_t kWorkPerEvent = 32;
constexpr std::uint64_t kWorkAtOnce = std::uint64_t{1} << 25U;

// Some builds do not give the address of the object: it is 0 then and may be any.
bool may_be_same_object(std::uint64_t a, std::uint64_t b) { return a == b || a == 0 || b == 0; }

Applied release_all(ProcessState& process, std::uint64_t t_ns) {
    process.traces.release_all(process);
    Applied applied = release(
        process, FreeKind::ReleasedByExit, {AllocationTable::End::Freed, t_ns}, [](const AllocationKey&) { return true; }
    );
    process.programs.clear();
    for (const Owner& owner : process.owners) {
        update_circular_buffers(process, owner);
    }
    process.live = AllocationTable();  // with its memory of the past: no pointer means the same any more
    end_all_objects(process);
    return applied;
}

std::uint64_t& found_count(ProcessState& process, FoundAs origin) {
    return origin == FoundAs::PreExisting ? process.found.pre_existing : process.found.inferred;
}

}  // namespace

const ProcessState* TrackerView::find(std::uint32_t number) const {
    const auto found = std::find_if(processes.begin(), processes.end(), [number](const auto& process) { return process->number == number; });
    return found == processes.end() ? nullptr : found->get();
}

bool TrackerView::losses_repaired() const {
    bool any = false;
    for (const auto& process : processes) {
        if (process->end == ProcessState::End::Alive && process->used_memory()) {
            any = true;
            if (process->losses_settled < losses) {
                return false;
            }
        }
    }
    return any && losses > 0;
}

Doubts TrackerView::doubts() const {
    Doubts doubts{lost, losses_repaired(), folded.contradictions, {}, folded.not_seen};
    for (const auto& process : processes) {
        doubts.contradictions += process->contradictions;
        if (process->not_seen) {
            doubts.not_seen.push_back({process->pid, process->command, *process->not_seen});
        }
    }
    return doubts;
}

Applied Tracker::apply(const Event& event) {
    const EventHeader& header = header_of(event);
    if (header.t_ns != 0) {
        first_t_ns_ = first_t_ns_ == 0 ? header.t_ns : first_t_ns_;
        last_t_ns_ = std::max(last_t_ns_, header.t_ns);
    }
    if (!std::holds_alternative<Lost>(event)) {
        ++events_;
        scan_credit_ = std::min(scan_credit_ + kScanCreditPerEvent, kMaxScanCredit);
    }
    if (!of_no_process(event)) {
        ProcessState& state = process(header);
        ++state.events;
        state.last_t_ns = header.t_ns;
    }
    const Applied applied = std::visit([this](const auto& e) { return on(e); }, event);
    if (latest_ != nullptr) {
        overworked_ = overworked_ || latest_->gone_through > kWorkAtOnce + kWorkPerEvent * latest_->events ||
                      latest_->owners.size() > kMaxOwners || latest_->allocators.size() > kMaxOwners;
    }
    return applied;
}

TrackerView Tracker::view() const { return {processes_, lost_, folded_, marks_, stacks_, events_, first_t_ns_, last_t_ns_, losses_}; }

void Tracker::listen(LifeListener* listener) {
    listener_ = listener;
    for (const auto& process : processes_) {
        process->listener = listener;
    }
}

void Tracker::reset_peaks() {
    for (const auto& process : processes_) {
        if (process->end == ProcessState::End::Exited) {
            continue;
        }
        for (auto& [place, usage] : process->places) {
            for (Usage& type : usage.types) {
                type.reset_peak();
            }
            usage.circular_buffers.peak_bytes = usage.circular_buffers.bytes;
            usage.circular_buffers.peak_before_launch = usage.circular_buffers.bytes;
        }
    }
}

ProcessState& Tracker::process(const EventHeader& header) {
    if (latest_ != nullptr && latest_->pid == header.pid) {
        return *latest_;
    }
    const auto found = alive_.find(header.pid);
    latest_ = found == alive_.end() ? &start_process(header) : found->second;
    return *latest_;
}

ProcessState& Tracker::start_process(const EventHeader& header) {
    ProcessState& state = *processes_.emplace_back(std::make_unique<ProcessState>());
    state.number = processes_seen_++;
    state.listener = listener_;
    state.pid = header.pid;
    state.first_t_ns = header.t_ns;
    state.losses_at_start = losses_;
    alive_[header.pid] = &state;
    return state;
}

// `of`: a process that has just ended.
void Tracker::fold_oldest_exited(const ProcessState& of) {
    const bool job = of.used_device();
    const auto exited = [&](const auto& process) {  // this one may still be asked about by those that see its end
        return process->end == ProcessState::End::Exited && process.get() != &of && process->used_device() == job;
    };
    const auto count = std::count_if(processes_.begin(), processes_.end(), exited);
    if (count < static_cast<std::ptrdiff_t>(job ? kMaxExitedJobs : kMaxExitedProcesses)) {
        return;
    }
    const auto oldest = std::find_if(processes_.begin(), processes_.end(), exited);
    const ProcessState& state = **oldest;
    ++folded_.count;
    folded_.events += state.events;
    for (std::size_t i = 0; i < kFreeKindCount; ++i) {
        folded_.ends[i] += state.ends[i];
    }
    for (std::size_t i = 0; i < kUnknownFreeCount; ++i) {
        folded_.unknown_frees[i] += state.unknown_frees[i].count;
    }
    for (const auto& [place, usage] : state.places) {
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            folded_.peak_bytes[i] = std::max(folded_.peak_bytes[i], usage.types[i].peak_bytes);
        }
    }
    folded_.failed_allocations += state.failures.count;
    folded_.clashes += state.clashes.count;
    folded_.contradictions += state.contradictions;
    folded_.not_seen += state.not_seen ? 1 : 0;
    processes_.erase(oldest);
}

// A walk found the buffer before its own event came. Once frees were lost it may as well be another one, of the same place and
// by a new object at the same address.
bool Tracker::came_late(const LiveBuffer& found, const LiveBuffer& allocated) const {
    return found.origin() != FoundAs::Allocated && found.size == allocated.size && !ends_lost_since(found.t_ns) &&
           may_be_same_object(found.buffer, allocated.buffer);
}

Applied Tracker::end_replaced(ProcessState& state, const AllocationKey& key, const LiveBuffer& replaced) {
    count_end(state, key, replaced, FreeKind::Inferred);
    state.contradictions.replaced += ends_lost_since(replaced.t_ns) ? 0 : 1;
    Applied applied;
    applied.replaced_live = true;
    return applied;
}

Applied Tracker::on(const Allocated& event) {
    ProcessState& state = process(event.header);
    if (event.buffer.hooked) {
        ++state.hooked_allocs;
        return {};
    }
    const AllocationKey key = key_of(state, event.buffer, event.header.t_ns);
    LiveBuffer buffer = live_buffer(event.header, event.buffer);
    buffer.trace_unsafe = state.traces.is_unsafe(state, key, event.header.tid) ? 1 : 0;
    if (const LiveBuffer* live = state.live.find(key); live != nullptr && came_late(*live, buffer)) {
        --found_count(state, live->origin());
        buffer.has_block = live->has_block;
        buffer.spread = live->spread;
        replace_live(state, key, buffer);
        state.traces.look_at(state, key, buffer, event.header.tid);
        return {};
    }
    Applied applied;
    LiveBuffer replaced;
    if (state.live.insert(key, buffer, replaced)) {
        applied = end_replaced(state, key, replaced);
    }
    count_start(state, key, buffer);
    state.traces.look_at(state, key, buffer, event.header.tid);
    return applied;
}

Applied Tracker::on(const BufferFound& event) {
    ProcessState& state = process(event.header);
    if (event.buffer.hooked) {
        return {};
    }
    const AllocationKey key = key_of(state, event.buffer, event.header.t_ns);
    const FoundAs origin = found_as(state);
    const LiveBuffer buffer = found_buffer(event.header, event.buffer, event.block_bytes, origin);
    const LiveBuffer* live = state.live.find(key);
    if (live != nullptr && live->size == buffer.size && may_be_same_object(live->buffer, buffer.buffer)) {
        return {};  // known already
    }
    Applied applied;
    LiveBuffer replaced;
    if (state.live.insert(key, buffer, replaced)) {
        applied = end_replaced(state, key, replaced);
    }
    count_start(state, key, buffer);
    state.traces.look_at(state, key, buffer, 0);
    ++found_count(state, origin);
    applied.found_as = origin;
    return applied;
}

// Before the first complete walk, and without a loss, what a walk finds is older than all events.
FoundAs Tracker::found_as(const ProcessState& state) const {
    const bool missed_nothing = losses_ == state.losses_at_start;
    const bool attaching = !state.walked && !state.complete_from_start();
    return missed_nothing && attaching ? FoundAs::PreExisting : FoundAs::Inferred;
}

Applied Tracker::on(const BufferGone& event) {
    ProcessState& state = process(event.header);
    const auto allocator = state.allocator_index.find(event.buffer.allocator);
    if (allocator == state.allocator_index.end()) {
        return {};
    }
    const std::uint32_t index = allocator->second;
    const AllocationKey key{event.buffer.address, index, event.buffer.type, event.buffer.core, state.allocators[index].generation};
    const LiveBuffer* live = state.live.find(key);
    if (live == nullptr || !may_be_same_object(live->buffer, event.buffer.buffer)) {
        return {};
    }
    const LiveBuffer gone = state.live.erase(key, event.header.t_ns, AllocationTable::End::Gone);
    count_end(state, key, gone, FreeKind::Inferred);
    ++state.found.gone;
    Applied applied;
    applied.released_kind = FreeKind::Inferred;
    applied.released = 1;
    applied.released_bytes = gone.size;
    applied.stack = static_cast<std::uint32_t>(gone.stack);
    return applied;
}

Applied Tracker::on(const Freed& event) {
    ProcessState& state = process(event.header);
    if (event.buffer.hooked) {
        return {};
    }
    if (state.dead_allocators.contains(event.buffer.allocator)) {
        ++state.frees_after_close;
        Applied applied;
        applied.after_close = true;
        return applied;
    }
    const AllocationKey key = key_of(state, event.buffer, event.header.t_ns);
    const LiveBuffer* live = state.live.find(key);
    // The Buffer object that allocated is the one that frees. Another one with the same key frees something that is gone
    // already, unless its own allocation was lost.
    if (live != nullptr &&
        (may_be_same_object(live->buffer, event.buffer.buffer) || allocations_lost_since(state, live->t_ns))) {
        const LiveBuffer freed = state.live.erase(key, event.header.t_ns);
        count_end(state, key, freed, FreeKind::Freed);
        Applied applied;
        applied.stack = static_cast<std::uint32_t>(freed.stack);
        return applied;
    }
    const AllocationTable::Past past = state.live.past(key);
    // A closing mesh empties its allocator first and destroys its trace buffers after that: their end is counted already.
    if (live == nullptr && past.end == AllocationTable::End::Released) {
        return {};
    }
    if (live == nullptr && past.end == AllocationTable::End::Gone) {  // a walk was faster than its own event
        --state.ends[static_cast<std::size_t>(FreeKind::Inferred)];
        ++state.ends[static_cast<std::size_t>(FreeKind::Freed)];
        --state.found.gone;
        state.live.remember(key, {AllocationTable::End::Freed, event.header.t_ns});
        return {};
    }
    Applied applied;
    applied.unknown_free = live != nullptr ? UnknownFree::Double : why_unknown(state, past);
    UnknownFreeStat& stat = state.unknown_frees[static_cast<std::size_t>(*applied.unknown_free)];
    ++stat.count;
    doubt_unknown_free(state, *applied.unknown_free);
    stat.bytes += event.buffer.size;
    if (!stat.example) {
        stat.example = event;
    }
    if (live == nullptr) {
        state.live.remember(key, {AllocationTable::End::Freed, event.header.t_ns});
    }
    return applied;
}

// A free without a known past is from before the attach or from a gap: it is put down to the gap as long as allocations are
// missing there.
UnknownFree Tracker::why_unknown(const ProcessState& state, const AllocationTable::Past& past) {
    if (lost_allocations_unaccounted_ > 0 && allocations_lost_since(state, past.t_ns)) {
        --lost_allocations_unaccounted_;
        return UnknownFree::InGap;
    }
    switch (past.end) {
        case AllocationTable::End::Freed:
        case AllocationTable::End::Gone: return UnknownFree::Double;
        case AllocationTable::End::Cleared: return UnknownFree::AfterClear;
        case AllocationTable::End::Released:
        case AllocationTable::End::Unknown: break;
    }
    return state.complete_from_start() ? UnknownFree::Unexplained : UnknownFree::BeforeAttach;
}

// All that was live was said to be known: then it was not, whatever a walk may say later.
void Tracker::doubt_unknown_free(ProcessState& state, UnknownFree reason) {
    const bool all_was_known = reason == UnknownFree::BeforeAttach && state.known_before == KnownBefore::Full;
    if (reason == UnknownFree::Unexplained || all_was_known) {
        ++state.contradictions.frees;
    }
    if (all_was_known) {
        state.known_before = KnownBefore::Partial;
    }
}

// A loss that a complete walk has settled since does not count: what was missing was found.
bool Tracker::allocations_lost_since(const ProcessState& state, std::uint64_t t_ns) const {
    return last_allocation_loss_ > state.losses_settled && last_allocation_loss_t_ns_ >= t_ns;
}

Applied Tracker::on(const OwnerSeen& event) {
    ProcessState& state = process(event.header);
    if (announce_owner(state, event) && last_free_loss_t_ns_ == 0) {
        ++state.contradictions.owners;
    }
    return {};
}

Applied Tracker::on(const CircularBufferAllocated& event) {
    ProcessState& state = process(event.header);
    const Owner& owner = state.owners[owner_index(state, event.owner)];
    if (state.programs.add(event, owner.places)) {
        update_circular_buffers(state, owner);
        if (state.listener != nullptr) {
            state.listener->launched(state, owner, event.program, true);
        }
    }
    return {};
}

Applied Tracker::on(const CircularBuffersReleased& event) {
    ProcessState& state = process(event.header);
    const Owner& owner = state.owners[owner_index(state, event.owner)];
    state.programs.release(owner.places);
    update_circular_buffers(state, owner);
    return {};
}

Applied Tracker::on(const ProgramLaunched& event) {
    ProcessState& state = process(event.header);
    const Owner& owner = state.owners[owner_index(state, event.owner)];
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        if (state.listener != nullptr) {
            state.listener->launching(state, owner.places[i]);
        }
        CircularBufferUsage& usage = owner.usages[i]->circular_buffers;
        ++usage.launches;
        usage.peak_before_launch = usage.peak_bytes;
    }
    if (state.programs.launch(event.program, owner.places)) {
        update_circular_buffers(state, owner);
    }
    if (state.listener != nullptr) {
        state.listener->launched(state, owner, event.program, false);
    }
    return {};
}

Applied Tracker::on(const ProgramNotTold& event) {
    process(event.header).programs.not_told(event.program, event.kind);
    return {};
}

// A refused launch has never run, though all of its events have come by.
void Tracker::undo_launch(ProcessState& process, const Owner& owner, std::uint64_t program) {
    for (const Place& place : process.programs.refuse(program, owner.places)) {
        CircularBufferUsage& usage = process.places[place].circular_buffers;
        usage.peak_bytes = usage.peak_before_launch;
        if (process.listener != nullptr) {
            process.listener->launch_refused(process, place);
        }
    }
    update_circular_buffers(process, owner);
}

Applied Tracker::on(const ProcessNotSeen& event) {
    process(event.header).not_seen = NotSeen{event.partly, event.why, event.what_to_do};
    return {};
}

Applied Tracker::on(const ProcessStatus& event) {
    process(event.header).exit_status = ExitStatus{event.exit_status, event.signal};
    return {};
}

Applied Tracker::on(const ProgramDestroyed& event) {
    ProcessState& state = process(event.header);
    state.programs.destroy(event.program);
    state.gone_through += state.owners.size();
    for (const Owner& owner : state.owners) {
        update_circular_buffers(state, owner);
    }
    return {};
}

Applied Tracker::on(const TraceCalled& event) {
    ProcessState& state = process(event.header);
    const auto& [t_ns, pid, tid, stack] = event.header;
    switch (event.call) {
        case TraceCall::Begin: state.traces.begin(event.trace, t_ns); break;
        case TraceCall::End: state.traces.end(tid, owner_index(state, event.object), event.trace); break;
        case TraceCall::Register: state.traces.registered(tid); break;
        case TraceCall::Replay: state.traces.replay(state, owner_index(state, event.object), event.trace, t_ns); break;
        case TraceCall::Release: state.traces.release(state, owner_index(state, event.object), event.trace); break;
    }
    return {};
}

Applied Tracker::on(const OwnerClosing& event) {
    ProcessState& state = process(event.header);
    const auto found = state.owner_index.find(event.owner);
    if (found == state.owner_index.end()) {
        return {};
    }
    state.owners[found->second].closing = true;
    state.traces.release_owner(state, found->second);
    return {};
}

Applied Tracker::on(const AllocatorReleased& event) {
    ProcessState& state = process(event.header);
    const bool destroyed = event.how == AllocatorRelease::Destroyed;
    if (destroyed) {
        state.dead_allocators.insert(event.allocator);
    }
    const auto found = state.allocator_index.find(event.allocator);
    if (found == state.allocator_index.end()) {
        return {};
    }
    const std::uint32_t index = found->second;
    const Owner& owner = state.owners[state.allocators[index].owner];
    if (owner.closing) {
        state.programs.release(owner.places);
        update_circular_buffers(state, owner);
    }
    const bool closing = destroyed || owner.closing;
    const auto end = closing ? AllocationTable::End::Released : AllocationTable::End::Cleared;
    const Applied applied = release(
        state,
        closing ? FreeKind::ReleasedByClose : FreeKind::Cleared,
        {end, event.header.t_ns},
        [index](const AllocationKey& key) { return key.allocator == index; }
    );
    if (destroyed) {
        end_allocator(state, index);
    }
    return applied;
}

Applied Tracker::on(const AllocatorSeen& event) {
    ProcessState& state = process(event.header);
    set_regions(state, allocator_index(state, event.allocator, event.owner, event.header.t_ns), event.regions);
    return {};
}

Applied Tracker::on(const AllocatorChanged& event) {
    ProcessState& state = process(event.header);
    ++state.allocator_changes[static_cast<std::size_t>(event.how)];
    const auto found = state.allocator_index.find(event.allocator);
    if (found != state.allocator_index.end() && event.how == AllocatorChange::StateOverridden) {
        state.allocators[found->second].foreign = true;
    }
    return {};
}

Applied Tracker::on(const ProcessWalked& event) {
    ProcessState& state = process(event.header);
    WalkStat& stat = state.walks[static_cast<std::size_t>(event.reason)];
    ++stat.count;
    stat.incomplete += event.complete ? 0 : 1;
    stat.found += event.found;
    stat.gone += event.gone;
    stat.last = event;
    stat.last.incomplete_reason.resize(std::min(event.incomplete_reason.size(), kMaxReasonBytes));

    const bool all_was_known = state.walked || state.complete_from_start();
    const bool lost_nothing_since = losses_ == std::max(state.losses_at_start, state.losses_settled);
    if (all_was_known && lost_nothing_since) {
        state.contradictions.found += event.found;
        state.contradictions.gone += event.gone;
    }
    if (event.complete) {
        state.walked = true;
        const bool judges = event.reason != WalkReason::Gap || state.known_before == KnownBefore::None;
        const KnownBefore known = state.contradictions.frees > 0 ? KnownBefore::Partial : KnownBefore::Full;
        state.known_before = judges ? known : state.known_before;
        settle_losses(state);
    } else if (event.reason == WalkReason::Attach && state.known_before == KnownBefore::None) {
        state.known_before = KnownBefore::Partial;
    }
    return {};
}

// What a gap left unknown of this process is known now; losses are counted for all processes together.
void Tracker::settle_losses(ProcessState& state) {
    state.losses_settled = losses_;
    const bool all = std::all_of(alive_.begin(), alive_.end(), [this](const auto& entry) {
        return entry.second->losses_settled >= last_allocation_loss_;
    });
    if (all) {
        lost_allocations_unaccounted_ = 0;
    }
}

Applied Tracker::on(const ProcessPaused& event) {
    ProcessState& state = process(event.header);
    ++state.pauses;
    state.paused_ns += event.duration_ns;
    return {};
}

bool Tracker::may_scan(const ProcessState& state) {
    const std::uint64_t cost = state.live.buffers().size();
    if (cost > scan_credit_ && scan_credit_ < kMaxScanCredit) {
        return false;
    }
    scan_credit_ -= std::min(cost, scan_credit_);
    return true;
}

Applied Tracker::on(const AllocationFailed& event) {
    ProcessState& state = process(event.header);
    AllocationFailure failure = explain(state, event, may_scan(state));
    Applied applied;
    applied.verdict = failure.verdict;
    ++state.failure_verdicts[static_cast<std::size_t>(failure.verdict)];
    state.failures.add(std::move(failure));
    return applied;
}

Applied Tracker::on(const CircularBufferClash& event) {
    ProcessState& state = process(event.header);
    state.clashes.add(explain(state, event, may_scan(state)));
    if (event.owner != 0) {
        undo_launch(state, state.owners[owner_index(state, event.owner)], event.program);
        return {};
    }
    for (const Owner& owner : state.owners) {
        undo_launch(state, owner, event.program);
    }
    return {};
}

Applied Tracker::on(const Marked& event) {
    if (marks_.size() < kMaxMarks) {
        marks_.push_back({event.name.substr(0, kMaxMarkNameBytes), events_ + losses_, event.header.t_ns});
    }
    return {};
}

Applied Tracker::on(const FrameSeen& event) {
    stacks_.add(event);
    return {};
}

Applied Tracker::on(const StackSeen& event) {
    stacks_.add(event);
    return {};
}

Applied Tracker::on(const RequestRefused& event) {
    ProcessState& state = process(event.header);
    RequestRefusal refusal = explain(state, event, may_scan(state));
    if (refusal.reported.kind == RefusalKind::KernelConfig && event.owner != 0) {
        undo_launch(state, state.owners[owner_index(state, event.owner)], event.program);
    }
    state.refusals.add(std::move(refusal));
    return {};
}

Applied Tracker::on(const ProcessSeen& event) {
    ProcessState* state = &process(event.header);
    const bool pid_reused = state->start_time_ns != 0 && state->start_time_ns != event.start_time_ns;
    Applied applied;
    if (pid_reused) {
        applied = on(ProcessExited{event.header});
        state = &process(event.header);
    }
    state->parent_pid = event.parent_pid;
    state->start_time_ns = event.start_time_ns;
    state->command = event.command;
    state->from_first_event = event.from_first_event;
    state->inherits = forked_.erase(event.header.pid) || state->inherits;
    if (state->complete_from_start()) {
        state->known_before = KnownBefore::Full;
    }
    return applied;
}

Applied Tracker::on(const ProcessForked& event) {
    forked_.insert(event.child_pid);
    return {};
}

Applied Tracker::on(const ProcessExec& event) {
    ProcessState& state = process(event.header);
    state.inherits = false;
    return release_all(state, event.header.t_ns);
}

Applied Tracker::on(const ProcessExited& event) {
    ProcessState& state = process(event.header);
    const Applied applied = release_all(state, event.header.t_ns);
    state.end = ProcessState::End::Exited;
    alive_.erase(event.header.pid);
    latest_ = nullptr;
    fold_oldest_exited(state);
    return applied;
}

Applied Tracker::on(const Lost& event) {
    lost_.allocated += event.allocated;
    lost_.freed += event.freed;
    lost_.circular_buffers += event.circular_buffers;
    lost_.lifecycle += event.lifecycle;
    lost_.header.t_ns = event.header.t_ns;
    ++losses_;
    if (event.freed + event.lifecycle > 0) {
        last_free_loss_t_ns_ = event.header.t_ns;
    }
    if (event.allocated > 0) {
        last_allocation_loss_ = losses_;
        last_allocation_loss_t_ns_ = event.header.t_ns;
        lost_allocations_unaccounted_ += event.allocated;
    }
    return {};
}

}  // namespace tt::alloc_trace
