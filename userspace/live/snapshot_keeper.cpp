// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/snapshot_keeper.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "target/process.hpp"
#include "target/target_memory.hpp"
#include "walk/walk_proof.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
// Records are stamped a moment after their place in the ring is taken.
constexpr std::uint64_t kStampSlackNs = 1'000'000;
constexpr std::uint64_t kRetryNs = kNsPerSecond;
constexpr std::uint64_t kCapacityRetryNs = kNsPerSecond / 50;
constexpr unsigned kMaxAttempts = 5;
constexpr std::uint32_t kMaxRounds = 8;
// What waits for the capacity of an allocator waits no longer: it is read within milliseconds, or not at all.
constexpr std::uint64_t kMaxHeldNs = kNsPerSecond / 2;

// Which of two wishes says more about what the result means.
constexpr int rank(WalkReason reason) {
    switch (reason) {
        case WalkReason::Attach: return 3;
        case WalkReason::Gap: return 2;
        case WalkReason::End: return 1;
        case WalkReason::Audit: break;
    }
    return 0;
}

bool same(const WalkedOwner& a, const WalkedOwner& b) {
    return a.kind == b.kind && a.id == b.id && a.chips == b.chips;
}

}  // namespace

SnapshotKeeper::SnapshotKeeper(EventConsumer& next, SnapshotOptions options) :
    next_(next), options_(options), wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

SnapshotKeeper::~SnapshotKeeper() = default;

void SnapshotKeeper::consume(const Event& event) {
    const EventHeader& header = header_of(event);
    last_t_ns_ = std::max(last_t_ns_, header.t_ns);
    if (const auto* lost = std::get_if<Lost>(&event)) {
        for (auto& [pid, process] : processes_) {
            process.known.apply(*lost);
            process.lost = true;
            process.close_lost = process.close_lost || lost->lifecycle > 0;
            want(process, WalkReason::Gap);
        }
        loss_is_fresh_ = true;
    } else {
        note_lifecycle(event);
        if (const auto found = processes_.find(header.pid); found != processes_.end()) {
            Process& process = found->second;
            process.known.apply(event);
            if (const auto* allocated = std::get_if<Allocated>(&event)) {
                note_allocator(process, header, allocated->buffer);
            } else if (const auto* failed = std::get_if<AllocationFailed>(&event)) {
                note_allocator(process, header, failed->buffer);
            }
        }
    }
    pass_on(event);
}

void SnapshotKeeper::pass_on(const Event& event) {
    if (order_.pass(event)) {
        next_.consume(event);
        return;
    }
    held_since_ns_ = held_since_ns_ == 0 ? monotonic_ns() : held_since_ns_;
    order_.put(event);
    Event ready;
    while (order_.take(ready)) {
        next_.consume(ready);
    }
    held_since_ns_ = order_.holds() ? held_since_ns_ : 0;
}

void SnapshotKeeper::release_held() {
    order_.give_up();
    Event ready;
    while (order_.take(ready)) {
        next_.consume(ready);
    }
    held_since_ns_ = 0;
}

void SnapshotKeeper::release_waited_long(std::uint64_t now_ns) {
    if (held_since_ns_ != 0 && now_ns - held_since_ns_ > kMaxHeldNs) {
        release_held();
    }
}

// Of an allocator that is new, what it has to hand out is put in front of its first buffer, so that nothing that is asked of any
// moment lacks it; what cannot be read at once is waited for. Where the process's globals do not lead to its allocators, the first
// event of each does.
void SnapshotKeeper::note_allocator(Process& process, const EventHeader& header, const BufferFields& buffer) {
    if (buffer.allocator == 0) {
        return;
    }
    const auto [asked, first] = process.allocators.try_emplace(buffer.allocator, buffer.owner);
    if (!first && asked->second == buffer.owner) {
        return;
    }
    if (!first) {  // another one at its address
        asked->second = buffer.owner;
        process.regions.erase(buffer.allocator);
    }
    process.capacity_attempts = 0;
    process.capacity_not_before_ns = 0;
    const bool told = tell_capacity(process, header, {buffer.allocator, buffer.owner});
    process.capacity_wanted = process.capacity_wanted || !told;
    if (!options_.enabled || !process.walkable) {
        order_.know(header.pid, buffer.allocator, buffer.owner);  // nothing to wait for
    }
    if (process.roots_unknown) {
        want(process, WalkReason::Attach);
    }
}

bool SnapshotKeeper::tell_capacity(Process& process, const EventHeader& header, const KnownAllocator& which) {
    if (!options_.enabled || !process.walkable || process.modules.empty()) {
        return false;
    }
    const Result<ProcessHandle> handle = ProcessHandle::open(header.pid);
    if (!handle) {
        return false;
    }
    std::vector<WalkModule> modules;
    for (const MappedLayout& module : process.modules) {
        modules.push_back({*module.layout, module.bias});
    }
    const ProcessMemory memory(*handle);
    const WalkedAllocator walked = read_capacity(memory, modules, which);
    if (walked.regions.empty()) {
        return false;
    }
    announce(process, header, walked);
    return true;
}

void SnapshotKeeper::read_capacities(std::uint32_t pid) {
    const auto found = processes_.find(pid);
    if (found == processes_.end()) {
        return;
    }
    for (const KnownAllocator& which : known_allocators(found->second)) {
        if (!found->second.regions.contains(which.allocator)) {
            (void)tell_capacity(found->second, {monotonic_ns(), pid, 0}, which);
        }
    }
}

void SnapshotKeeper::note_lifecycle(const Event& event) {
    const std::uint32_t pid = header_of(event).pid;
    if (const auto* seen = std::get_if<ProcessSeen>(&event)) {
        Process& process = processes_[pid];
        if (process.start_time_ns != 0 && process.start_time_ns != seen->start_time_ns) {
            drop_job_of(pid);
            process = {};  // the pid was given to another one
        }
        process.start_time_ns = seen->start_time_ns;
        process.walkable = forked_.erase(pid) == 0;
        process.last_walk_ns = monotonic_ns();
        if (!seen->from_first_event) {
            want(process, WalkReason::Attach);
        }
    } else if (const auto* fork = std::get_if<ProcessForked>(&event)) {
        forked_.insert(fork->child_pid);
    } else if (std::holds_alternative<ProcessExited>(event)) {
        drop_job_of(pid);
        processes_.erase(pid);
        forked_.erase(pid);
    } else if (std::holds_alternative<ProcessExec>(event)) {
        drop_job_of(pid);
        processes_[pid] = {};
    } else if (const auto* released = std::get_if<AllocatorReleased>(&event)) {
        if (const auto found = processes_.find(pid);
            found != processes_.end() && released->how == AllocatorRelease::Destroyed) {
            found->second.regions.erase(released->allocator);
            found->second.allocators.erase(released->allocator);
            found->second.ended.insert(released->allocator);
        }
    } else if (const auto* changed = std::get_if<AllocatorChanged>(&event)) {
        if (const auto found = processes_.find(pid); found != processes_.end()) {
            found->second.regions.erase(changed->allocator);
            found->second.capacity_wanted = true;
        }
    }
}

void SnapshotKeeper::drop_job_of(std::uint32_t pid) {
    if (job_ && job_->task().pid == pid) {
        job_.reset();
    }
}

void SnapshotKeeper::set_modules(std::uint32_t pid, std::vector<MappedLayout> modules) {
    if (const auto found = processes_.find(pid); found != processes_.end()) {
        found->second.modules = std::move(modules);
    }
}

void SnapshotKeeper::request_all(WalkReason reason) {
    for (auto& [pid, process] : processes_) {
        want(process, reason);
    }
}

void SnapshotKeeper::want(Process& process, WalkReason reason, std::uint64_t not_before_ns) {
    if (!options_.enabled || !process.walkable) {
        return;
    }
    if (!process.wanted || rank(*process.wanted) < rank(reason)) {
        process.wanted = reason;
    }
    process.not_before_ns = not_before_ns;
}

bool SnapshotKeeper::idle() const {
    const std::uint64_t now = monotonic_ns();
    return !job_ && !order_.holds() && std::none_of(processes_.begin(), processes_.end(), [now](const auto& entry) {
        return entry.second.wanted && now >= entry.second.not_before_ns && !entry.second.modules.empty();
    });
}

// What happened during a walk must have been read before it is judged: the ring was drained by a reading that began after the
// end of the walk, or gave an event from after it.
void SnapshotKeeper::proceed(bool drained) {
    std::uint64_t count = 0;
    (void)!::read(wakeup_.get(), &count, sizeof(count));
    if (job_ && job_->ended()) {
        const bool ended_before_reading = std::exchange(end_noticed_, true);
        if ((ended_before_reading && drained) || last_t_ns_ > job_->ended_ns() + kStampSlackNs) {
            finish_job();
        } else {
            wake_up();
        }
    }
    loss_is_fresh_ = loss_is_fresh_ && !drained;
    if (!job_) {
        start_next(drained);
    }
    release_waited_long(monotonic_ns());
}

void SnapshotKeeper::wake_up() const {
    const std::uint64_t one = 1;
    (void)!::write(wakeup_.get(), &one, sizeof(one));
}

void SnapshotKeeper::start_next(bool drained) {
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t audit_ns = options_.audit_seconds * kNsPerSecond;
    for (auto& [pid, process] : processes_) {
        if (process.modules.empty() || !options_.enabled || !process.walkable) {
            continue;
        }
        if (audit_ns != 0 && process.last_walk_ns != 0 && now - process.last_walk_ns >= audit_ns) {
            want(process, WalkReason::Audit);
        }
        const bool in_vain = loss_is_fresh_ || (process.wanted == WalkReason::Gap && !drained);
        if (process.wanted && now >= process.not_before_ns && !in_vain) {
            process.reason = *std::exchange(process.wanted, std::nullopt);
            process.known.open_window();
            process.lost = false;
            process.former.reset();
            process.sums = {};
            start(pid, process, WalkPlan::Pair);
            return;
        }
        if (process.capacity_wanted && now >= process.capacity_not_before_ns) {
            process.capacity_wanted = false;
            start(pid, process, WalkPlan::Capacities);
            return;
        }
    }
}

void SnapshotKeeper::start(std::uint32_t pid, Process& process, WalkPlan plan) {
    WalkTask task{pid, plan, options_.freeze && plan != WalkPlan::Capacities, process.modules, known_allocators(process)};
    end_noticed_ = false;
    process.ended.clear();
    job_ = std::make_unique<WalkJob>(std::move(task), [this] { wake_up(); });
}

void SnapshotKeeper::finish_job() {
    const std::unique_ptr<WalkJob> job = std::move(job_);
    const auto found = processes_.find(job->task().pid);
    if (found == processes_.end()) {
        return;
    }
    WalkOutcome outcome = job->take();
    if (job->task().plan == WalkPlan::Capacities) {
        announce(found->first, found->second, outcome.last);
        ask_again(found->second);
        const auto waits = [](const auto& entry) { return entry.second.capacity_wanted && entry.second.walkable; };
        if (std::none_of(processes_.begin(), processes_.end(), waits)) {
            release_held();
        }
    } else {
        use(found->first, found->second, outcome);
    }
}

// A reading fails now and then: of a process that is changing just what is read.
void SnapshotKeeper::ask_again(Process& process) {
    const bool all = std::all_of(process.allocators.begin(), process.allocators.end(), [&](const auto& entry) {
        const auto known = process.regions.find(entry.first);
        return known != process.regions.end() && !known->second.empty();
    });
    if (!all && ++process.capacity_attempts < kMaxAttempts) {
        process.capacity_wanted = true;
        process.capacity_not_before_ns = monotonic_ns() + kCapacityRetryNs;
    }
}

void SnapshotKeeper::use(std::uint32_t pid, Process& process, WalkOutcome& outcome) {
    ProcessWalked& sums = process.sums;
    sums.rounds += outcome.first ? 2 : 1;
    sums.duration_ns += outcome.ended_ns - outcome.began_ns;
    sums.stopped_ns += outcome.stopped_ns;
    if (process.lost) {
        process.known.close_window();
        want(process, process.reason == WalkReason::Attach ? WalkReason::Attach : WalkReason::Gap);
        return;
    }
    if (outcome.failure) {
        sums.incomplete_reason = outcome.failure->message;
        end_walk(pid, process, outcome);
        return;
    }
    const Walk& last = outcome.last;
    const auto& allocators = process.known.allocators();
    const bool emptied = std::any_of(allocators.begin(), allocators.end(), [](const auto& entry) { return entry.second.cleared; });
    if (!last.contradiction.empty() && !emptied) {
        contradictions_.push_back({pid, layout_error(pid, last)});
        process.walkable = false;
        sums.incomplete_reason = last.contradiction;
        end_walk(pid, process, outcome);
        return;
    }
    const Reconciliation result = reconcile(outcome.first ? *outcome.first : *process.former, last, process.known);
    announce(pid, process, last);
    tell_differences(pid, process, result);
    // What only the last walk saw its thread is telling just now; another one shows whether that is so.
    const bool news = outcome.first.has_value() || !result.found.empty() || !result.gone.empty();
    // A block without its Buffer may be one that a thread, held up, was just about to fill.
    const bool doubtful = result.strangers > 0 && last.complete && process.reason != WalkReason::Gap;
    if (((result.open > 0 && news) || doubtful) && sums.rounds < kMaxRounds) {
        process.former = std::move(outcome.last);
        start(pid, process, WalkPlan::Next);
        return;
    }
    // What a gap hid is repaired all the same.
    const bool totals_agree = result.strangers == 0 || process.reason == WalkReason::Gap;
    sums.complete = last.complete && outcome.settled && (result.open == 0 || !news) && totals_agree;
    sums.incomplete_reason = sums.complete      ? ""
                             : !last.complete   ? last.incomplete_reason
                             : !totals_agree    ? std::to_string(result.strangers) + " blocks in use are of no buffer that was found"
                             : !outcome.settled ? "a thread did not get a processor for half a second"
                                                : "the process changes faster than it can be read";
    process.roots_unknown = !last.roots_known;
    sums.allocators = static_cast<std::uint32_t>(last.allocators.size());
    for (const WalkedAllocator& allocator : last.allocators) {
        sums.buffers += allocator.buffers.size();
    }
    end_walk(pid, process, outcome);
}

void SnapshotKeeper::announce(std::uint32_t pid, Process& process, const Walk& walk) {
    const EventHeader header{monotonic_ns(), pid, 0};
    std::map<std::uint64_t, WalkedOwner> owners;
    for (const WalkedOwner& owner : walk.owners) {
        const auto known = process.owners.find(owner.owner);
        if (known == process.owners.end() || !same(known->second, owner)) {
            tell(process, OwnerSeen{header, owner.owner, owner.kind, owner.id, owner.chips});
        }
        owners.emplace(owner.owner, owner);
    }
    process.owners = std::move(owners);
    for (const WalkedAllocator& allocator : walk.allocators) {
        if (!process.ended.contains(allocator.allocator)) {
            announce(process, header, allocator);
        }
    }
}

void SnapshotKeeper::announce(Process& process, const EventHeader& header, const WalkedAllocator& allocator) {
    if (allocator.regions.empty()) {
        order_.know(header.pid, allocator.allocator, allocator.owner);  // there is nothing to wait for
    }
    AllocatorSeen seen{{header.t_ns, header.pid, header.tid}, allocator.allocator, allocator.owner, {}};
    for (const WalkedRegion& region : allocator.regions) {
        seen.regions.push_back(region.region);
    }
    std::vector<Region>& known = process.regions[allocator.allocator];
    if (seen.regions != known) {
        known = seen.regions;
        process.allocators.insert_or_assign(allocator.allocator, allocator.owner);
        tell(process, seen);
    }
}

void SnapshotKeeper::tell_differences(std::uint32_t pid, Process& process, const Reconciliation& result) {
    const EventHeader header{monotonic_ns(), pid, 0};
    // Only a lost event lets an allocator end unnoticed; that nothing leads to it may have other reasons.
    if (process.close_lost) {
        for (const std::uint64_t allocator : result.gone_allocators) {
            tell(process, AllocatorReleased{header, allocator, AllocatorRelease::Destroyed});
            ++process.sums.gone;
        }
    }
    for (const BufferFields& buffer : result.gone) {
        tell(process, BufferGone{header, buffer});
    }
    for (const WalkedBuffer& buffer : result.found) {
        tell(process, BufferFound{header, buffer.fields, buffer.block_bytes});
    }
    process.sums.gone += result.gone.size();
    process.sums.found += result.found.size();
}

void SnapshotKeeper::end_walk(std::uint32_t pid, Process& process, const WalkOutcome& outcome) {
    process.known.close_window();
    process.former.reset();
    process.last_walk_ns = outcome.ended_ns;
    process.sums.header = {monotonic_ns(), pid, 0};
    process.sums.reason = process.reason;
    tell(process, process.sums);
    process.close_lost = process.close_lost && !process.sums.complete;
    const bool good_enough = process.sums.complete || process.roots_unknown || process.reason == WalkReason::End;
    if (good_enough || ++process.attempts >= kMaxAttempts) {
        process.attempts = 0;
    } else {
        want(process, process.reason, outcome.ended_ns + kRetryNs);
    }
}

void SnapshotKeeper::tell(Process& process, const Event& event) {
    process.known.apply(event);
    pass_on(event);
}

std::vector<KnownAllocator> SnapshotKeeper::known_allocators(const Process& process) const {
    std::vector<KnownAllocator> known;
    for (const auto& [pointer, allocator] : process.known.allocators()) {
        known.push_back({pointer, allocator.owner});
    }
    return known;
}

}  // namespace tt::alloc_trace
