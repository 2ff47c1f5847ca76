// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Sees to it that the stream of events tells all there is: walks the memory of each process when it is attached to, after a
// gap, now and then, and at the end, compares with the events (walk/reconcile.hpp), and puts what they do not know into the
// stream as events. Stands between the record decoder and everything else. Used by one thread; walks run on another.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "event/event_consumer.hpp"
#include "event/regions_first.hpp"
#include "live/contradiction.hpp"
#include "live/walk_job.hpp"
#include "walk/known_buffers.hpp"
#include "walk/reconcile.hpp"

namespace tt::alloc_trace {

struct SnapshotOptions {
    bool enabled = true;
    bool freeze = false;                // stop a process while it is walked
    std::uint32_t audit_seconds = 30;   // 0: no audits
};

class SnapshotKeeper : public EventConsumer {
public:
    // `next` gets every event, and those that walks bring; must outlive this.
    SnapshotKeeper(EventConsumer& next, SnapshotOptions options);
    ~SnapshotKeeper() override;

    void consume(const Event& event) override;

    // The runtime modules of a process as they are mapped now. Without any nothing of it can be walked.
    void set_modules(std::uint32_t pid, std::vector<MappedLayout> modules);

    // Reads what the allocators of a process that stands still have to hand out, as far as it is not known.
    void read_capacities(std::uint32_t pid);

    // Asks for a walk of every process that is traced. It begins when the one before is through.
    void request_all(WalkReason reason);

    // To be called after the ring was read, and once in a while. `drained`: nothing was left in the ring.
    void proceed(bool drained);

    // Passes on what waits for the capacity of an allocator. To be called when no event will come any more.
    void release_held();

    // Readable when proceed() has something to do.
    [[nodiscard]] int fd() const { return wakeup_.get(); }

    // Processes of which a walk has shown, since the last call, that an object layout is wrong. They are not walked again.
    [[nodiscard]] std::vector<Contradiction> take_contradictions() { return std::exchange(contradictions_, {}); }

    // No walk is running, and none is due: one that was in vain is tried again later.
    [[nodiscard]] bool idle() const;

private:
    struct Process {
        KnownBuffers known;
        std::vector<MappedLayout> modules;
        std::map<std::uint64_t, std::vector<Region>> regions;  // announced, by allocator
        std::map<std::uint64_t, WalkedOwner> owners;           // likewise
        std::map<std::uint64_t, std::uint64_t> allocators;     // whose capacity was asked for, and their owners then
        unsigned capacity_attempts = 0;                        // readings in vain since a new one was met
        std::uint64_t capacity_not_before_ns = 0;
        std::set<std::uint64_t> ended;                         // allocators, since the present walk began
        std::uint64_t start_time_ns = 0;
        bool roots_unknown = false;          // its globals do not lead to all allocators
        bool close_lost = false;             // events that may have been the end of an allocator, since the last complete walk
        bool walkable = true;                // false of a forked child: its parent's Buffers are in its memory, too
        bool capacity_wanted = false;
        std::optional<WalkReason> wanted;
        std::uint64_t not_before_ns = 0;     // of the walk wanted
        std::uint64_t last_walk_ns = 0;
        unsigned attempts = 0;               // walks in a row that could not be used
        // Of the walk going on:
        WalkReason reason = WalkReason::Attach;
        std::optional<Walk> former;
        ProcessWalked sums;
        bool lost = false;                   // events of its time
    };

    void want(Process& process, WalkReason reason, std::uint64_t not_before_ns = 0);
    void wake_up() const;
    void start_next(bool drained);
    void start(std::uint32_t pid, Process& process, WalkPlan plan);
    void finish_job();
    static void ask_again(Process& process);
    void use(std::uint32_t pid, Process& process, WalkOutcome& outcome);
    void announce(std::uint32_t pid, Process& process, const Walk& walk);
    void announce(Process& process, const EventHeader& header, const WalkedAllocator& allocator);
    void tell_differences(std::uint32_t pid, Process& process, const Reconciliation& result);
    void end_walk(std::uint32_t pid, Process& process, const WalkOutcome& outcome);
    void tell(Process& process, const Event& event);
    void pass_on(const Event& event);
    void release_waited_long(std::uint64_t now_ns);
    void drop_job_of(std::uint32_t pid);
    void note_lifecycle(const Event& event);
    void note_allocator(Process& process, const EventHeader& header, const BufferFields& buffer);
    [[nodiscard]] bool tell_capacity(Process& process, const EventHeader& header, const KnownAllocator& which);
    [[nodiscard]] std::vector<KnownAllocator> known_allocators(const Process& process) const;

    EventConsumer& next_;
    RegionsFirst order_;
    std::uint64_t held_since_ns_ = 0;  // 0: nothing is held
    SnapshotOptions options_;
    UniqueFd wakeup_;
    std::map<std::uint32_t, Process> processes_;
    std::set<std::uint32_t> forked_;
    std::uint64_t last_t_ns_ = 0;
    bool loss_is_fresh_ = false;  // since the ring was drained last
    std::unique_ptr<WalkJob> job_;
    bool end_noticed_ = false;    // of the job
    std::vector<Contradiction> contradictions_;
};

}  // namespace tt::alloc_trace
